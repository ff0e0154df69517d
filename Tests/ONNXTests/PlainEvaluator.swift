import Foundation
import ONNX

/// Elements in the order of a file, the last extent first.
struct PlainTensor {
    var extents: [Int]
    var elements: [Double]

    init(_ extents: [Int], _ elements: [Float]) {
        self.extents = extents
        self.elements = elements.map { Double($0) }
    }

    init(_ constant: ONNXTensor) {
        self.init(constant.extents, constant.floats ?? constant.integers!.map { Float($0) })
    }

    init(_ extents: [Int], _ element: (Int) -> Double) {
        self.extents = extents
        elements = (0..<extents.reduce(1, *)).map(element)
    }
}

extension PlainTensor {
    /// The coordinates of an index among elements of some extents.
    fileprivate func place(_ index: Int, in extents: [Int]) -> [Int] {
        var (rest, place) = (index, extents)
        for axis in extents.indices.reversed() {
            (rest, place[axis]) = rest.quotientAndRemainder(dividingBy: extents[axis])
        }
        return place
    }

    fileprivate func element(at place: [Int]) -> Double {
        elements[zip(extents, place).reduce(0) { $0 * $1.0 + $1.1 }]
    }

    /// The elements at some coordinates along each axis.
    fileprivate func part(_ ranges: [[Int]]) -> PlainTensor {
        let wanted = ranges.map(\.count)
        return PlainTensor(wanted) { index in
            element(at: zip(ranges, place(index, in: wanted)).map { $0[$1] })
        }
    }
}

/// The operators of a graph one by one, as their definitions say, in float64: nothing is folded.
struct PlainEvaluator {
    private let model: ONNXModel
    private var tensors: [String: PlainTensor] = [:]

    init(_ model: ONNXModel) { self.model = model }

    /// What the first output is for an input.
    mutating func run(_ input: PlainTensor) -> PlainTensor {
        tensors[model.inputs[0].name] = input
        for (name, constant) in model.constants { tensors[name] = PlainTensor(constant) }
        for node in model.nodes {
            switch node.operatorType {
            case "Split": split(node)
            case "Constant":
                guard case .tensor(let constant)? = node.attributes["value"] else {
                    preconditionFailure("a constant of another kind is not evaluated")
                }
                tensors[node.outputs[0]] = PlainTensor(constant)
            default: tensors[node.outputs[0]] = result(node)
            }
        }
        return tensors[model.outputs[0].name]!
    }

    private func result(_ node: ONNXNode) -> PlainTensor {
        let operands = node.inputs.map { tensors[$0]! }
        let x = operands[0]
        switch node.operatorType {
        case "Conv": return convolution(operands, pads: integers(node, "pads") ?? [0, 0, 0, 0])
        case "BatchNormalization":
            let epsilon = float(node, "epsilon", 1e-5)
            let area = x.extents[2] * x.extents[3]
            return PlainTensor(x.extents) { index in
                let channel = index / area
                let parts = operands[1...4].map { $0.elements[channel] }
                return (x.elements[index] - parts[2]) / (parts[3] + epsilon).squareRoot() * parts[0] + parts[1]
            }
        case "Add": return paired(operands) { $0 + $1 }
        case "Sub": return paired(operands) { $0 - $1 }
        case "Mul": return paired(operands) { $0 * $1 }
        case "Div": return paired(operands) { $0 / $1 }
        case "Relu": return mapped(x) { max($0, 0) }
        case "Sigmoid": return mapped(x) { 1 / (1 + exp(-$0)) }
        case "LeakyRelu":
            let alpha = float(node, "alpha", 0.01)
            return mapped(x) { $0 < 0 ? alpha * $0 : $0 }
        case "Clip":
            let high = operands.count > 2 ? operands[2].elements[0] : .infinity
            return mapped(x) { min(max($0, operands[1].elements[0]), high) }
        case "Identity", "Dropout": return x
        case "Pad": return padded(x, operands[1].elements.map { Int($0) })
        case "Flatten": return PlainTensor([x.extents[0], x.elements.count / x.extents[0]]) { x.elements[$0] }
        case "Reshape":
            let listed = operands[1].elements.map { Int($0) }
            let known = listed.filter { $0 != -1 }.reduce(1, *)
            return PlainTensor(listed.map { $0 == -1 ? x.elements.count / known : $0 }) { x.elements[$0] }
        case "Transpose":
            let order = integers(node, "perm")!
            return PlainTensor(order.map { x.extents[$0] }) { index in
                let place = x.place(index, in: order.map { x.extents[$0] })
                return x.element(at: x.extents.indices.map { place[order.firstIndex(of: $0)!] })
            }
        case "Slice":
            let (from, to, axes, steps) = (
                operands[1].elements, operands[2].elements, operands[3].elements, operands[4].elements
            )
            var ranges = x.extents.map { Array(0..<$0) }
            for index in axes.indices {
                let axis = axes[index] < 0 ? Int(axes[index]) + x.extents.count : Int(axes[index])
                let extent = Double(x.extents[axis])
                func bound(_ value: Double) -> Int { Int(min(value < 0 ? value + extent : value, extent)) }
                ranges[axis] = Array(stride(from: bound(from[index]), to: bound(to[index]), by: Int(steps[index])))
            }
            return x.part(ranges)
        case "Shape": return PlainTensor([x.extents.count], x.extents.map { Float($0) })
        case "Gather": return PlainTensor([]) { _ in x.elements[Int(operands[1].elements[0])] }
        case "Unsqueeze": return PlainTensor([1]) { x.elements[$0] }
        case "Concat": return PlainTensor([operands.count]) { operands[$0].elements[0] }
        case "Gemm", "MatMul":
            let (alpha, beta) = (float(node, "alpha", 1), float(node, "beta", 1))
            let isTransposed = node.attributes["transB"] == .integer(1)
            let (matrix, rows) = (operands[1], x.extents[1])
            let columns = matrix.extents[isTransposed ? 0 : 1]
            return PlainTensor([1, columns]) { column in
                var sum = 0.0
                for row in 0..<rows {
                    sum +=
                        x.elements[row] * matrix.elements[isTransposed ? column * rows + row : row * columns + column]
                }
                return alpha * sum + (operands.count > 2 ? beta * operands[2].elements[column] : 0)
            }
        default: preconditionFailure("\(node.operatorType) is not evaluated")
        }
    }

