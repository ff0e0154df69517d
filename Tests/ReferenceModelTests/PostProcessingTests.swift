import FixedPoint
import Networks
import Quantization
import ReferenceModel
import Tensors
import Testing

/// What follows the rounding, in its order, and what counts as saturated.
@Suite("Post-processing")
struct PostProcessingTests {
    private func identity(
        _ channels: Int, resultBits: Int = 32, clipLow: Int32 = .min, clipHigh: Int32 = .max, codeMap: [UInt8]? = nil
    ) -> PostProcessing {
        PostProcessing(
            multipliers: Array(repeating: .one, count: channels), rounding: .halfEven, resultBits: resultBits,
            clipLow: clipLow, clipHigh: clipHigh,
            codeMap: codeMap)
    }

    @Test("The sign of the accumulator selects the multiplier")
    func leakyRelu() throws {
        let quarter = QuantizedMultiplier(mantissa: 1 << 30, exponent: -1)
        let processing = PostProcessing(
            multipliers: Array(repeating: .one, count: 4), multipliersNegative: [quarter, quarter, .zero, .one],
            rounding: .halfEven)
        #expect(try postProcess([8, -8, -8, -8], processing).output.elements == [8, -2, 0, -8])
    }

    @Test("Saturation to R bits counts, before the clip hides it")
    func resultBits() throws {
        // R = 24 holds -2^23 ... 2^23 - 1.
        let limit = Int64(1) << 23
        let result = try postProcess(
            [limit, limit - 1, -limit, -limit - 1], identity(4, resultBits: 24, clipLow: -100, clipHigh: 100))
        #expect(result.output.elements == [100, 100, -100, -100])
        #expect(result.saturatedOutputs == 2)
        #expect(result.saturatedOutputsByChannel == [1, 0, 0, 1])
    }

    @Test("A 16-bit store saturates and counts, a clip does not")
    func store16() throws {
        let plain = try postProcess([32767, 32768, -32768, -32769], identity(4))
        #expect(plain.output.elements == [32767, 32767, -32768, -32768])
        #expect(plain.saturatedOutputs == 2)
        let clipped = try postProcess([32767, 32768, -32768, -32769], identity(4, clipLow: 0, clipHigh: 32767))
        #expect(clipped.output.elements == [32767, 32767, 0, 0])
        #expect(clipped.saturatedOutputs == 0)
    }

    @Test("Every r near a codebook takes the nearest entry, ties up, by its channel's select and offset")
    func exhaustiveEncode() throws {
        let books: [[Int32]] = [
            [-10, -3, 0, 1, 2, 9], [-200, -100, -99, 0, 50, 51, 53, 200], [5], (0..<256).map { $0 - 128 },
        ]
        for offset in [Int32(0), 17, -40] {
            let set = try CodebookSet(
                codebooks: try books.map { try Codebook(entries: $0) }, selects: [0, 1, 2, 3],
                offsets: Array(repeating: offset, count: 4), step: 1)
            for r in Int32(-300)...300 {
                let result = try postProcess(
                    Array(repeating: Int64(r), count: 4), identity(4), outputFormat: .codes(set))
                let level = r - offset
                for (c, entries) in books.enumerated() {
                    let distance = entries.map { abs($0 - level) }.min()!
                    let nearest = entries.lastIndex { abs($0 - level) == distance }!
                    #expect(result.output.elements[c] == Int32(nearest), "r \(r), offset \(offset), codebook \(c)")
                }
                let outside = books.count { level < $0.first! || level > $0.last! }
                #expect(result.saturatedOutputs == outside, "r \(r), offset \(offset)")
            }
        }
    }

    @Test("Explicit thresholds are counted, equal ones skip a code")
    func explicitThresholds() throws {
        let book = try Codebook(entries: [0, 10, 20, 30], thresholds: [1, 1, 30])
        let set = CodebookSet.uniform(book, channels: 1, step: 1)
        for (r, expected) in [(-5, 0), (0, 0), (1, 2), (29, 2), (30, 3), (99, 3)] as [(Int64, Int32)] {
            #expect(
                try postProcess([r], identity(1), outputFormat: .codes(set)).output.elements == [expected], "r \(r)")
        }
    }

    @Test("The code map comes last")
    func codeMap() throws {
        let set = CodebookSet.uniform(.linearSigned, channels: 3, step: 1)
        let result = try postProcess(
            [-128, 0, 5], identity(3, codeMap: (0..<256).map { UInt8(255 - $0) }), outputFormat: .codes(set))
        #expect(result.output.elements == [255, 127, 122])
        #expect(result.saturatedOutputs == 0)
    }

    @Test("Clip, then encode: the ends are those of the activation function")
    func clipThenEncode() throws {
        let set = CodebookSet.uniform(.linearSigned, channels: 4, step: 1)
        let result = try postProcess(
            [-300, -5, 5, 300], identity(4, clipLow: -4, clipHigh: 100), outputFormat: .codes(set))
        #expect(result.output.elements == [124, 124, 133, 228])
        #expect(result.saturatedOutputs == 0)
        let wide = try postProcess([-300, -5, 5, 300], identity(4), outputFormat: .codes(set))
        #expect(wide.output.elements == [0, 123, 133, 255])
        #expect(wide.saturatedOutputs == 2)
    }
}
