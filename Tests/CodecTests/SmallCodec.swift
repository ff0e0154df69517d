import Calibration
import Codec
import Conformance
import Images
import MachineDescription
import Networks
import Tensors

/// The codecs of both small networks.
enum SmallCodec {
    static let histogram: PictureCodec = try! codec(network(hasHyperprior: false))
    static let hyperprior: PictureCodec = try! codec(network(hasHyperprior: true))

    static func codec(_ network: QuantizedNetwork) throws -> PictureCodec {
        try PictureCodec(ProvenNetwork(network), machine: .builtIn(named: "mid")!)
    }

    static func network(hasHyperprior: Bool) throws -> QuantizedNetwork {
        let float = try SmallCodecNetwork.float(hasHyperprior: hasHyperprior).withLatentOperators()
        let pictures = [64, 96].map { SmallCodecNetwork.picture(width: $0, height: 64).tensor }
        let quantized = try Quantizer(float).quantize(pictures)
        return try CodecCalibration.prepared(quantized, prior: float.prior, pictures: pictures)
    }
}
