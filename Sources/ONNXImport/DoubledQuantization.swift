import ONNX

/// Two pairs of QuantizeLinear and DequantizeLinear behind one another are one for the runtime, before it does anything
/// else:
///
///     Q(s, z) ─ DQ(s, z) ─ Q(s', z') ─ DQ(s', z')   ->   Q(s", z") ─ DQ(s", z")
///
/// The range of s" and z" is what both ranges have in common, in 255 steps. Identity and Dropout among them are left
/// out; equal operators on one tensor are one.
struct DoubledQuantization {
    private(set) var nodes: [ONNXNode]
    private(set) var constants: [String: ONNXTensor]
    private(set) var remarks: [String] = []
    private let outputs: Set<String>
    /// Indices of `nodes` by tensor.
    private var makers: [String: Int] = [:]
    private var readers: [String: [Int]] = [:]
    private var removed: Set<Int> = []

    /// - Parameter outputs: tensors that somebody reads besides the nodes.
    init(_ nodes: [ONNXNode], constants: [String: ONNXTensor], outputs: [String]) {
        self.nodes = nodes
        self.constants = constants
        self.outputs = Set(outputs)
        leaveOutEqualOnes()
        for (index, node) in self.nodes.enumerated() {
            for output in node.outputs { makers[output] = index }
            for input in Set(node.inputs) { readers[input, default: []].append(index) }
        }
        for index in self.nodes.indices where self.nodes[index].operatorType == "DequantizeLinear" { join(at: index) }
        noteTurnedOnes()
        self.nodes = self.nodes.indices.filter { !removed.contains($0) }.map { self.nodes[$0] }
    }

    private struct Format: Hashable {
        var type: ONNXElementType
        var scale: Float
        var zeroPoint: Int

        /// The smallest and largest element.
        var elements: ClosedRange<Int> { type == .int8 ? -128...127 : 0...255 }
        private func real(_ element: Int) -> Float { Float(element - zeroPoint) * scale }

        /// The common range of both, in the runtime's float32; nil where there is none but 0.
        func common(with other: Format) -> Format? {
            let low = max(real(elements.lowerBound), other.real(elements.lowerBound))
            let high = min(real(elements.upperBound), other.real(elements.upperBound))
            let step = (high - low) / 255
            guard step > 0, step.isFinite else { return nil }
            let zero = (Float(elements.lowerBound) - low / step).rounded(.toNearestOrAwayFromZero)
            guard let zero = Int(exactly: zero), elements.contains(zero) else { return nil }
            return Format(type: type, scale: step, zeroPoint: zero)
        }
    }

    /// Of QuantizeLinear or DequantizeLinear with one constant scale and one zero point of 8 bits; nil for others.
    private func format(_ node: ONNXNode) -> Format? {
        guard node.inputs.count == 3, node.isOfKnownDomain, let scale = constants[node.inputs[1]],
            let zero = constants[node.inputs[2]], scale.elementType == .float32, scale.extents.count <= 1,
            zero.extents.count <= 1, [.int8, .uint8].contains(zero.elementType), let scales = scale.floats,
            let zeros = zero.integers, scales.count == 1, zeros.count == 1
        else { return nil }
        return Format(type: zero.elementType, scale: scales[0], zeroPoint: zeros[0])
    }

    private static func isQuantization(_ node: ONNXNode) -> Bool {
        ["QuantizeLinear", "DequantizeLinear"].contains(node.operatorType)
    }

    private struct Twin: Hashable {
        var operatorType: String
        var input: String
        var format: Format
    }

    /// Behind QuantizeLinear and DequantizeLinear: Identity, Dropout, and an operator that is there already.
    private mutating func leaveOutEqualOnes() {
        var (kept, same, seen): ([ONNXNode], [String: String], [Twin: String]) = ([], [:], [:])
        var quantized: Set<String> = []
        for var node in nodes {
            node.inputs = node.inputs.map { same[$0] ?? $0 }
            defer { kept.append(node) }
            guard let input = node.inputs.first, let output = node.outputs.first else { continue }
            let isLast = outputs.contains(output)
            if quantized.contains(input), !isLast, node.isOfKnownDomain,
                ["Identity", "Dropout"].contains(node.operatorType), node.outputs.dropFirst().allSatisfy(\.isEmpty)
            {
                same[output] = input
            } else if Self.isQuantization(node) {
                quantized.insert(output)
                guard quantized.contains(input), !isLast, let format = format(node) else { continue }
                let twin = Twin(operatorType: node.operatorType, input: input, format: format)
                if let first = seen[twin] { same[output] = first } else { seen[twin] = output }
            }
        }
        nodes = kept.filter { node in !node.outputs.contains { same[$0] != nil } }
    }

    /// The one operator that reads all outputs of another, as its first input.
    private func onlyReader(of index: Int, _ operatorType: String) -> Int? {
        let output = nodes[index].outputs.first ?? ""
        guard nodes[index].outputs.count == 1, !outputs.contains(output), let all = readers[output], all.count == 1,
            nodes[all[0]].operatorType == operatorType, nodes[all[0]].inputs.first == output
        else { return nil }
        return all[0]
    }

    /// A pair of equal format.
    private func format(_ first: Int, _ second: Int) -> Format? {
        let format = format(nodes[first])
        return format == self.format(nodes[second]) ? format : nil
    }

    /// The runtime puts pairs together, too, where it has moved a Transpose from between them. Which ones it moves
    /// depends on the whole graph: they are named.
    private mutating func noteTurnedOnes() {
        for (index, node) in nodes.enumerated() where node.operatorType == "Transpose" {
            guard let first = node.inputs.first.flatMap({ makers[$0] }), onlyReader(of: first, "Transpose") == index,
                let second = onlyReader(of: index, "QuantizeLinear"), let before = format(nodes[first]),
                nodes[first].operatorType == "DequantizeLinear", let behind = format(nodes[second]),
                before.type == behind.type, before != behind
            else { continue }
            remarks.append(
                """
                operator \(node.index) Transpose between two scales: the runtime may compute with one instead, if it \
                moves this operator, and codes behind it may be one apart
                """)
        }
    }

    private mutating func join(at middle: Int) {
        guard let first = nodes[middle].inputs.first.flatMap({ makers[$0] }),
            nodes[first].operatorType == "QuantizeLinear", onlyReader(of: first, "DequantizeLinear") == middle,
            let second = onlyReader(of: middle, "QuantizeLinear"),
            let last = onlyReader(of: second, "DequantizeLinear"), let inner = format(first, middle),
            let outer = format(second, last), inner.type == outer.type
        else { return }
        let tensor = nodes[first].outputs[0]
        if inner != outer {
            let text = "operators \(nodes[middle].index) DequantizeLinear and \(nodes[second].index) QuantizeLinear"
            guard let common = inner.common(with: outer) else {
                remarks.append("\(text): kept, the ranges before and behind them have 0 only in common")
                return
            }
            let (scale, zeroPoint) = ("\(tensor)\u{1}scale", "\(tensor)\u{1}zeroPoint")
            constants[scale] = ONNXTensor(.float32, [], .floats([common.scale]))
            constants[zeroPoint] = ONNXTensor(common.type, [], .integers([common.zeroPoint]))
            for index in [first, last] { nodes[index].inputs = [nodes[index].inputs[0], scale, zeroPoint] }
            remarks.append(
                """
                \(text): left out, as the runtime leaves them out; before and behind them scale \(common.scale), \
                zero point \(common.zeroPoint)
                """)
        }
        nodes[last].inputs[0] = tensor
        readers[tensor] = [last]
        removed.formUnion([middle, second])
    }
}
