import Foundation
import Graph
import Tensors

/// How near the integers of a layer come to the float network, over all calibration pictures.
public struct TensorFidelity: Codable, Equatable, Sendable {
    public let layer: String
    /// The operator's name.
    public let `operator`: String
    /// Decibels: 10 log10 of the sum of squared float values over the sum of squared differences, of decoded integers
    /// times the tensor's step. Absent where nothing differs, or all float values are 0.
    public let signalToNoise: Double?
    /// Of an output of a network without latents: whether the largest of its elements is the same one, of a tensor of
    /// one pixel and several channels.
    public let largest: LargestElements?

    /// In how many of the pictures the largest element is the same.
    public struct LargestElements: Codable, Equatable, Sendable {
        public let equal: Int
        public let pictures: Int
    }
}

extension CalibrationFlow {
    /// Of the layer that the pictures have just passed.
    ///
    /// - Parameters:
    ///   - step: of the tensor's grid, in real numbers.
    ///   - isAnswer: whether the network ends in it and has no latents, of which the largest says nothing.
    func fidelity(of layer: Layer, step: Double, isAnswer: Bool) -> TensorFidelity {
        let (float, quantized) = (float[layer.name]!, quantized[layer.name]!)
        var (signal, noise) = (0.0, 0.0)
        for (exact, integers) in zip(float, quantized) {
            for index in exact.elements.indices {
                let value = Double(exact.elements[index])
                let difference = integers.elements[index] * step - value
                signal += value * value
                noise += difference * difference
            }
        }
        let decibels = 10 * log10(signal / noise)
        let isVector = float.allSatisfy { $0.shape.count == $0.shape.channels && $0.shape.channels > 1 }
        return TensorFidelity(
            layer: layer.name, operator: layer.operator.name,
            signalToNoise: signal > 0 && noise > 0 && decibels.isFinite ? decibels : nil,
            largest: isAnswer && isVector
                ? .init(
                    equal: zip(float, quantized).count { Self.largest($0.elements) == Self.largest($1.elements) },
                    pictures: float.count)
                : nil)
    }

    /// The index of the largest element, the first of several.
    private static func largest<Scalar: BinaryFloatingPoint>(_ elements: [Scalar]) -> Int {
        elements.indices.reduce(0) { elements[$1] > elements[$0] ? $1 : $0 }
    }
}