    private mutating func split(_ node: ONNXNode) {
        let (x, lengths) = (tensors[node.inputs[0]]!, tensors[node.inputs[1]]!.elements)
        var start = 0
        for (output, length) in zip(node.outputs, lengths) {
            var ranges = x.extents.map { Array(0..<$0) }
            ranges[1] = Array(start..<start + Int(length))
            tensors[output] = x.part(ranges)
            start += Int(length)
        }
    }

    private func convolution(_ operands: [PlainTensor], pads: [Int]) -> PlainTensor {
        let (x, w) = (operands[0], operands[1])
        let (channels, height, width) = (x.extents[1], x.extents[2], x.extents[3])
        let (kernelHeight, kernelWidth) = (w.extents[2], w.extents[3])
        let rows = height + pads[0] + pads[2] - kernelHeight + 1
        let columns = width + pads[1] + pads[3] - kernelWidth + 1
        return PlainTensor([1, w.extents[0], rows, columns]) { index in
            let (k, y, z) = (index / (rows * columns), index / columns % rows, index % columns)
            var sum = operands.count > 2 ? operands[2].elements[k] : 0
            for c in 0..<channels {
                for r in 0..<kernelHeight {
                    for s in 0..<kernelWidth {
                        let (row, column) = (y + r - pads[0], z + s - pads[1])
                        guard (0..<height).contains(row), (0..<width).contains(column) else { continue }
                        sum +=
                            x.elements[(c * height + row) * width + column]
                            * w.elements[((k * channels + c) * kernelHeight + r) * kernelWidth + s]
                    }
                }
            }
            return sum
        }
    }

    private func padded(_ x: PlainTensor, _ pads: [Int]) -> PlainTensor {
        let (height, width) = (x.extents[2], x.extents[3])
        let (rows, columns) = (height + pads[2] + pads[6], width + pads[3] + pads[7])
        return PlainTensor([1, x.extents[1], rows, columns]) { index in
            let (row, column) = (index / columns % rows - pads[2], index % columns - pads[3])
            guard (0..<height).contains(row), (0..<width).contains(column) else { return 0 }
            return x.elements[(index / (rows * columns) * height + row) * width + column]
        }
    }

    private func mapped(_ x: PlainTensor, _ function: (Double) -> Double) -> PlainTensor {
        PlainTensor(x.extents) { function(x.elements[$0]) }
    }

    /// Extents are aligned at their ends.
    private func paired(_ operands: [PlainTensor], _ function: (Double, Double) -> Double) -> PlainTensor {
        let rank = operands.map(\.extents.count).max()!
        let aligned = operands.map { Array(repeating: 1, count: rank - $0.extents.count) + $0.extents }
        let extents = (0..<rank).map { max(aligned[0][$0], aligned[1][$0]) }
        return PlainTensor(extents) { index in
            var parts: [Double] = []
            for (operand, own) in zip(operands, aligned) {
                var (rest, position, pitch) = (index, 0, 1)
                for axis in extents.indices.reversed() {
                    position += own[axis] == 1 ? 0 : rest % extents[axis] * pitch
                    rest /= extents[axis]
                    pitch *= own[axis]
                }
                parts.append(operand.elements[position])
            }
            return function(parts[0], parts[1])
        }
    }

    private func integers(_ node: ONNXNode, _ name: String) -> [Int]? {
        if case .integers(let values)? = node.attributes[name] { values } else { nil }
    }

    private func float(_ node: ONNXNode, _ name: String, _ standard: Double) -> Double {
        if case .float(let value)? = node.attributes[name] { Double(value) } else { standard }
    }
}
