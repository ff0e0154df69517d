import Graph

/// The blocks and transforms of cheng2020.
extension ArchitectureBuilder {
    // MARK: Blocks

    /// Two convolutions and what they began with.
    mutating func residual(_ name: String, from input: String, _ channels: Int) -> String {
        let first = convolution("\(name).conv1", from: input, channels, kernel: 3, Self.leaky)
        let second = convolution("\(name).conv2", from: first, channels, kernel: 3, Self.leaky)
        return append(name, .add, [second, input])
    }

    /// Half the rows and columns.
    mutating func residualDown(_ name: String, from input: String, _ channels: Int) -> String {
        let first = convolution("\(name).conv1", from: input, channels, kernel: 3, stride: 2, Self.leaky)
        let second = convolution("\(name).conv2", from: first, channels, kernel: 3)
        let normalized = normalization("\(name).gdn", .gdn, from: second)
        let skip = convolution("\(name).skip", from: input, channels, kernel: 1, stride: 2)
        return append(name, .add, [normalized, skip])
    }

    /// Twice the rows and columns.
    mutating func residualUp(_ name: String, from input: String, _ channels: Int) -> String {
        let first = subpixel("\(name).subpel_conv", from: input, channels, Self.leaky)
        let second = convolution("\(name).conv", from: first, channels, kernel: 3)
        let normalized = normalization("\(name).igdn", .igdn, from: second)
        let skip = subpixel("\(name).upsample", from: input, channels)
        return append(name, .add, [normalized, skip])
    }

    /// `x + a sigmoid(b)`: a are three residual units of x, b three and a convolution, whose sigmoid is a code map.
    mutating func attention(_ name: String, from input: String, _ channels: Int) -> String {
        var (a, b) = (input, input)
        for unit in 0..<3 { a = attentionUnit("\(name).conv_a.\(unit)", from: a, channels) }
        for unit in 0..<3 { b = attentionUnit("\(name).conv_b.\(unit)", from: b, channels) }
        b = convolution("\(name).conv_b.3", from: b, channels, kernel: 1, .sigmoid, mapsCodes: true)
        let product = append("\(name).product", .multiply, [a, b])
        return append(name, .add, [product, input])
    }

    private mutating func attentionUnit(_ name: String, from input: String, _ channels: Int) -> String {
        let narrow = convolution("\(name).conv.0", from: input, channels / 2, kernel: 1, .relu)
        let middle = convolution("\(name).conv.2", from: narrow, channels / 2, kernel: 3, .relu)
        let wide = convolution("\(name).conv.4", from: middle, channels, kernel: 1)
        return append(name, .add, [wide, input], .relu)
    }

    // MARK: Transforms

    mutating func chengAnalysis(_ n: Int, attends: Bool) -> String {
        var tensor = "image"
        var index = 0
        func next() -> String {
            defer { index += 1 }
            return "g_a.\(index)"
        }
        for step in 0..<3 {
            tensor = residualDown(next(), from: tensor, n)
            if attends, step == 1 { tensor = attention(next(), from: tensor, n) }
            tensor = residual(next(), from: tensor, n)
        }
        tensor = convolution(next(), from: tensor, n, kernel: 3, stride: 2)
        return attends ? attention(next(), from: tensor, n) : tensor
    }

    mutating func chengSynthesis(from latents: String, _ n: Int, attends: Bool) -> String {
        var tensor = latents
        var index = 0
        func next() -> String {
            defer { index += 1 }
            return "g_s.\(index)"
        }
        if attends { tensor = attention(next(), from: tensor, n) }
        for step in 0..<3 {
            tensor = residual(next(), from: tensor, n)
            tensor = residualUp(next(), from: tensor, n)
            if attends, step == 1 { tensor = attention(next(), from: tensor, n) }
        }
        tensor = residual(next(), from: tensor, n)
        return subpixel(next(), from: tensor, 3)
    }

    mutating func chengHyperAnalysis(from y: String, _ n: Int) -> String {
        var tensor = append("y8", .requantize, [y])
        for (index, stride) in [1, 1, 2, 1, 2].enumerated() {
            tensor = convolution(
                "h_a.\(2 * index)", from: tensor, n, kernel: 3, stride: stride, index < 4 ? Self.leaky : .none)
        }
        return tensor
    }

    mutating func chengHyperSynthesis(from z: String, _ n: Int) -> String {
        var tensor = convolution("h_s.0", from: z, n, kernel: 3, Self.leaky)
        tensor = subpixel("h_s.2", from: tensor, n, Self.leaky)
        tensor = convolution("h_s.4", from: tensor, 3 * n / 2, kernel: 3, Self.leaky)
        tensor = subpixel("h_s.6", from: tensor, 3 * n / 2, Self.leaky)
        return convolution("h_s.8", from: tensor, 2 * n, kernel: 3)
    }
}
