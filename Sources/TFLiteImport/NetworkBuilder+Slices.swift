import Diagnostics
import Graph
import Networks
import TFLite
import Tensors
import Text

/// Elements of an axis that a slice takes.
struct AxisSlice: Equatable {
    var begin: Int
    /// 1 or more.
    var stride: Int
    /// 1 or more; the last one lies inside the axis.
    var count: Int

    /// The whole of an axis.
    static func all(_ extent: Int) -> AxisSlice { AxisSlice(begin: 0, stride: 1, count: extent) }

    /// Behind the last element.
    var end: Int { begin + (count - 1) * stride + 1 }
}

// Parts of tensors: rows and columns are copied by `pad` with negative padding, channels by the MAC array.
extension NetworkBuilder {
    /// SLICE: begins and sizes are operands, a size of -1 is what is left.
    mutating func slice(at place: OperatorPlace) throws(Diagnostic) {
        let operand = try picture(0, of: place)
        let (begins, counts) = (try knownIntegers(1, of: place).elements, try knownIntegers(2, of: place).elements)
        guard begins.count == operand.extents.count, counts.count == operand.extents.count else {
            throw place.unfit(
                "\(begins.count) begins and \(counts.count) sizes", expected: "one for each of \(operand.extents)")
        }
        var slices: [AxisSlice] = []
        for (axis, extent) in operand.extents.enumerated() {
            let begin = begins[axis]
            guard (0..<extent).contains(begin) else { throw beyond(place, begins, operand) }
            let count = counts[axis] == -1 ? extent - begin : counts[axis]
            guard count >= 1, count <= extent - begin else { throw beyond(place, counts, operand) }
            slices.append(AxisSlice(begin: begin, stride: 1, count: count))
        }
        try slice(operand, slices, removing: [], to: output(of: place), at: place)
    }

    /// STRIDED_SLICE with positive strides.
    mutating func stridedSlice(_ options: TFLiteOptions.StridedSlice, at place: OperatorPlace) throws(Diagnostic) {
        let operand = try picture(0, of: place)
        let begins = try knownIntegers(1, of: place).elements
        let ends = try knownIntegers(2, of: place).elements
        let strides = try knownIntegers(3, of: place).elements
        guard options.ellipsisMask == 0, options.newAxisMask == 0, !options.endsAreOffsets,
            strides.allSatisfy({ $0 >= 1 })
        else {
            throw unsupported(
                place, found: "strides \(strides.prefix(8)), or an ellipsis, a new axis or ends as offsets",
                expected: "strides above 0, and begins and ends of each axis")
        }
        guard begins.count == ends.count, ends.count == strides.count, begins.count <= operand.extents.count else {
            throw place.unfit(
                "\(begins.count) begins, \(ends.count) ends, \(strides.count) strides",
                expected: "as many, at most \(operand.extents.count)")
        }
        var slices = operand.extents.map(AxisSlice.all)
        var removed: Set<Int> = []
        for axis in begins.indices {
            let extent = operand.extents[axis]
            func position(_ given: Int) -> Int { max(0, min(given < 0 ? given + extent : given, extent)) }
            let begin = options.beginMask >> axis & 1 == 1 ? 0 : position(begins[axis])
            var end = options.endMask >> axis & 1 == 1 ? extent : position(ends[axis])
            if options.shrinkAxisMask >> axis & 1 == 1 {
                removed.insert(axis)
                end = begin + 1
            }
            guard begin < end, end <= extent else { throw beyond(place, begins, operand) }
            let stride = min(strides[axis], extent)
            slices[axis] = AxisSlice(begin: begin, stride: stride, count: (end - begin + stride - 1) / stride)
        }
        try slice(operand, slices, removing: removed, to: output(of: place), at: place)
    }

    /// SPLIT in equal parts, SPLIT_V in parts of sizes that are an operand.
    mutating func split(at place: OperatorPlace) throws(Diagnostic) {
        let isEqual = place.operation.code.builtin == .split
        let operand = try picture(isEqual ? 1 : 0, of: place)
        let axes = try knownIntegers(isEqual ? 0 : 2, of: place).elements
        let (rank, parts) = (operand.extents.count, place.operation.outputs)
        guard axes.count == 1, (-rank..<rank).contains(axes[0]), !parts.isEmpty else {
            throw place.unfit(
                "axis \(axes.prefix(8)), \(parts.count.counted("output"))", expected: "an axis of \(operand.extents)")
        }
        let axis = axes[0] < 0 ? axes[0] + rank : axes[0]
        let extent = operand.extents[axis]
        var counts = Array(repeating: extent / parts.count, count: parts.count)
        if !isEqual {
            counts = try knownIntegers(1, of: place).elements
            if let open = counts.firstIndex(of: -1), counts.count <= 64 {
                counts[open] = extent - counts.reduce(0) { $0 + max(0, min($1, extent)) }
            }
        }
        guard counts.count == parts.count, counts.allSatisfy({ (1...extent).contains($0) }),
            counts.reduce(0, +) == extent
        else { throw place.unfit("parts of \(counts.prefix(8))", expected: "parts of \(extent) in all") }
        var begin = 0
        for (tensor, count) in zip(parts, counts) {
            var slices = operand.extents.map(AxisSlice.all)
            slices[axis] = AxisSlice(begin: begin, stride: 1, count: count)
            begin += count
            try slice(operand, slices, removing: [], to: tensor, at: place)
        }
    }

    private mutating func slice(
        _ operand: ImportedTensor, _ slices: [AxisSlice], removing removed: Set<Int>, to tensor: Int,
        at place: OperatorPlace
    ) throws(Diagnostic) {
        try sameQuantization(of: tensor, as: operand, at: place)
        // Axes in front of the last three have one element.
        let whole = Array(repeating: AxisSlice.all(1), count: max(0, 3 - slices.count))
        let stored = whole + slices.suffix(3)
        let name = names.name(of: tensor)
        let result = try sliced(operand, stored, as: name, at: place)
        let extents = slices.enumerated().filter { !removed.contains($0.offset) }.map(\.element.count)
        try define(tensor, as: result.viewed(as: extents), at: place)
    }

    /// A part of a stored tensor; the tensor itself where that is all of it.
    ///
    /// - Parameter slices: of rows, columns and channels.
    mutating func sliced(
        _ operand: ImportedTensor, _ slices: [AxisSlice], as name: String, at place: OperatorPlace
    ) throws(Diagnostic) -> ImportedTensor {
        let (rows, columns, channels) = (slices[0], slices[1], slices[2])
        let stored = operand.stored
        var result = operand
        let selectsChannels = channels != .all(stored.channels)
        if rows != .all(stored.height) || columns != .all(stored.width) {
            let padding = Padding(
                top: -rows.begin, bottom: rows.end - stored.height, left: -columns.begin,
                right: columns.end - stored.width)
            guard max(rows.stride, columns.stride) <= 255 else {
                throw unsupported(place, found: "strides \(rows.stride) and \(columns.stride)", expected: "at most 255")
            }
            result = try pad(
                result, Pad(padding: padding, strideY: rows.stride, strideX: columns.stride),
                as: selectsChannels ? innerName(name, "rows") : name, at: place)
        }
        guard selectsChannels else { return result }
        let taps = (0..<channels.count).map { [channels.begin + $0 * channels.stride] }
        return try copy(result, Selection(taps: taps), as: name, at: place)
    }

    private func beyond(_ place: OperatorPlace, _ found: [Int], _ operand: ImportedTensor) -> Diagnostic {
        place.unfit("a slice at \(found.prefix(8)) of \(operand.extents)", expected: "elements inside the tensor")
    }
}
