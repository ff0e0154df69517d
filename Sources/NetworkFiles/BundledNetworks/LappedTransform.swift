import Graph
import Networks

/// The embedded network `lapped8`: a lapped transform whose weights have a closed form, written as strided convolutions
/// with normalizations between.
///
///     image ─ analysis0 8x8/4 (3 to 48) ─ gdn0 ─ analysis1 2x2/2 (48 to 128, latents)
///     latents ─ synthesis0 2x2/2 (128 to 48) ─ igdn0 ─ synthesis1 8x8/4 (48 to 3)
///
/// `analysis0` is YCoCg, then a 4x4 DCT with a filter across block borders (time-domain lapping: sums of samples
/// mirrored at a border stay, differences are scaled); `analysis1` is a Haar transform of 2x2 neighbours, of which the
/// 128 most useful of 192 outputs are kept (all of luma), scaled by 32. The synthesis is their inverse. Every number is
/// a rational or one of three constants, combined by additions, multiplications and divisions: the same on every
/// computer.
enum LappedTransform {
    static let name = "lapped8"
    /// Channels after `analysis0`: colour x 16 + 4 u + v.
    static let channels = 48
    /// Steps of the latents to one unit of the orthonormal transform.
    static let latentScale = 32.0
    /// The latents: which channel, and which Haar pattern (bit 0: alternating in x, bit 1: in y).
    static let latents: [(channel: Int, pattern: Int)] = {
        var kept: [(channel: Int, pattern: Int)] = []
        for channel in 0..<channels {
            let frequency = channel % 16 / 4 + channel % 4
            let isLuma = channel < 16
            let patterns = isLuma || frequency <= 2 ? 4 : (frequency == 5 ? 0 : 1)
            for pattern in 0..<patterns { kept.append((channel, pattern)) }
        }
        return kept
    }()

    // MARK: Graph

    static var graph: Graph {
        let blocks = Convolution(
            outputChannels: channels, kernelHeight: 8, kernelWidth: 8, strideY: 4, strideX: 4, padding: Padding(all: 2))
        let pairs = Convolution(outputChannels: latents.count, kernelHeight: 2, kernelWidth: 2, strideY: 2, strideX: 2)
        let pairsBack = TransposedConvolution(
            outputChannels: channels, kernelHeight: 2, kernelWidth: 2, strideY: 2, strideX: 2)
        let blocksBack = TransposedConvolution(
            outputChannels: 3, kernelHeight: 8, kernelWidth: 8, strideY: 4, strideX: 4, padding: Padding(all: 2))
        return Graph(
            name: name, inputs: [GraphInput(name: "image", channels: 3)],
            layers: [
                Layer(name: "analysis0", operator: .convolution(blocks), inputs: ["image"]),
                Layer(name: "gdn0", operator: .normalization(.gdn), inputs: ["analysis0"]),
                Layer(name: "analysis1", operator: .convolution(pairs), inputs: ["gdn0"]),
                Layer(name: "synthesis0", operator: .transposedConvolution(pairsBack), inputs: ["analysis1"]),
                Layer(name: "igdn0", operator: .normalization(.igdn), inputs: ["synthesis0"]),
                Layer(name: "synthesis1", operator: .transposedConvolution(blocksBack), inputs: ["igdn0"]),
            ],
            outputs: ["synthesis1", "analysis1"], sizeMultiple: 8, latents: ["analysis1"])
    }

    static var float: FloatNetwork {
        FloatNetwork(
            graph: graph,
            parameters: [
                "analysis0": .accumulation(weights: analysis0.map { Float($0) }, bias: analysisBias.map { Float($0) }),
                "gdn0": .normalization(gamma: gamma.map { Float($0) }, beta: Array(repeating: 1, count: channels)),
                "analysis1": .accumulation(
                    weights: analysis1.map { Float($0) }, bias: Array(repeating: 0, count: latents.count)),
                "synthesis0": .accumulation(
                    weights: synthesis0.map { Float($0) }, bias: Array(repeating: 0, count: channels)),
                "igdn0": .normalization(gamma: gamma.map { Float($0) }, beta: Array(repeating: 1, count: channels)),
                "synthesis1": .accumulation(weights: synthesis1.map { Float($0) }, bias: [0.5, 0.5, 0.5]),
            ])
    }

