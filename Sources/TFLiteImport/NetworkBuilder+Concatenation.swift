import Diagnostics
import Graph
import Networks
import TFLite
import Tensors

extension NetworkBuilder {
    /// CONCATENATION along channels of tensors with the output's scale and zero point: codes are copied.
    mutating func concatenation(
        _ options: TFLiteOptions.Concatenation, at place: OperatorPlace
    ) throws(Diagnostic) {
        var operands: [ImportedTensor] = []
        for index in place.operation.inputs.indices { operands.append(try picture(index, of: place)) }
        let quantization = try outputQuantization(of: place)
        guard let first = operands.first, operands.allSatisfy({ $0.extents.dropLast() == first.extents.dropLast() })
        else {
            throw place.unfit(
                "operands of extents \(operands.map(\.extents))", expected: "operands that differ in channels only")
        }
        let rank = first.extents.count
        guard (options.axis < 0 ? options.axis + rank : options.axis) == rank - 1 else {
            throw unsupported(place, found: "axis \(options.axis)", expected: "channels, axis \(rank - 1)")
        }
        guard options.activation == .none else {
            throw unsupported(place, found: "a fused \(options.activation)", expected: "none")
        }
        guard operands.allSatisfy({ $0.quantization == quantization }) else {
            throw unsupported(
                place, found: "operands of other scales or zero points than the output", expected: "the same of all")
        }
        let tensor = try output(of: place)
        if operands.count == 1 { return try define(tensor, as: first, at: place) }
        let layer = Layer(name: names.name(of: tensor), operator: .concatenation, inputs: operands.map(\.name))
        let stored = try append(layer, .none, of: operands, as: quantization, at: place)
        try define(
            tensor, as: layer.name, stored: stored, extents: first.extents.dropLast() + [stored.channels],
            quantization, at: place)
    }
}
