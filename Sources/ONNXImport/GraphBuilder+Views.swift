import Diagnostics
import ONNX
import Tensors

// Operators that move no byte: a tensor gets other extents.
extension GraphBuilder {
    /// Identity and Dropout.
    mutating func identity(at place: ONNXPlace) throws(Diagnostic) {
        let value = try value(0, of: place)
        try view(value, as: value.extents, at: place)
    }

    /// Reshape: 0 keeps an extent, -1 is what is left.
    mutating func reshape(at place: ONNXPlace) throws(Diagnostic) {
        let value = try value(0, of: place)
        guard var extents = try list("shape", or: 1, of: place), extents.count <= 8 else {
            throw place.unfit("no extents, or more than 8", expected: "a list of them")
        }
        if try place.integer("allowzero", default: 0) == 0 {
            for (axis, extent) in extents.enumerated() where extent == 0 && axis < value.extents.count {
                extents[axis] = value.extents[axis]
            }
        }
        if extents.filter({ $0 == -1 }).count == 1, let open = extents.firstIndex(of: -1) {
            let rest = extents.reduce(-1.0) { $0 * Double($1) }
            guard rest >= 1, rest <= Double(value.stored.count) else {
                throw place.unfit(
                    "extents \(extents) for \(value.extents)", expected: "as many elements: \(value.stored.count)")
            }
            extents[open] = value.stored.count / Int(rest)
        }
        try view(value, as: extents, at: place)
    }

    mutating func flatten(at place: ONNXPlace) throws(Diagnostic) {
        let value = try value(0, of: place)
        let axis = try place.integer("axis", default: 1)
        let first = axis < 0 ? axis + value.extents.count : axis
        guard (0...value.extents.count).contains(first) else {
            throw place.unfit("axis \(axis) of \(value.extents)", expected: "one of them")
        }
        let outer = value.extents[..<first].reduce(1, *)
        try view(value, as: [outer, value.stored.count / max(outer, 1)], at: place)
    }

    mutating func squeeze(at place: ONNXPlace) throws(Diagnostic) {
        let value = try value(0, of: place)
        let rank = value.extents.count
        let axes = try list("axes", or: 1, of: place) ?? []
        let removed = Set(axes.map { $0 < 0 ? $0 &+ rank : $0 })
        let extents = value.extents.enumerated().filter { axis, extent in
            !(axes.isEmpty ? extent == 1 : removed.contains(axis))
        }.map(\.element)
        try view(value, as: extents, at: place)
    }

    mutating func unsqueeze(at place: ONNXPlace) throws(Diagnostic) {
        let value = try value(0, of: place)
        let axes = try list("axes", or: 1, of: place) ?? []
        let rank = value.extents.count + axes.count
        let added = Set(axes.map { $0 < 0 ? $0 &+ rank : $0 })
        guard added.count == axes.count, axes.count <= 8, added.allSatisfy({ (0..<rank).contains($0) }) else {
            throw place.unfit("axes \(axes.prefix(8))", expected: "different ones of 0...\(rank - 1)")
        }
        var rest = value.extents[...]
        let extents = (0..<rank).map { added.contains($0) ? 1 : rest.removeFirst() }
        try view(value, as: extents, at: place)
    }

    /// Transpose where only extents of 1 change their places.
    mutating func transpose(at place: ONNXPlace) throws(Diagnostic) {
        let value = try value(0, of: place)
        let order = try place.integers("perm") ?? Array(value.extents.indices.reversed())
        guard order.sorted() == Array(value.extents.indices) else {
            throw place.unfit("perm \(order) of \(value.extents)", expected: "each axis once")
        }
        let moved = order.filter { value.extents[$0] != 1 }
        guard moved == moved.sorted() else {
            throw unsupported(
                place, found: "perm \(order) of extents \(value.extents)",
                expected: "an order that leaves the elements where they are")
        }
        try view(value, as: order.map { value.extents[$0] }, at: place)
    }
}
