import Calibration
import NetworkFiles
import Networks
import Quantization
import Studies
import Tensors
import Testing

@Suite struct StudyTests {
    /// The bundled network on a small textured picture drawn by integers.
    private let study: Study = {
        let shape = TensorShape(height: 64, width: 64, channels: 3)
        var state: UInt32 = 7
        let samples = (0..<shape.count).map { index -> UInt8 in
            state = state &* 1_664_525 &+ 1_013_904_223
            let (y, x) = (index / 3 / 64, index / 3 % 64)
            return UInt8(60 + 2 * y + (x / 8 % 2 == 0 ? 40 : 0) + Int(state >> 28))
        }
        let picture = Tensor<UInt8>(shape: shape, elements: samples)
        return Study(try! BundledNetworks.network(named: "lapped8").float!, calibration: [picture], pictures: [picture])
    }()

    @Test("Finer groups never have more noise, and cost more scales; weight bytes are a quarter of float32")
    func weights() throws {
        let rows = try study.weights(laws: [.linear, .power(numerator: 2, denominator: 1)], clipping: .none)
        #expect(rows.count == 8)
        func row(_ choice: String) -> StudyRow { rows.first { $0.choice == choice }! }
        #expect(row("outputChannel, linear").signalToNoiseDecibels > row("layer, linear").signalToNoiseDecibels)
        #expect(row("kernel, linear").signalToNoiseDecibels > row("outputChannel, linear").signalToNoiseDecibels)
        let count = 48 * 192 + 128 * 4 * 48 + 48 * 4 * 128 + 3 * 64 * 48
        #expect(rows.allSatisfy { $0.cost.weightBytes == count && $0.cost.romBits == 0 })
        #expect(row("layer, linear").cost.selectBits == 4 * 32)
        #expect(row("outputChannel, linear").cost.selectBits == (48 + 128 + 48 + 3) * 32)
    }

    @Test("More codebooks have less noise and select bits of log2 J a channel; a law that bends beats the linear one")
    func codebooks() throws {
        let rows = try study.codebooks(
            laws: [.linear, .power(numerator: 2, denominator: 1)], counts: [1, 8], rangeSelection: .maximum)
        #expect(
            rows.map(\.choice) == [
                "1 codebook, linear", "1 codebook, power 2/1", "8 codebooks, linear", "8 codebooks, power 2/1",
            ])
        #expect(rows[2].signalToNoiseDecibels > rows[0].signalToNoiseDecibels)
        #expect(rows[3].signalToNoiseDecibels > rows[1].signalToNoiseDecibels)
        #expect(rows[0].cost.selectBits == 0)
        #expect(rows[2].psnrChangeDecibels > rows[0].psnrChangeDecibels)
    }

    @Test("Latents within 8 bits lose nothing, whatever is removed")
    func means() throws {
        let rows = try study.means()
        #expect(rows.map(\.choice) == ["none", "mean", "midRange"])
        #expect(rows[2].saturatedLatents <= rows[0].saturatedLatents)
        #expect(rows.allSatisfy { $0.saturatedLatents > 0 || abs($0.psnrChangeDecibels) < 1e-9 })
    }
}
