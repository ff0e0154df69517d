import Diagnostics
import ONNX
import Text

/// An operator on constants.
struct ConstantFolder {
    let place: ONNXPlace
    let operands: [ONNXTensor]

    private var first: ONNXTensor { operands[0] }

    /// What the result takes; nil for operators that are not computed here.
    func bytes() throws(Diagnostic) -> Int? {
        switch place.name {
        case "ConstantOfShape":
            guard let extents = first.integers, extents.count <= 8, extents.allSatisfy({ $0 >= 0 }) else {
                throw place.unfit("extents \(first.integers?.prefix(8) ?? [])", expected: "at most 8, none negative")
            }
            return MemoryBudget.product(8, extents.reduce(1) { MemoryBudget.product($0, $1) })
        case "Add", "Sub", "Mul", "Div":
            guard operands.count == 2 else { return nil }
            return MemoryBudget.product(8, try broadcast().reduce(1) { MemoryBudget.product($0, $1) })
        case "Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Transpose", "Concat", "Gather", "Slice",
            "Sqrt", "Neg", "Reciprocal", "Floor", "Ceil", "Dropout":
            return MemoryBudget.product(
                8,
                operands.reduce(0) { MemoryBudget.sum($0, $1.count) } * (place.name == "Gather" ? 2 : 1))
        default: return nil
        }
    }

    /// Nil where the operands are of another kind than the operator's.
    func result() throws(Diagnostic) -> ONNXTensor? {
        switch place.name {
        case "Identity", "Dropout": return first
        case "Cast": return cast(to: ONNXElementType(rawValue: try place.integer("to", default: 0)))
        case "ConstantOfShape": return try filled()
        case "Add": return try pairs({ $0 + $1 }) { $0.addingReportingOverflow($1) }
        case "Sub": return try pairs({ $0 - $1 }) { $0.subtractingReportingOverflow($1) }
        case "Mul": return try pairs({ $0 * $1 }) { $0.multipliedReportingOverflow(by: $1) }
        case "Div": return try pairs({ $0 / $1 }) { $0.dividedReportingOverflow(by: $1) }
        case "Sqrt": return mapped { $0.squareRoot() }
        case "Reciprocal": return mapped { 1 / $0 }
        case "Floor": return mapped { $0.rounded(.down) }
        case "Ceil": return mapped { $0.rounded(.up) }
        case "Neg":
            return first.integers.map { ONNXTensor(first.elementType, first.extents, .integers($0.map { 0 &- $0 })) }
                ?? mapped { -$0 }
        case "Reshape", "Squeeze", "Unsqueeze", "Flatten": return try viewed()
        case "Transpose": return try transposed()
        case "Concat": return try concatenated()
        case "Gather": return try gathered()
        case "Slice": return try sliced()
        default: return nil
        }
    }

    private func mapped(_ function: (Float) -> Float) -> ONNXTensor? {
        first.floats.map { ONNXTensor(first.elementType, first.extents, .floats($0.map(function))) }
    }

    private func cast(to type: ONNXElementType?) -> ONNXTensor? {
        guard let type else { return nil }
        switch first.elements {
        case .floats(let elements):
            guard !type.isFloat else { return ONNXTensor(type, first.extents, .floats(elements)) }
            var integers: [Int] = []
            for element in elements {
                guard element.isFinite, abs(element) < 0x1p62 else { return nil }
                integers.append(Int(element))
            }
            return ONNXTensor(type, first.extents, .integers(integers))
        case .integers(let elements):
            return type.isFloat
                ? ONNXTensor(type, first.extents, .floats(elements.map { Float($0) }))
                : ONNXTensor(type, first.extents, .integers(elements))
        }
    }

    private func filled() throws(Diagnostic) -> ONNXTensor? {
        guard let extents = first.integers else { return nil }
        let count = extents.reduce(1, *)
        guard case .tensor(let value)? = place.node.attributes["value"] else {
            return ONNXTensor(.float32, extents, .floats(Array(repeating: 0, count: count)))
        }
        switch value.elements {
        case .floats(let elements) where elements.count == 1:
            return ONNXTensor(value.elementType, extents, .floats(Array(repeating: elements[0], count: count)))
        case .integers(let elements) where elements.count == 1:
            return ONNXTensor(value.elementType, extents, .integers(Array(repeating: elements[0], count: count)))
        default: throw place.unfit("a value of \(value.count.counted("element"))", expected: "1")
        }
    }

    /// Extents of two operands that are aligned at their ends.
    private func broadcast() throws(Diagnostic) -> [Int] {
        let rank = max(operands[0].extents.count, operands[1].extents.count)
        let aligned = operands.map { Array(repeating: 1, count: rank - $0.extents.count) + $0.extents }
        var extents: [Int] = []
        for axis in 0..<rank {
            let (left, right) = (aligned[0][axis], aligned[1][axis])
            guard left == right || left == 1 || right == 1 else {
                throw place.unfit(
                    "operands of extents \(operands.map(\.extents))", expected: "the same extents, or some of 1")
            }
            extents.append(left == 1 ? right : left)
        }
        return extents
    }

    private func pairs(
        _ floats: (Float, Float) -> Float, _ integers: (Int, Int) -> (partialValue: Int, overflow: Bool)
    ) throws(Diagnostic) -> ONNXTensor? {
        let extents = try broadcast()
        let count = extents.reduce(1, *)
        let (left, right) = (indices(operands[0], extents, count), indices(operands[1], extents, count))
        if let a = operands[0].floats, let b = operands[1].floats {
            return ONNXTensor(
                first.elementType, extents, .floats((0..<count).map { floats(a[left($0)], b[right($0)]) }))
        }
        guard let a = operands[0].integers, let b = operands[1].integers else { return nil }
        var elements: [Int] = []
        for index in 0..<count {
            let (value, overflow) = integers(a[left(index)], b[right(index)])
            guard !overflow else { throw place.unfit("a result beyond 64 bits", expected: "extents") }
            elements.append(value)
        }
        return ONNXTensor(first.elementType, extents, .integers(elements))
    }

    /// From an index in the result to one in an operand.
    private func indices(_ operand: ONNXTensor, _ extents: [Int], _ count: Int) -> (Int) -> Int {
        if operand.count == count { return { $0 } }
        if operand.count == 1 { return { _ in 0 } }
        let aligned = Array(repeating: 1, count: extents.count - operand.extents.count) + operand.extents
        return { index in
            var (rest, position, pitch) = (index, 0, 1)
            for axis in extents.indices.reversed() {
                if aligned[axis] != 1 {
                    position += rest % extents[axis] * pitch
                    pitch *= aligned[axis]
                }
                rest /= extents[axis]
            }
            return position
        }
    }
}
