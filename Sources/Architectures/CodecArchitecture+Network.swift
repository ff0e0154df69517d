import Graph

extension CodecArchitecture {
    /// The network without weights: transforms and hyper path as layers, the serial context beside them.
    public var network: WeightlessNetwork {
        var builder = ArchitectureBuilder()
        let tensors = append(to: &builder)
        let hyper = [tensors.z, tensors.parameters].compactMap { $0 }
        let graph = Graph(
            name: graphName, inputs: [GraphInput(name: "image", channels: 3)], layers: builder.layers,
            outputs: [tensors.picture] + (tensors.z == nil ? [tensors.y] : ["symbols"] + hyper),
            sizeMultiple: tensors.z == nil ? 16 : 64, latents: [tensors.z ?? tensors.y])
        return WeightlessNetwork(
            graph: graph, codebooks: WeightlessNetwork.usualCodebooks, codeMaps: builder.codeMaps,
            serialContext: family.hasSerialContext ? SerialContext(latents: m) : nil,
            entropyParameters: Self.entropyParametersOfChannel * (family == .bmshj2018Factorized ? m : n))
    }

    /// Of the factorized prior: 33 in matrices, 13 biases, 12 factors, 3 quantiles.
    static let entropyParametersOfChannel = 61

    private struct Tensors {
        var picture: String
        var y: String
        var z: String?
        /// What the hyper-synthesis gives and no layer reads.
        var parameters: String?
    }

    private func append(to builder: inout ArchitectureBuilder) -> Tensors {
        let (leaky, relu) = (ArchitectureBuilder.leaky, ActivationFunction.relu)
        let attends = family == .cheng2020Attention
        let y = family.hasOneWidth ? builder.chengAnalysis(n, attends: attends) : builder.analysis(n: n, m: m)
        let (z, parameters): (String, String)
        switch family {
        case .bmshj2018Factorized: return Tensors(picture: builder.synthesis(from: y, n: n), y: y)
        case .bmshj2018Hyperprior:
            z = builder.hyperAnalysis(from: y, n: n, relu, takesMagnitudes: true)
            parameters = builder.hyperSynthesis(from: z, channels: (n, n, m), relu, last: relu)
        case .mbt2018Mean, .mbt2018:
            z = builder.hyperAnalysis(from: y, n: n, leaky)
            parameters = builder.hyperSynthesis(from: z, channels: (m, 3 * m / 2, 2 * m), leaky)
        case .cheng2020Anchor, .cheng2020Attention:
            z = builder.chengHyperAnalysis(from: y, n)
            parameters = builder.chengHyperSynthesis(from: z, n)
        }
        // Scales come first, means last.
        let hasMeans = family == .mbt2018Mean
        let latents = builder.latents(
            from: y, means: hasMeans ? parameters : nil, firstMeanChannel: hasMeans ? m : 0)
        let picture =
            family.hasOneWidth
            ? builder.chengSynthesis(from: latents, n, attends: attends) : builder.synthesis(from: latents, n: n)
        return Tensors(picture: picture, y: y, z: z, parameters: hasMeans ? nil : parameters)
    }
}
