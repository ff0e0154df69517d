import Calibration
import Codec
import Conformance
import Images
import Networks
import Tensors

/// `SmallCodecNetwork` quantized, and pictures as tensors.
enum CodecSeed {
    static func quantized(hasHyperprior: Bool) throws -> QuantizedNetwork {
        let float = try SmallCodecNetwork.float(hasHyperprior: hasHyperprior).withLatentOperators()
        let pictures = [tensor(side: 32), tensor(side: 48)]
        return try CodecCalibration.prepared(
            Quantizer(float).quantize(pictures), prior: float.prior, pictures: pictures)
    }

    static func tensor(side: Int) -> Tensor<UInt8> {
        SmallCodecNetwork.picture(width: side, height: side).tensor
    }
}
