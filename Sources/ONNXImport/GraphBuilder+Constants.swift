import Diagnostics
import ONNX

// Operators whose operands are known are computed now: shape arithmetic, and weights that exporters leave in parts.
extension GraphBuilder {
    /// Computes an operator now; false where its operands are activations, or where it is none of these.
    ///
    /// - Throws: `onnxShapeUnfit`, `memoryBudgetExceeded` before anything is allocated.
    mutating func fold(_ place: ONNXPlace) throws(Diagnostic) -> Bool {
        if place.name == "Shape", let input = place.input(0), let value = values[input] {
            let rank = value.extents.count
            let start = try bound("start", of: place, rank: rank, default: 0)
            let end = try bound("end", of: place, rank: rank, default: rank)
            let extents = Array(value.extents[start..<max(start, end)])
            try define(
                output(of: place), as: ONNXTensor(.int64, [extents.count], .integers(extents)), at: place)
            return true
        }
        var operands: [ONNXTensor] = []
        // Those that are left out behind the last are none; one that is left out before others is not computed.
        let given = place.node.inputs.lastIndex { !$0.isEmpty }.map { place.node.inputs[...$0] } ?? []
        for name in given {
            guard let constant = constants[name] else { return false }
            operands.append(constant)
        }
        guard !operands.isEmpty else { return false }
        let folder = ConstantFolder(place: place, operands: operands)
        let bytes = try folder.bytes()
        guard let bytes else { return false }
        try reserve(bytes, for: "a constant that is computed", at: place)
        guard let result = try folder.result() else { return false }
        try define(output(of: place), as: result, at: place)
        return true
    }

    /// `start` or `end` of Shape: an axis, negative ones from the end, limited to the rank.
    private func bound(
        _ attribute: String, of place: ONNXPlace, rank: Int, default standard: Int
    ) throws(Diagnostic) -> Int {
        // Files say "to the end" with the largest integer.
        if case .integer(let axis)? = place.node.attributes[attribute] {
            return max(0, min(axis < 0 ? axis + rank : axis, rank))
        }
        return try place.integer(attribute, default: standard)
    }
}
