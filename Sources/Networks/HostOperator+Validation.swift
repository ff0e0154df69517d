import Diagnostics

extension HostOperator {
    /// No tensor of the host has more elements: 2^31.
    static let mostElements = 1 << 31
    /// Sums of exponentials have 12 bits in front of the point.
    static let longestRow = 4095
    /// Of elements that become real numbers: 2^118, so that they and their differences are finite.
    static let largestScale: Float = 0x1p118

    /// What an operator says that it cannot mean: found, and what was expected. Nil where all is well.
    public var contradiction: (found: String, expected: String)? {
        for tensor in [operand, result] {
            if let fault = tensor.contradiction { return fault }
        }
        let codes = operand.type.elements != nil && operand.type == result.type
        let shapes = "\(operand.extents) to \(result.extents)"
        switch function {
        case .quantize, .quantizeHalfEven:
            return require(
                operand.type == .float32 && result.type.elements != nil && operand.extents == result.extents,
                "\(operand.type) \(shapes)", "float32 to 8-bit elements of the same extents")
        case .dequantize:
            return require(
                operand.type.elements != nil && result.type == .float32 && operand.extents == result.extents,
                "\(result.type) \(shapes)", "8-bit elements to float32 of the same extents")
                ?? require(
                    operand.scale <= Self.largestScale, "scale \(operand.scale.namingNaN)",
                    "at most \(Self.largestScale): real numbers that are finite")
        case .softmax(let beta) where operand.type == .float32:
            return require(beta.isFinite, "beta \(beta.namingNaN)", "a finite number") ?? requireRealRows(shapes)
        case .logSoftmax where operand.type == .float32: return requireRealRows(shapes)
        case .softmax(let beta):
            let factor = Double(beta) * Double(operand.scale) * 0x1p26
            return require(
                codes && operand.extents == result.extents && !operand.extents.isEmpty, shapes,
                "8-bit elements of the same extents")
                ?? require(
                    beta.isFinite && factor > 1, "beta \(beta) with scale \(operand.scale)", "a product above 2^-26")
                ?? require(
                    operand.extents.last! <= Self.longestRow, "rows of \(operand.extents.last!)",
                    "at most \(Self.longestRow)")
                ?? result.requireStep(1 / 256, zeroPoint: result.type == .int8 ? -128 : 0)
        case .logSoftmax:
            return require(
                codes && operand.extents == result.extents && !operand.extents.isEmpty, shapes,
                "8-bit elements of the same extents")
                ?? require(
                    Double(operand.scale) * 0x1p26 >= 2, "scale \(operand.scale.namingNaN)", "a scale of 2^-25 or more")
                ?? require(
                    operand.extents.last! <= Self.longestRow, "rows of \(operand.extents.last!)",
                    "at most \(Self.longestRow)")
                ?? result.requireStep(1 / 16, zeroPoint: result.type == .int8 ? 127 : 255)
        case .argMax(let axis), .argMin(let axis):
            guard operand.extents.indices.contains(axis) else {
                return ("axis \(axis) of \(operand.extents)", "one of its axes")
            }
            var extents = operand.extents
            extents.remove(at: axis)
            return require(
                (operand.type.elements != nil || operand.type == .float32)
                    && [.int32, .int64].contains(result.type) && result.extents == extents,
                "\(operand.type) to \(result.type), \(shapes)",
                "8-bit elements or float32 to int32 or int64, the extents without the axis")
        case .codeMap(let map):
            return require(
                operand.type.elements != nil && result.type.elements != nil && operand.extents == result.extents
                    && map.count == 256, "\(map.count) codes, \(shapes)",
                "256 codes between 8-bit elements of the same extents")
        case .reshape:
            return require(
                operand.count == result.count && operand.type == result.type, shapes, "as many elements of one type")
        case .transpose(let permutation):
            let axes = Array(operand.extents.indices)
            return require(
                permutation.sorted() == axes && result.extents == permutation.map { operand.extents[$0] }
                    && operand.type == result.type, "axes \(permutation), \(shapes)", "every axis once")
        case .resizeBilinear(let alignsCorners, let hasHalfPixelCenters):
            let (from, to) = (operand.extents, result.extents)
            return require(
                codes && from.count == 4 && to.count == 4 && from[0] == to[0] && from.last == to.last
                    && !(alignsCorners && hasHalfPixelCenters)
                    // The kernel's positions have 32 bits, ten of them behind the point.
                    && (from[1...2] + to[1...2]).allSatisfy { $0 <= 1 << 16 }, shapes,
                "8-bit pictures of at most 65,536 rows and columns, corners or half pixels")
        }
    }

    private func requireRealRows(_ shapes: String) -> (found: String, expected: String)? {
        require(
            result.type == .float32 && operand.extents == result.extents && !operand.extents.isEmpty,
            "\(operand.type) to \(result.type), \(shapes)", "float32 of the same extents")
    }

    private func require(_ holds: Bool, _ found: String, _ expected: String) -> (found: String, expected: String)? {
        holds ? nil : (found, expected)
    }
}

extension HostTensor {
    fileprivate var contradiction: (found: String, expected: String)? {
        var count = 1.0
        for extent in extents { count *= Double(extent) }
        guard extents.count <= 8, extents.allSatisfy({ $0 >= 1 }), count <= Double(HostOperator.mostElements) else {
            return ("extents \(extents.prefix(9))", "at most 8, each 1 or more, 2^31 elements in all")
        }
        guard let elements = type.elements else {
            return scale == 1 && zeroPoint == 0 ? nil : ("scale \(scale) of \(type)", "1, and zero point 0")
        }
        guard scale > 0, scale.isFinite, elements.contains(zeroPoint) else {
            return (
                "scale \(scale.namingNaN), zero point \(zeroPoint)",
                "a finite scale above 0, a zero point in \(elements)"
            )
        }
        return nil
    }

    /// A function whose results always have this step.
    fileprivate func requireStep(_ step: Float, zeroPoint: Int) -> (found: String, expected: String)? {
        scale == step && self.zeroPoint == zeroPoint
            ? nil
            : (
                "a result of scale \(scale), zero point \(self.zeroPoint)",
                "scale \(step), zero point \(zeroPoint), which the function gives"
            )
    }
}