    // MARK: Weights, [K][R][S][C]

    static var analysis0: [Double] {
        let rows = vectors(innerScale: 11.0 / 8, outerScale: 9.0 / 8)
        let colours = [[0.25, 0.5, 0.25], [0.5, 0, -0.5], [-0.25, 0.5, -0.25]]
        return fill([channels, 8, 8, 3]) { rows[$0 % 16 / 4][$1] * rows[$0 % 4][$2] * colours[$0 / 16][$3] }
    }

    static var synthesis1: [Double] {
        let rows = vectors(innerScale: 8.0 / 11, outerScale: 8.0 / 9)
        let colours: [[Double]] = [[1, 1, -1], [1, 0, 1], [1, -1, -1]]
        return fill([3, 8, 8, channels]) { rows[$3 % 16 / 4][$1] * rows[$3 % 4][$2] * colours[$0][$3 / 16] }
    }

    static var analysis1: [Double] {
        fill([latents.count, 2, 2, channels]) {
            latents[$0].channel == $3 ? haar(latents[$0].pattern, $1, $2) * latentScale : 0
        }
    }

    static var synthesis0: [Double] {
        fill([channels, 2, 2, latents.count]) {
            latents[$3].channel == $0 ? haar(latents[$3].pattern, $1, $2) / latentScale : 0
        }
    }

    /// Mid-gray becomes zero: the first luma coefficient of a picture of ones is 4.
    static var analysisBias: [Double] { (0..<channels).map { $0 == 0 ? -2 : 0 } }

    /// `[i][j]`: each channel is divided by itself and by its neighbours in frequency. So weak that the same gammas
    /// nearly undo it.
    static var gamma: [Double] {
        (0..<channels * channels).map { index in
            let (i, j) = (index / channels, index % channels)
            guard i / 16 == j / 16 else { return 0 }
            let distance = abs(i % 16 / 4 - j % 16 / 4) + abs(i % 4 - j % 4)
            let isLowest = j % 16 == 0
            return distance == 0 ? (isLowest ? 1.0 / 64 : 1.0 / 16) : (distance == 1 && !isLowest ? 1.0 / 64 : 0)
        }
    }

    private static func haar(_ pattern: Int, _ r: Int, _ s: Int) -> Double {
        (pattern & 1 == 1 && s == 1) != (pattern & 2 == 2 && r == 1) ? -0.5 : 0.5
    }

    /// The four one-dimensional basis vectors over 8 samples, of which the middle four are the block.
    private static func vectors(innerScale: Double, outerScale: Double) -> [[Double]] {
        // 1/2, cos(pi/8)/sqrt(2), cos(3 pi/8)/sqrt(2)
        let (half, high, low) = (0.5, 0.6532814824381883, 0.2705980500730985)
        let cosines = [
            [half, half, half, half], [high, low, -low, -high], [half, -half, -half, half], [low, -high, high, -low],
        ]
        let (innerKeep, innerMix) = ((1 + innerScale) / 2, (1 - innerScale) / 2)
        let (outerKeep, outerMix) = ((1 + outerScale) / 2, (1 - outerScale) / 2)
        return cosines.map { row in
            [
                row[1] * outerMix, row[0] * innerMix, row[0] * innerKeep, row[1] * outerKeep, row[2] * outerKeep,
                row[3] * innerKeep, row[3] * innerMix,
                row[2] * outerMix,
            ]
        }
    }

    private static func fill(_ shape: [Int], _ weight: (Int, Int, Int, Int) -> Double) -> [Double] {
        var weights: [Double] = []
        weights.reserveCapacity(shape.reduce(1, *))
        for k in 0..<shape[0] {
            for r in 0..<shape[1] {
                for s in 0..<shape[2] {
                    for c in 0..<shape[3] { weights.append(weight(k, r, s, c)) }
                }
            }
        }
        return weights
    }
}
