import Diagnostics
import ONNX
import Tensors

// Operators that move no byte: a tensor gets other extents.
extension GraphBuilder {
    /// Identity and Dropout.
    mutating func identity(at place: ONNXPlace) throws(Diagnostic) {
        let value = try viewable(at: place)
        try view(value, as: value.extents, at: place)
    }

    /// Reshape, Flatten, Squeeze and Unsqueeze.
    mutating func view(at place: ONNXPlace) throws(Diagnostic) {
        let value = try viewable(at: place)
        try view(value, as: viewedExtents(of: value.extents, at: place), at: place)
    }

    /// What a view is of: activations, or a float input that the host quantizes behind it.
    private func viewable(at place: ONNXPlace) throws(Diagnostic) -> ImportedValue {
        if let input = hostInputs[try name(0, of: place)] { return input }
        return try value(0, of: place)
    }

    /// The extents that one of these operators gives.
    ///
    /// - Throws: `onnxShapeUnfit`, `onnxOperatorUnsupported` for extents that are not known.
    func viewedExtents(of extents: [Int], at place: ONNXPlace) throws(Diagnostic) -> [Int] {
        switch place.name {
        case "Reshape": try reshaped(extents, at: place)
        case "Flatten": try flattened(extents, at: place)
        case "Squeeze": try squeezed(extents, at: place)
        default: try unsqueezed(extents, at: place)
        }
    }

    /// 0 keeps an extent, -1 is what is left.
    private func reshaped(_ old: [Int], at place: ONNXPlace) throws(Diagnostic) -> [Int] {
        let count = old.reduce(1, *)
        guard var extents = try list("shape", or: 1, of: place), extents.count <= 8 else {
            throw place.unfit("no extents, or more than 8", expected: "a list of them")
        }
        if try place.integer("allowzero", default: 0) == 0 {
            for (axis, extent) in extents.enumerated() where extent == 0 && axis < old.count {
                extents[axis] = old[axis]
            }
        }
        if extents.filter({ $0 == -1 }).count == 1, let open = extents.firstIndex(of: -1) {
            let rest = extents.reduce(-1.0) { $0 * Double($1) }
            guard rest >= 1, rest <= Double(count) else {
                throw place.unfit("extents \(extents) for \(old)", expected: "as many elements: \(count)")
            }
            extents[open] = count / Int(rest)
        }
        return extents
    }

    private func flattened(_ old: [Int], at place: ONNXPlace) throws(Diagnostic) -> [Int] {
        let axis = try place.integer("axis", default: 1)
        let first = axis < 0 ? axis + old.count : axis
        guard (0...old.count).contains(first) else {
            throw place.unfit("axis \(axis) of \(old)", expected: "one of them")
        }
        return [old[..<first].reduce(1, *), old[first...].reduce(1, *)]
    }

    private func squeezed(_ old: [Int], at place: ONNXPlace) throws(Diagnostic) -> [Int] {
        let axes = try list("axes", or: 1, of: place) ?? []
        let removed = Set(axes.map { $0 < 0 ? $0 &+ old.count : $0 })
        return old.enumerated().filter { axis, extent in
            !(axes.isEmpty ? extent == 1 : removed.contains(axis))
        }.map(\.element)
    }

    private func unsqueezed(_ old: [Int], at place: ONNXPlace) throws(Diagnostic) -> [Int] {
        let axes = try list("axes", or: 1, of: place) ?? []
        let rank = old.count + axes.count
        let added = Set(axes.map { $0 < 0 ? $0 &+ rank : $0 })
        guard added.count == axes.count, axes.count <= 8, added.allSatisfy({ (0..<rank).contains($0) }) else {
            throw place.unfit("axes \(axes.prefix(8))", expected: "different ones of 0...\(rank - 1)")
        }
        var rest = old[...]
        return (0..<rank).map { added.contains($0) ? 1 : rest.removeFirst() }
    }

    /// Transpose where extents of 1 change their places, or channels go behind rows and columns and back.
    mutating func transpose(at place: ONNXPlace) throws(Diagnostic) {
        let value = try viewable(at: place)
        let order = try permutation(of: value.extents.count, at: place)
        let moved = order.filter { value.extents[$0] != 1 }
        let extents = order.map { value.extents[$0] }
        // Before what moves only extents of 1: a picture of one channel stays one.
        if order == [0, 3, 1, 2] && value.isTurnedPicture || order == [0, 2, 3, 1] && value.isPicture {
            var turned = value
            turned.isChannelsLast = order == [0, 2, 3, 1]
            return try view(turned, as: extents, at: place)
        }
        if moved == moved.sorted() { return try view(value, as: extents, at: place) }
        let axes = moved.sorted()
        let channelsAxis = value.isChannelsLast ? axes[axes.count - 1] : axes[0]
        let turned =
            value.isChannelsLast ? [channelsAxis] + Array(axes.dropLast()) : Array(axes.dropFirst()) + [channelsAxis]
        guard moved == turned, value.extents[channelsAxis] == value.stored.channels else {
            throw unsupported(
                place, found: "perm \(order) of extents \(value.extents)",
                expected:
                    "channels behind rows and columns or back, or an order that leaves the elements where they are")
        }
        var viewed = value
        viewed.isChannelsLast.toggle()
        try view(viewed, as: extents, at: place)
    }

    /// `perm`; without one the axes from the last to the first.
    func permutation(of rank: Int, at place: ONNXPlace) throws(Diagnostic) -> [Int] {
        let order = try place.integers("perm") ?? (0..<rank).reversed()
        guard order.sorted() == Array(0..<rank) else {
            throw place.unfit("perm \(order) of \(rank) axes", expected: "each axis once")
        }
        return order
    }
}
