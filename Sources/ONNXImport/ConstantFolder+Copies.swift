import Diagnostics
import ONNX

// Operators that leave out, repeat or reorder the elements of constants.
extension ConstantFolder {
    private var operand: ONNXTensor { operands[0] }

    func viewed() throws(Diagnostic) -> ONNXTensor? {
        var extents = operand.extents
        let rank = extents.count
        switch place.name {
        case "Reshape":
            guard operands.count == 2, let listed = operands[1].integers, listed.count <= 8 else { return nil }
            extents = listed.enumerated().map { axis, extent in
                extent == 0 && axis < rank ? operand.extents[axis] : extent
            }
            if extents.filter({ $0 == -1 }).count == 1, let open = extents.firstIndex(of: -1) {
                let rest = extents.reduce(-1.0) { $0 * Double($1) }
                guard rest >= 1, rest <= Double(operand.count) else { throw unfit(extents) }
                extents[open] = operand.count / Int(rest)
            }
        case "Flatten":
            let axis = try place.integer("axis", default: 1)
            let first = axis < 0 ? axis + rank : axis
            guard (0...rank).contains(first) else { throw unfit([axis]) }
            let outer = extents[..<first].reduce(1, *)
            extents = [outer, operand.count / max(outer, 1)]
        default:
            let axes = try axes() ?? (place.name == "Squeeze" ? extents.indices.filter { extents[$0] == 1 } : nil)
            guard let axes, axes.count <= 8 else { return nil }
            if place.name == "Squeeze" {
                let removed = Set(axes.map { $0 < 0 ? $0 &+ rank : $0 })
                extents = extents.enumerated().filter { !removed.contains($0.offset) }.map(\.element)
            } else {
                let added = Set(axes.map { $0 < 0 ? $0 &+ rank + axes.count : $0 })
                guard added.count == axes.count, added.allSatisfy({ (0..<rank + axes.count).contains($0) }) else {
                    throw unfit(axes)
                }
                var rest = extents[...]
                extents = (0..<rank + axes.count).map { added.contains($0) ? 1 : rest.removeFirst() }
            }
        }
        guard extents.allSatisfy({ $0 >= 0 }), extents.reduce(1.0, { $0 * Double($1) }) == Double(operand.count) else {
            throw unfit(extents)
        }
        return ONNXTensor(operand.elementType, extents, operand.elements)
    }

    private func axes() throws(Diagnostic) -> [Int]? {
        if operands.count > 1 { return operands[1].integers }
        return try place.integers("axes")
    }

    func transposed() throws(Diagnostic) -> ONNXTensor? {
        let extents = operand.extents
        let order = try place.integers("perm") ?? Array(extents.indices.reversed())
        guard order.sorted() == Array(extents.indices) else { throw unfit(order) }
        var pitches = Array(repeating: 1, count: extents.count)
        for axis in extents.indices.dropLast().reversed() { pitches[axis] = pitches[axis + 1] * extents[axis + 1] }
        let result = order.map { extents[$0] }
        let moved = order.map { pitches[$0] }
        return picked(result) { index in
            var (rest, position) = (index, 0)
            for axis in result.indices.reversed() {
                position += rest % result[axis] * moved[axis]
                rest /= result[axis]
            }
            return position
        }
    }

    func concatenated() throws(Diagnostic) -> ONNXTensor? {
        let rank = operand.extents.count
        let listed = try place.integer("axis", default: 0)
        let axis = listed < 0 ? listed + rank : listed
        guard operand.extents.indices.contains(axis),
            operands.allSatisfy({ other in
                other.extents.count == rank
                    && other.extents.indices.allSatisfy { $0 == axis || other.extents[$0] == operand.extents[$0] }
            })
        else { throw unfit([listed]) }
        let outer = operand.extents[..<axis].reduce(1, *)
        var extents = operand.extents
        extents[axis] = operands.reduce(0) { $0 + $1.extents[axis] }
        func joined<Element>(_ parts: [[Element]]) -> [Element] {
            var elements: [Element] = []
            for row in 0..<outer {
                for part in parts {
                    let count = part.count / outer
                    elements += part[row * count..<(row + 1) * count]
                }
            }
            return elements
        }
        let floats = operands.compactMap(\.floats)
        if floats.count == operands.count {
            return ONNXTensor(operand.elementType, extents, .floats(outer == 0 ? [] : joined(floats)))
        }
        let integers = operands.compactMap(\.integers)
        guard integers.count == operands.count else { return nil }
        return ONNXTensor(operand.elementType, extents, .integers(outer == 0 ? [] : joined(integers)))
    }

    /// Along axis 0.
    func gathered() throws(Diagnostic) -> ONNXTensor? {
        guard operands.count == 2, let chosen = operands[1].integers, try place.integer("axis", default: 0) == 0,
            let extent = operand.extents.first, extent > 0, chosen.count <= operand.count
        else { return nil }
        let positions = chosen.map { $0 < 0 ? $0 &+ extent : $0 }
        guard positions.allSatisfy({ (0..<extent).contains($0) }) else { throw unfit(positions) }
        let inner = operand.count / extent
        guard positions.count * inner <= operand.count else { return nil }
        return picked(operands[1].extents + operand.extents.dropFirst()) { index in
            positions[index / inner] * inner + index % inner
        }
    }

    /// Of a list, in steps of 1.
    func sliced() throws(Diagnostic) -> ONNXTensor? {
        let starts = operands.count > 1 ? operands[1].integers : try place.integers("starts")
        let ends = operands.count > 2 ? operands[2].integers : try place.integers("ends")
        guard operand.extents.count == 1, let start = starts?.first, let end = ends?.first, starts?.count == 1,
            operands.count < 5 || operands[4].integers == [1]
        else { return nil }
        func position(_ index: Int) -> Int {
            max(0, min(index < 0 ? index &+ operand.count : index, operand.count))
        }
        let range = position(start)..<max(position(start), position(end))
        return picked([range.count]) { range.lowerBound + $0 }
    }

    private func picked(_ extents: [Int], _ index: (Int) -> Int) -> ONNXTensor {
        let count = extents.reduce(1, *)
        return switch operand.elements {
        case .floats(let elements):
            ONNXTensor(operand.elementType, extents, .floats((0..<count).map { elements[index($0)] }))
        case .integers(let elements):
            ONNXTensor(operand.elementType, extents, .integers((0..<count).map { elements[index($0)] }))
        }
    }

    private func unfit(_ found: [Int]) -> Diagnostic {
        place.unfit(
            "\(found.prefix(8)) for constants of extents \(operands.map(\.extents).prefix(4))",
            expected: "those of the operands")
    }
}
