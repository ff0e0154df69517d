import Diagnostics
import TFLite

/// Integers that are known without running: constants of a file, and shape arithmetic on them.
struct IntegerTensor: Equatable {
    var elements: [Int]
    /// Empty for a scalar.
    var extents: [Int]

    /// More elements than this are no shape arithmetic.
    static let most = 256
}

extension NetworkBuilder {
    /// The integers of an input.
    ///
    /// - Throws: `tfliteOperatorUnsupported` where they are computed from activations, `tfliteConstantUnfit`.
    func knownIntegers(_ index: Int, of place: OperatorPlace) throws(Diagnostic) -> IntegerTensor {
        let tensor = try input(index, of: place)
        guard let known = try integers(of: tensor) else {
            throw unsupported(
                place, found: "\(subgraph.tensors[tensor].name), which depends on the input's elements",
                expected: "integers that are known without running")
        }
        return known
    }

    /// Nil where they are not known, or not integers.
    private func integers(of tensor: Int) throws(Diagnostic) -> IntegerTensor? {
        if let known = integers[tensor] { return known }
        let described = subgraph.tensors[tensor]
        guard [.int32, .int64].contains(described.elementType), described.elementCount <= IntegerTensor.most,
            let elements = try model.constant(described)?.integers
        else { return nil }
        return IntegerTensor(elements: elements, extents: described.shape)
    }

    /// Computes an operator of shape arithmetic now; false where it is none.
    ///
    /// - Throws: `tfliteOperatorUnsupported`, `tfliteShapeUnfit`, `tfliteConstantUnfit`.
    mutating func fold(_ place: OperatorPlace) throws(Diagnostic) -> Bool {
        guard let builtin = place.operation.code.builtin else { return false }
        if builtin == .shape {
            let extents = try activation(0, of: place).extents
            try define(place, IntegerTensor(elements: extents, extents: [extents.count]))
            return true
        }
        var operands: [IntegerTensor] = []
        for case let tensor? in place.operation.inputs {
            guard let known = try integers(of: tensor) else { return false }
            operands.append(known)
        }
        guard let first = operands.first else { return false }
        switch (builtin, place.operation.options) {
        case (.stridedSlice, .stridedSlice(let options)) where operands.count == 4:
            try define(place, try slice(operands, options, at: place))
        case (.pack, .pack(_, let axis)) where axis == 0 && operands.allSatisfy({ $0.extents == first.extents }):
            let elements = operands.flatMap(\.elements)
            guard elements.count <= IntegerTensor.most else { return false }
            try define(place, IntegerTensor(elements: elements, extents: [operands.count] + first.extents))
        case (.concatenation, _) where operands.allSatisfy({ $0.extents.count == 1 }):
            let elements = operands.flatMap(\.elements)
            guard elements.count <= IntegerTensor.most else { return false }
            try define(place, IntegerTensor(elements: elements, extents: [elements.count]))
        case (.cast, _): try define(place, first)
        case (.add, _): try define(place, try pairs(operands, at: place) { $0.addingReportingOverflow($1) })
        case (.sub, _): try define(place, try pairs(operands, at: place) { $0.subtractingReportingOverflow($1) })
        case (.mul, _): try define(place, try pairs(operands, at: place) { $0.multipliedReportingOverflow(by: $1) })
        case (.reshape, _), (.squeeze, _), (.expandDims, _):
            let extents = subgraph.tensors[try output(of: place)].shape
            guard extents.allSatisfy({ $0 <= IntegerTensor.most }), extents.count <= 8,
                extents.reduce(1.0, { $0 * Double($1) }) == Double(first.elements.count)
            else { return false }
            try define(place, IntegerTensor(elements: first.elements, extents: extents))
        default: return false
        }
        return true
    }

    private mutating func define(_ place: OperatorPlace, _ known: IntegerTensor) throws(Diagnostic) {
        let tensor = try output(of: place)
        guard activations[tensor] == nil, integers.updateValue(known, forKey: tensor) == nil else {
            throw place.unfit(
                "a tensor \(subgraph.tensors[tensor].name) that is made twice", expected: "one operator for each tensor"
            )
        }
    }

    /// A slice of a list; an axis that is shrunk leaves a scalar.
    private func slice(
        _ operands: [IntegerTensor], _ options: TFLiteOptions.StridedSlice, at place: OperatorPlace
    ) throws(Diagnostic) -> IntegerTensor {
        let list = operands[0].elements
        guard operands[0].extents.count == 1, operands.dropFirst().allSatisfy({ $0.elements.count == 1 }),
            operands[3].elements[0] == 1, options.ellipsisMask == 0, options.newAxisMask == 0, !options.endsAreOffsets
        else {
            throw unsupported(
                place, found: "a slice of \(operands[0].extents) in steps of \(operands[3].elements)",
                expected: "neighbours in a list")
        }
        func position(_ operand: IntegerTensor) -> Int {
            let position = operand.elements[0]
            return max(0, min(position < 0 ? position + list.count : position, list.count))
        }
        let begin = options.beginMask & 1 == 1 ? 0 : position(operands[1])
        let shrinks = options.shrinkAxisMask & 1 == 1
        let end = shrinks ? begin + 1 : options.endMask & 1 == 1 ? list.count : position(operands[2])
        guard begin < end, end <= list.count else {
            throw place.unfit("elements \(begin) to \(end) of \(list.count)", expected: "at least one of them")
        }
        let elements = Array(list[begin..<end])
        return IntegerTensor(elements: elements, extents: shrinks ? [] : [elements.count])
    }

    private func pairs(
        _ operands: [IntegerTensor], at place: OperatorPlace,
        _ combine: (Int, Int) -> (partialValue: Int, overflow: Bool)
    ) throws(Diagnostic) -> IntegerTensor {
        guard operands.count == 2, operands.allSatisfy({ !$0.elements.isEmpty }),
            operands[0].extents == operands[1].extents || operands.contains(where: { $0.elements.count == 1 })
        else {
            throw place.unfit(
                "operands of extents \(operands.map(\.extents))", expected: "two of the same, or one element")
        }
        let count = max(operands[0].elements.count, operands[1].elements.count)
        var elements: [Int] = []
        for index in 0..<count {
            let (left, right) = (operands[0].elements, operands[1].elements)
            let (value, overflow) = combine(left[index % left.count], right[index % right.count])
            guard !overflow, Int32(exactly: value) != nil else {
                throw place.unfit("a result beyond 32 bits", expected: "extents")
            }
            elements.append(value)
        }
        let extents = operands[0].elements.count == count ? operands[0].extents : operands[1].extents
        return IntegerTensor(elements: elements, extents: extents)
    }
}
