import Diagnostics

/// The fields of the JSON file, as they stand there; the shapes present depend on the kind.
struct Int8LayerDescription: Decodable, Sendable {
    let `case`: String
    /// `conv`, `depthwiseConv`, `transposedConv` or `fullyConnected`.
    let kind: String
    let arithmetic: String
    /// `[N, H, W, C]`
    let inputShapeNHWC: [Int]?
    let outputShapeNHWC: [Int]?
    /// `[N, C]`, fully connected.
    let inputShape: [Int]?
    let outputShape: [Int]?
    /// `[K, R, S, C/groups]`
    let weightShapeOHWI: [Int]?
    /// `[R, S, K]`, depthwise.
    let weightShapeHWO: [Int]?
    /// `[K, C]`, fully connected.
    let weightShapeOI: [Int]?
    /// `[y, x]`
    let stride: [Int]?
    let padTopLeft: [Int]?
    let dilation: [Int]?
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

    /// Refuses numbers that no int8 layer has. Counts that depend on shapes are judged by `Int8LayerGeometry`.
    func requireRanges(path: String) throws(Diagnostic) {
        let conditions: [(Bool, String, String)] = [
            (weights.allSatisfy((-128...127).contains), "a weight outside -128...127", "int8 weights"),
            ([inputOffset, weightOffset, outputOffset].allSatisfy((-256...256).contains), "an offset outside -256...256", "offsets of int8 elements"),
            (
                clamp.count == 2 && clamp.allSatisfy((-128...127).contains) && clamp[0] <= clamp[1], "clamp \(clamp)",
                "two ordered limits in -128...127"
            ),
            (multiplierQ31.allSatisfy { (0..<1 << 31).contains($0) }, "a multiplier outside 0 ..< 2^31", "31-bit multipliers"),
            (shift.allSatisfy((-62...30).contains), "a shift outside -62...30", "shifts in -62...30"),
            (bias.allSatisfy { Int32(exactly: $0) != nil }, "a bias outside 32 bits", "32-bit biases"),
        ]
        for (holds, found, expected) in conditions where !holds { throw Int8LayerCase.corrupt(path, found: found, expected: expected) }
    }
}
