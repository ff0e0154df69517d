import Diagnostics
import Networks
import TFLite
import Tensors

// Operators that move no byte: a tensor gets other extents. Behind the host's results the host makes the view.
extension NetworkBuilder {
    /// RESHAPE, to a list of extents, one of which may be -1.
    mutating func reshape(_ listed: [Int]?, at place: OperatorPlace) throws(Diagnostic) {
        if let repeated = repeated[try input(0, of: place)] { return try settle(repeated, at: place) }
        let operand = try viewed(at: place)
        var extents: [Int]
        if place.operation.input(1) != nil {
            extents = try knownIntegers(1, of: place).elements
        } else if let listed {
            extents = listed
        } else {
            throw place.unfit("no extents", expected: "a list of them")
        }
        let count = operand.extents.reduce(1, *)
        if extents.count <= 8, extents.filter({ $0 == -1 }).count == 1, let open = extents.firstIndex(of: -1) {
            var rest = 1.0
            for extent in extents where extent != -1 { rest *= Double(extent) }
            guard rest >= 1, rest <= Double(count) else { throw unfit(place, operand, extents) }
            extents[open] = count / Int(rest)
        }
        try view(operand, as: extents, at: place)
    }

    /// SQUEEZE: axes of extent 1 are removed.
    mutating func squeeze(_ axes: [Int], at place: OperatorPlace) throws(Diagnostic) {
        let operand = try viewed(at: place)
        let rank = operand.extents.count
        let removed = Set(axes.map { $0 < 0 ? $0 + rank : $0 })
        let extents = operand.extents.enumerated().filter { axis, extent in
            !(axes.isEmpty ? extent == 1 : removed.contains(axis))
        }.map(\.element)
        try view(operand, as: extents, at: place)
    }

    /// EXPAND_DIMS: an axis of extent 1 more.
    mutating func expandDimensions(at place: OperatorPlace) throws(Diagnostic) {
        let operand = try viewed(at: place)
        let axes = try knownIntegers(1, of: place).elements
        let rank = operand.extents.count
        guard axes.count == 1, (-rank - 1...rank).contains(axes[0]) else {
            throw place.unfit("axes \(axes)", expected: "one of \(-rank - 1)...\(rank)")
        }
        var extents = operand.extents
        extents.insert(1, at: axes[0] < 0 ? axes[0] + rank + 1 : axes[0])
        try view(operand, as: extents, at: place)
    }

    /// A tensor that gets other extents.
    private struct Viewed {
        var extents: [Int]
        /// Nil for a result of the host.
        var activation: ImportedTensor?
    }

    private func viewed(at place: OperatorPlace) throws(Diagnostic) -> Viewed {
        if let result = hostTensors[try input(0, of: place)] { return Viewed(extents: result.extents) }
        let activation = try activation(0, of: place)
        return Viewed(extents: activation.extents, activation: activation)
    }

    private mutating func view(
        _ operand: Viewed, as extents: [Int], at place: OperatorPlace
    ) throws(Diagnostic) {
        guard extents.count <= 8, extents.allSatisfy({ $0 >= 1 }),
            extents.reduce(1.0, { $0 * Double($1) }) == Double(operand.extents.reduce(1, *))
        else { throw unfit(place, operand, extents) }
        guard let activation = operand.activation else { return try leaveToHost(.reshape, extents, at: place) }
        try sameQuantization(as: activation, at: place)
        try define(output(of: place), as: activation.viewed(as: extents), at: place)
    }

    private func unfit(_ place: OperatorPlace, _ operand: Viewed, _ extents: [Int]) -> Diagnostic {
        place.unfit(
            "extents \(extents.prefix(8)) for \(operand.extents)",
            expected: "as many elements: \(operand.extents.reduce(1, *))")
    }

    /// TRANSPOSE: a view where only axes of extent 1 change their places, else the host's.
    mutating func transpose(at place: OperatorPlace) throws(Diagnostic) {
        let operand = try viewed(at: place)
        let permutation = try knownIntegers(1, of: place).elements
        guard permutation.sorted() == Array(operand.extents.indices) else {
            throw place.unfit("axes \(permutation.prefix(9)) of \(operand.extents)", expected: "each of them once")
        }
        let extents = permutation.map { operand.extents[$0] }
        let moving = permutation.filter { operand.extents[$0] != 1 }
        guard moving != moving.sorted() else { return try view(operand, as: extents, at: place) }
        try leaveToHost(.transpose(permutation: permutation), extents, at: place)
    }
}
