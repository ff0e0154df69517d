import Diagnostics
import TFLite
import Tensors

// Operators that move no byte: a tensor gets other extents, or leaves and enters the network.
extension NetworkBuilder {
    /// RESHAPE, to a list of extents, one of which may be -1.
    mutating func reshape(_ listed: [Int]?, at place: OperatorPlace) throws(Diagnostic) {
        let operand = try activation(0, of: place)
        var extents: [Int]
        if place.operation.input(1) != nil {
            extents = try knownIntegers(1, of: place).elements
        } else if let listed {
            extents = listed
        } else {
            throw place.unfit("no extents", expected: "a list of them")
        }
        let count = operand.stored.count
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
        let operand = try activation(0, of: place)
        let rank = operand.extents.count
        let removed = Set(axes.map { $0 < 0 ? $0 + rank : $0 })
        let extents = operand.extents.enumerated().filter { axis, extent in
            !(axes.isEmpty ? extent == 1 : removed.contains(axis))
        }.map(\.element)
        try view(operand, as: extents, at: place)
    }

    /// EXPAND_DIMS: an axis of extent 1 more.
    mutating func expandDimensions(at place: OperatorPlace) throws(Diagnostic) {
        let operand = try activation(0, of: place)
        let axes = try knownIntegers(1, of: place).elements
        let rank = operand.extents.count
        guard axes.count == 1, (-rank - 1...rank).contains(axes[0]) else {
            throw place.unfit("axes \(axes)", expected: "one of \(-rank - 1)...\(rank)")
        }
        var extents = operand.extents
        extents.insert(1, at: axes[0] < 0 ? axes[0] + rank + 1 : axes[0])
        try view(operand, as: extents, at: place)
    }

    private mutating func view(
        _ operand: ImportedTensor, as extents: [Int], at place: OperatorPlace
    ) throws(Diagnostic) {
        guard extents.count <= 8, extents.allSatisfy({ $0 >= 1 }),
            extents.reduce(1.0, { $0 * Double($1) }) == Double(operand.stored.count)
        else { throw unfit(place, operand, extents) }
        guard try outputQuantization(of: place) == operand.quantization else {
            throw unsupported(
                place, found: "an output of another scale or zero point", expected: "those of the operand")
        }
        try define(output(of: place), as: operand.viewed(as: extents), at: place)
    }

    private func unfit(_ place: OperatorPlace, _ operand: ImportedTensor, _ extents: [Int]) -> Diagnostic {
        place.unfit(
            "extents \(extents.prefix(8)) for \(operand.extents)",
            expected: "as many elements: \(operand.stored.count)")
    }

    /// DEQUANTIZE of a result, SOFTMAX and the like at the end: the host reads the codes of what is before.
    mutating func leaveToHost(at place: OperatorPlace) throws(Diagnostic) {
        let operand: ImportedTensor
        if let tensor = place.operation.input(0), hostTensors.contains(tensor), let before = activations[tensor] {
            operand = before
        } else {
            operand = try activation(0, of: place)
        }
        let tensor = try output(of: place)
        guard activations.updateValue(operand, forKey: tensor) == nil, integers[tensor] == nil else {
            throw place.unfit(
                "a tensor \(subgraph.tensors[tensor].name) that is made twice",
                expected: "one operator for each tensor")
        }
        hostTensors.insert(tensor)
    }
}
