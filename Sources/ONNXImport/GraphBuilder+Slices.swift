import Diagnostics
import Graph
import ONNX
import Tensors

// Parts of tensors: rows and columns by cutting off, channels by a copy of the MAC array.
extension GraphBuilder {
    /// Slice: from, to and step of some axes, steps of 1 or more.
    mutating func slice(at place: ONNXPlace) throws(Diagnostic) {
        let value = try value(0, of: place)
        let rank = value.extents.count
        guard let starts = try bounds("starts", or: 1, of: place), let ends = try bounds("ends", or: 2, of: place)
        else {
            throw place.unfit("no starts, or no ends", expected: "both")
        }
        let axes = try bounds("axes", or: 3, of: place) ?? Array(starts.indices)
        let steps = try place.input(4) == nil ? axes.map { _ in 1 } : bounds("steps", or: 4, of: place) ?? []
        guard starts.count == axes.count, ends.count == axes.count, steps.count == axes.count,
            axes.allSatisfy({ (-rank..<rank).contains($0) }),
            Set(axes.map { $0 < 0 ? $0 + rank : $0 }).count == axes.count
        else {
            throw place.unfit(
                "\(starts.count) starts, \(ends.count) ends, \(steps.count) steps of axes \(axes.prefix(8))",
                expected: "one of each for each of different axes")
        }
        var parts = value.extents.map { StridedRange(start: 0, end: $0, step: 1) }
        for (index, axis) in axes.enumerated() {
            let extent = value.extents[axis < 0 ? axis + rank : axis]
            func limited(_ bound: Int) -> Int { max(0, min(bound < 0 ? max(bound, -extent) + extent : bound, extent)) }
            let part = StridedRange(start: limited(starts[index]), end: limited(ends[index]), step: steps[index])
            guard part.step >= 1, part.start < part.end else {
                throw unsupported(
                    place, found: "elements \(starts[index])..<\(ends[index]) in steps of \(steps[index]) of \(extent)",
                    expected: "one at least, and steps of 1 or more")
            }
            parts[axis < 0 ? axis + rank : axis] = part
        }
        try take(parts, at: place)
    }

    /// Split along one axis, in parts that are given or equal.
    mutating func split(at place: ONNXPlace) throws(Diagnostic) {
        let value = try value(0, of: place)
        let (rank, count) = (value.extents.count, place.node.outputs.count)
        let listed = try place.integer("axis", default: 0)
        let axis = listed < 0 ? listed + rank : listed
        guard value.extents.indices.contains(axis), count > 0 else {
            throw place.unfit("axis \(listed) of \(value.extents)", expected: "one of them")
        }
        let extent = value.extents[axis]
        let equal = (extent + count - 1) / count
        let lengths =
            try bounds("split", or: 1, of: place) ?? (0..<count).map { max(0, min(equal, extent - $0 * equal)) }
        guard lengths.count == count, lengths.allSatisfy({ (1...extent).contains($0) }),
            lengths.reduce(0, +) == extent
        else {
            throw place.unfit("parts \(lengths.prefix(8)) of \(extent)", expected: "one above 0 for each output")
        }
        var start = 0
        for (output, length) in zip(place.node.outputs, lengths) {
            defer { start += length }
            guard !output.isEmpty else { continue }
            var node = place.node
            node.outputs = [output]
            var parts = value.extents.map { StridedRange(start: 0, end: $0, step: 1) }
            parts[axis] = StridedRange(start: start, end: start + length, step: 1)
            try take(parts, at: ONNXPlace(node: node, file: place.file))
        }
    }

    private struct StridedRange {
        var start: Int
        var end: Int
        var step: Int

        var count: Int { (end - start + step - 1) / step }
        var indices: [Int] { Array(stride(from: start, to: end, by: step)) }
    }

    /// A part of each axis, as many as the operand has.
    private mutating func take(_ parts: [StridedRange], at place: ONNXPlace) throws(Diagnostic) {
        let value = try value(0, of: place)
        let isWhole = zip(parts, value.extents).map { $0.count == $1 }
        if isWhole.allSatisfy(\.self) { return try view(value, as: value.extents, at: place) }
        let operand = try operand(0, of: place)
        guard operand.hasChannels, parts.count == operand.extents.count, isWhole[0] else {
            throw unsupported(
                place, found: "parts of extents \(operand.extents), stored as \(operand.stored)",
                expected: "channels, rows or columns as they were made")
        }
        guard isWhole[1] else {
            guard isWhole.dropFirst(2).allSatisfy(\.self) else {
                throw unsupported(
                    place, found: "a part of channels and of rows or columns", expected: "one after the other")
            }
            let channels = parts[1].indices
            let rank = operand.extents.count
            return try pend(
                .convolution(Convolution(outputChannels: channels.count, kernelHeight: 1, kernelWidth: 1)),
                .selection(channels), of: [operand], at: place,
                extents: { rank == 2 ? [1, $0.channels] : $0.extents })
        }
        let (rows, columns) = (parts[2], parts[3])
        let padding = Padding(
            top: -rows.start, bottom: rows.end - operand.stored.height, left: -columns.start,
            right: columns.end - operand.stored.width)
        try pend(
            .pad(Pad(padding: padding, strideY: rows.step, strideX: columns.step)), .copy(fill: 0), of: [operand],
            at: place)
    }

    /// Integers of an attribute in older models, of a constant input in newer ones, however large.
    private func bounds(_ attribute: String, or index: Int, of place: ONNXPlace) throws(Diagnostic) -> [Int]? {
        if case .integers(let listed)? = place.node.attributes[attribute] { return listed }
        return try integers(index, of: place)?.integers
    }
}

extension PendingLayer {
    /// A matrix `[outputs][inputs]` that copies channels.
    static func ones<Element>(at channels: [Int], of inputs: Int, zero: Element, one: Element) -> [Element] {
        var matrix = Array(repeating: zero, count: channels.count * inputs)
        for (output, input) in channels.enumerated() { matrix[output * inputs + input] = one }
        return matrix
    }
}
