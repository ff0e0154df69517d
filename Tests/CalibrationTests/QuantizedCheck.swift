import Calibration
import FloatModel
import Foundation
import Graph
import Images
import Kernels
import MachineDescription
import Networks
import Quantization
import Simulation
import Tensors
import Testing

/// A small network is quantized on one picture, run on it, and compared with the float network.
enum QuantizedCheck {
    /// 24 x 16 pixels, another ramp in each channel.
    static let picture = RGBImage(
        width: 24, height: 16,
        samples: (0..<24 * 16 * 3).map { index in
            let (x, y) = (index / 3 % 24, index / 72)
            return [UInt8(10 * x), UInt8(15 * y), UInt8(x * y * 7 % 251)][index % 3]
        })

    static let machine = MachineDescription.builtIn(named: "mid")!

    static func quantized(
        _ float: FloatNetwork, _ options: QuantizationOptions, kernels: KernelLevel = .chosen
    ) throws -> QuantizedNetwork {
        try Quantizer(float, options: options.limited(to: machine), kernels: kernels).quantize([picture.tensor])
    }

    static func run(_ network: ProvenNetwork, threads: Int) throws -> SimulationRun {
        let plan = try SimulationPlan(
            network: network.network, machine: machine, width: picture.width, height: picture.height)
        return try SimulationRun(plan, of: network, inputs: RunInputs(picture, of: network).tensors, threads: threads)
    }

    /// Machine and reference model give the same bytes.
    static func requireAgreement(_ network: QuantizedNetwork) throws {
        let verification = try Verification(
            network: ProvenNetwork(network), machine: machine, picture: picture, threads: 2)
        #expect(verification.failure == nil)
    }

    /// They do, and no element is farther from float than the worst of `ErrorBounds`; the ratio of signal to noise is
    /// at least that of errors that are independent, and at least 25 dB.
    static func requireFaithful(_ network: QuantizedNetwork, to float: FloatNetwork) throws {
        try requireAgreement(network)
        let samples = picture.tensor
        let input = Tensor(shape: samples.shape, elements: samples.elements.map { Float($0) / 255 })
        var rewritten = float
        rewritten.graph.layers = network.graph.layers.map { layer in
            var layer = layer
            if let original = float.graph[layer: layer.name] { layer.operator = original.operator }
            return layer
        }
        let names = [network.graph.inputs[0].name] + network.graph.layers.map(\.name)
        let tensors = try FloatModel(rewritten).run(input, keeping: names)
        let own = try FloatModel(float).run(input, keeping: float.graph.outputs)
        for name in float.graph.outputs { #expect(own[name]!.elements == tensors[name]!.elements) }

        let bounds = ErrorBounds(network, float, tensors: tensors)
        let machine = try run(ProvenNetwork(network), threads: 1)
        for layer in network.graph.layers {
            guard case .codes(let set)? = network.formats[layer.name] else { continue }
            let (stored, expected, errors) = (
                machine.storedOutput(layer.name), tensors[layer.name]!, bounds.errors[layer.name]!
            )
            var (signal, noise, worst) = (0.0, 0.0, 0.0)
            for (index, code) in stored.elements.enumerated() {
                let channel = index % set.channels
                let element = Double(expected.elements[index])
                let difference = abs(Double(set.value(of: Int(code), channel: channel)) * set.step - element)
                worst = max(worst, difference / errors[channel].worst)
                signal += element * element
                noise += difference * difference
            }
            #expect(worst <= 1, "\(layer.name)")
            let expectedNoise = errors.reduce(0) { $0 + $1.power } * Double(stored.elements.count / set.channels)
            let (found, derived) = (10 * log10(signal / noise), 10 * log10(signal / expectedNoise))
            #expect(found >= max(derived, 25), "\(layer.name): \(found) dB, derived \(derived)")
        }
    }
}
