import Networks

extension HostOperator {
    /// What an operator makes of its operand, which has the operator's own operand tensor. `quantize` takes no NaN.
    func result(of array: HostArray) -> HostArray {
        switch (function, array.elements) {
        case (.quantize, .reals(let reals)): return HostArray(result, .integers(quantized(reals)))
        case (.dequantize, .integers(let elements)):
            return HostArray(
                result, .reals(elements.map { Float(Double(operand.scale) * Double($0 - operand.zeroPoint)) }))
        case (.reshape, let elements): return HostArray(result, elements)
        case (.transpose(let permutation), .integers(let elements)):
            return HostArray(result, .integers(Self.transposed(elements, operand.extents, permutation)))
        case (.transpose(let permutation), .reals(let elements)):
            return HostArray(result, .reals(Self.transposed(elements, operand.extents, permutation)))
        case (_, .integers(let elements)): return HostArray(result, .integers(integers(of: elements)))
        case (.quantizeHalfEven, .reals(let reals)):
            return HostArray(result, .integers(quantized(reals, .toNearestOrEven)))
        case (.softmax(let beta), .reals(let reals)):
            return HostArray(result, .reals(rows(reals, RealSoftmax(beta: Double(beta)).probabilities)))
        case (.logSoftmax, .reals(let reals)):
            return HostArray(result, .reals(rows(reals, RealSoftmax(beta: 1).logarithms)))
        case (.argMax(let axis), .reals(let reals)): return HostArray(result, .integers(extremes(reals, axis, >)))
        case (.argMin(let axis), .reals(let reals)): return HostArray(result, .integers(extremes(reals, axis, <)))
        case (_, .reals): preconditionFailure("\(function.name) takes elements, which validation holds")
        }
    }

    private func integers(of elements: [Int]) -> [Int] {
        let range = operand.type.elements ?? 0...0
        switch function {
        case .softmax(let beta):
            let softmax = Softmax(scale: Double(beta) * Double(operand.scale), elements: range)
            return rows(elements, softmax.probabilities)
        case .logSoftmax:
            let softmax = Softmax(scale: Double(operand.scale), elements: range)
            return rows(elements, softmax.logarithms)
        case .argMax(let axis): return extremes(elements, axis, >)
        case .argMin(let axis): return extremes(elements, axis, <)
        case .codeMap(let map):
            let lowest = result.type.elements?.lowerBound ?? 0
            return elements.map { Int(map[$0 - range.lowerBound]) + lowest }
        case .resizeBilinear(let alignsCorners, let hasHalfPixelCenters):
            let (from, to) = (operand.extents, result.extents)
            let resize = BilinearResize(
                height: from[1], width: from[2], channels: from[3], newHeight: to[1], newWidth: to[2],
                alignsCorners: alignsCorners, hasHalfPixelCenters: hasHalfPixelCenters)
            let count = elements.count / from[0]
            return (0..<from[0]).flatMap { batch in
                let picture = elements[batch * count..<(batch + 1) * count]
                return operand.type == .int8 ? resize.integers(picture) : resize.reals(picture)
            }
        case .quantize, .quantizeHalfEven, .dequantize, .reshape, .transpose:
            preconditionFailure("\(function.name) is computed above")
        }
    }

    /// Real numbers to elements.
    func quantized(
        _ reals: [Float], _ rounding: FloatingPointRoundingRule = .toNearestOrAwayFromZero
    ) -> [Int] {
        let range = result.type.elements ?? 0...0
        return reals.map { real in
            let rounded = (real / result.scale).rounded(rounding)
            let element = Int(max(min(rounded, 1e9), -1e9)) + result.zeroPoint
            return min(max(element, range.lowerBound), range.upperBound)
        }
    }

    private func rows<Element>(
        _ elements: [Element], _ function: (ArraySlice<Element>) -> [Element]
    ) -> [Element] {
        let length = operand.extents.last ?? 1
        return stride(from: 0, to: elements.count, by: length).flatMap { function(elements[$0..<$0 + length]) }
    }

    private func extremes<Element>(
        _ elements: [Element], _ axis: Int, _ isBetter: (Element, Element) -> Bool
    ) -> [Int] {
        let inner = operand.extents[(axis + 1)...].reduce(1, *)
        let length = operand.extents[axis]
        return (0..<elements.count / length).map { position in
            let start = position / inner * inner * length + position % inner
            var best = 0
            for index in 1..<max(length, 1)
            where isBetter(elements[start + index * inner], elements[start + best * inner]) {
                best = index
            }
            return best
        }
    }

    private static func transposed<Element>(
        _ elements: [Element], _ extents: [Int], _ permutation: [Int]
    ) -> [Element] {
        var pitches = Array(repeating: 1, count: extents.count)
        for axis in extents.indices.dropLast().reversed() { pitches[axis] = pitches[axis + 1] * extents[axis + 1] }
        var results: [Element] = []
        results.reserveCapacity(elements.count)
        var index = Array(repeating: 0, count: extents.count)
        for _ in elements.indices {
            results.append(elements[zip(index, permutation).reduce(0) { $0 + $1.0 * pitches[$1.1] }])
            for axis in index.indices.reversed() {
                index[axis] += 1
                if index[axis] < extents[permutation[axis]] { break }
                index[axis] = 0
            }
        }
        return results
    }
}
