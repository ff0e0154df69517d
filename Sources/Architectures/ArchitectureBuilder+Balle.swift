import Graph

/// The transforms of bmshj2018 and mbt2018.
extension ArchitectureBuilder {
    /// Four convolutions of kernel 5 and stride 2, GDN between them.
    mutating func analysis(n: Int, m: Int) -> String {
        var tensor = "image"
        for (index, channels) in [n, n, n, m].enumerated() {
            tensor = convolution("g_a.\(2 * index)", from: tensor, channels, kernel: 5, stride: 2)
            if index < 3 { tensor = normalization("g_a.\(2 * index + 1)", .gdn, from: tensor) }
        }
        return tensor
    }

    /// The way back to the picture.
    mutating func synthesis(from latents: String, n: Int) -> String {
        var tensor = latents
        for (index, channels) in [n, n, n, 3].enumerated() {
            tensor = transposed("g_s.\(2 * index)", from: tensor, channels)
            if index < 3 { tensor = normalization("g_s.\(2 * index + 1)", .igdn, from: tensor) }
        }
        return tensor
    }

    /// - Parameter takesMagnitudes: h_a reads |y|, by a code map.
    mutating func hyperAnalysis(
        from y: String, n: Int, _ activation: ActivationFunction, takesMagnitudes: Bool = false
    ) -> String {
        let codes = append(
            "y8", .requantize, [y], takesMagnitudes ? .leakyRelu(slope: -1) : .none, mapsCodes: takesMagnitudes)
        let wide = convolution("h_a.0", from: codes, n, kernel: 3, activation)
        let half = convolution("h_a.2", from: wide, n, kernel: 5, stride: 2, activation)
        return convolution("h_a.4", from: half, n, kernel: 5, stride: 2)
    }

    /// - Parameter channels: of the three layers.
    mutating func hyperSynthesis(
        from z: String, channels: (Int, Int, Int), _ activation: ActivationFunction, last: ActivationFunction = .none
    ) -> String {
        let half = transposed("h_s.0", from: z, channels.0, activation)
        let whole = transposed("h_s.2", from: half, channels.1, activation)
        return convolution("h_s.4", from: whole, channels.2, kernel: 3, last)
    }
}
