import Diagnostics
import Graph
import Networks
import TFLite
import Tensors

extension NetworkBuilder {
    /// CONCATENATION: codes are copied. Operands of uint8 with another scale or zero point than the output's are mapped
    /// to it first; the runtime refuses such int8 operands.
    mutating func concatenation(_ options: TFLiteOptions.Concatenation, at place: OperatorPlace) throws(Diagnostic) {
        var operands: [ImportedTensor] = []
        for index in place.operation.inputs.indices { operands.append(try picture(index, of: place)) }
        let quantization = try outputQuantization(of: place)
        guard let first = operands.first else { throw place.unfit("no operand", expected: "one at least") }
        let rank = first.extents.count
        let axis = options.axis < 0 ? options.axis + rank : options.axis
        guard (0..<rank).contains(axis), operands.allSatisfy({ $0.extents.differ(from: first.extents, in: axis) })
        else {
            throw place.unfit(
                "operands of extents \(operands.map(\.extents)) along axis \(options.axis)",
                expected: "operands that differ in this axis only")
        }
        guard axis >= rank - 3 else {
            throw unsupported(place, found: "axis \(axis)", expected: "rows, columns or channels")
        }
        guard options.activation == .none else {
            throw unsupported(place, found: "a fused \(options.activation)", expected: "none")
        }
        let tensor = try output(of: place)
        let name = names.name(of: tensor)
        for index in operands.indices where operands[index].quantization != quantization {
            guard let table = operands[index].quantization.concatenated(to: quantization) else {
                throw unsupported(
                    place, found: "operands of other scales or zero points than the output, which the runtime refuses",
                    expected: "the same of all, or uint8")
            }
            let mapped = innerName(name, "operand\(index)")
            let stored = try mapCodes(operands[index], table, to: quantization, as: mapped, at: place)
            operands[index] = ImportedTensor(
                name: mapped, stored: stored, extents: operands[index].extents, quantization: quantization)
        }
        if operands.count == 1 { return try define(tensor, as: operands[0], at: place) }
        if axis < rank - 1 { return try stack(operands, isVertical: axis == rank - 3, to: tensor, at: place) }
        let layer = Layer(name: name, operator: .concatenation, inputs: operands.map(\.name))
        let stored = try append(layer, .none, of: operands, as: quantization, at: place)
        try define(
            tensor, as: layer.name, stored: stored, extents: first.extents.dropLast() + [stored.channels], quantization,
            at: place)
    }

    /// Along rows or columns: each operand is padded with zeros to the whole, and all are added.
    private mutating func stack(
        _ operands: [ImportedTensor], isVertical: Bool, to tensor: Int, at place: OperatorPlace
    ) throws(Diagnostic) {
        let name = names.name(of: tensor)
        let lengths = operands.map { isVertical ? $0.stored.height : $0.stored.width }
        let total = lengths.reduce(0, +)
        var (before, parts) = (0, [ImportedTensor]())
        for (operand, length) in zip(operands, lengths) {
            let after = total - before - length
            parts.append(
                try padded(
                    operand, top: isVertical ? before : 0, bottom: isVertical ? after : 0,
                    left: isVertical ? 0 : before, right: isVertical ? 0 : after,
                    as: innerName(name, "part\(parts.count)"), at: place))
            before += length
        }
        let joined = try sum(parts, as: name, at: place)
        var extents = operands[0].extents
        extents[extents.count - (isVertical ? 3 : 2)] = total
        try define(tensor, as: joined.viewed(as: extents), at: place)
    }
}

extension [Int] {
    fileprivate func differ(from other: [Int], in axis: Int) -> Bool {
        count == other.count && indices.allSatisfy { $0 == axis || self[$0] == other[$0] }
    }
}

extension ActivationQuantization {
    /// For each element, that of another scale and zero point as CONCATENATION rounds it, in float32; nil for int8.
    fileprivate func concatenated(to output: ActivationQuantization) -> [Int]? {
        guard !isSigned, !output.isSigned else { return nil }
        let factor = scale * (1 / output.scale)
        let bias = -Float(zeroPoint) * factor
        return elements.map { element in
            let rounded = (Float(element) * factor + bias).rounded(.toNearestOrAwayFromZero)
            return min(max(Int(max(min(rounded, 1e9), -1e9)) + output.zeroPoint, 0), 255)
        }
    }
}
