import Diagnostics
import FileFormats
import Text

/// The fields of the JSON file, as they stand there. Each kind of layer has its own shapes; a field of another kind is
/// refused.
struct Int8LayerDescription: Sendable {
    let name: String
    let kind: Kind
    let arithmetic: String
    /// `[N, H, W, C]`; fully connected: `[N, C]`.
    let inputShape: [Int]
    let outputShape: [Int]
    /// `[K, R, S, C/groups]`; depthwise: `[R, S, K]`; fully connected: `[K, C]`.
    let weightShape: [Int]
    /// `[y, x]`
    let stride: [Int]
    let padTopLeft: [Int]
    let dilation: [Int]
    let groups: Int?
    let inputOffset: Int
    let weightOffset: Int
    let outputOffset: Int
    /// `[low, high]`, of the output elements.
    let clamp: [Int]
    /// One for all output channels or one each.
    let multiplierQ31: [Int]
    /// Left-positive; as many as multipliers.
    let shift: [Int]
    /// One an output channel, or empty for zeros.
    let bias: [Int]
    let input: [Int]
    let weights: [Int]
    let expected: [Int]

    enum Kind: String, CaseIterable, Sendable {
        case convolution = "conv"
        case depthwiseConvolution = "depthwiseConv"
        case transposedConvolution = "transposedConv"
        case fullyConnected

        /// The fields of input shape, output shape and weight shape.
        var shapeFields: (input: String, output: String, weights: String) {
            switch self {
            case .convolution, .transposedConvolution: ("inputShapeNHWC", "outputShapeNHWC", "weightShapeOHWI")
            case .depthwiseConvolution: ("inputShapeNHWC", "outputShapeNHWC", "weightShapeHWO")
            case .fullyConnected: ("inputShape", "outputShape", "weightShapeOI")
            }
        }
    }

    /// Of int8 elements.
    private static let offsets = -256...256

    /// - Throws: `layerCaseCorrupt`, `layerCaseKindUnknown`, `layerCaseUnknownField`, `layerCaseNameNotPlain`.
    init(_ fields: JSONFields) throws(Diagnostic) {
        name = try fields.plainName("case")
        let word = try fields.string("kind")
        guard let kind = Kind(rawValue: word) else {
            throw Diagnostic(
                .layerCaseKindUnknown, at: "\(fields.place), field kind", found: "'\(word.prefix(80))'",
                expected: Kind.allCases.map(\.rawValue).joined(separator: ", "),
                remedy: closestName(to: word, among: Kind.allCases.map(\.rawValue)).map { "did you mean '\($0)'?" }
                    ?? "name one of these kinds")
        }
        self.kind = kind
        arithmetic = try fields.string("arithmetic")
        // Where the case comes from; a text for people.
        if fields.has("source") { _ = try fields.string("source") }
        (inputShape, outputShape, weightShape) = (
            try fields.integers(kind.shapeFields.input), try fields.integers(kind.shapeFields.output),
            try fields.integers(kind.shapeFields.weights)
        )
        let isFullyConnected = kind == .fullyConnected
        stride = isFullyConnected ? [1, 1] : try fields.integers("stride")
        padTopLeft = isFullyConnected ? [0, 0] : try fields.integers("padTopLeft")
        // A transposed convolution has neither, but may say so: [1, 1] and 1.
        dilation =
            isFullyConnected || (kind == .transposedConvolution && !fields.has("dilation"))
            ? [1, 1] : try fields.integers("dilation")
        groups = !isFullyConnected && fields.has("groups") ? try fields.integer("groups") : nil
        inputOffset = try fields.integer("inputOffset", in: Self.offsets)
        weightOffset = try fields.integer("weightOffset", in: Self.offsets)
        outputOffset = try fields.integer("outputOffset", in: Self.offsets)
        clamp = try fields.integers("clamp")
        multiplierQ31 = try fields.integers("multiplierQ31")
        shift = try fields.integers("shift")
        bias = fields.has("bias") ? try fields.integers("bias") : []
        input = try fields.integers("input")
        weights = try fields.integers("weights")
        expected = try fields.integers("expected")
        try fields.requireAllTaken()
        try requireRanges(fields)
    }

    /// Refuses numbers that no int8 layer has. Counts that depend on shapes are judged by `Int8LayerGeometry`.
    private func requireRanges(_ fields: JSONFields) throws(Diagnostic) {
        let conditions: [(Bool, String, String)] = [
            (weights.allSatisfy((-128...127).contains), "a weight outside -128...127", "int8 weights"),
            (input.allSatisfy((-128...127).contains), "an element outside -128...127 in input", "int8 elements"),
            (expected.allSatisfy((-128...127).contains), "an element outside -128...127 in expected", "int8 elements"),
            (
                clamp.count == 2 && clamp.allSatisfy((-128...127).contains) && clamp[0] <= clamp[1],
                "clamp \(clamp.prefix(4))",
                "two ordered limits in -128...127"
            ),
            (
                multiplierQ31.allSatisfy { (0..<1 << 31).contains($0) }, "a multiplier outside 0 ..< 2^31",
                "31-bit multipliers"
            ),
            (shift.allSatisfy((-62...30).contains), "a shift outside -62...30", "shifts in -62...30"),
            (bias.allSatisfy { Int32(exactly: $0) != nil }, "a bias outside 32 bits", "32-bit biases"),
        ]
        for (holds, found, expected) in conditions where !holds {
            throw fields.invalid(found: found, expected: expected)
        }
    }
}

extension JSONCodes {
    /// Of layer cases.
    static let layerCase = JSONCodes(
        malformed: .layerCaseCorrupt, invalid: .layerCaseCorrupt, unknownMember: .layerCaseUnknownField,
        notPlainName: .layerCaseNameNotPlain,
        remedy: "repair the file or fetch it again; the fields of a layer case are in docs/layer-cases.md")
}
