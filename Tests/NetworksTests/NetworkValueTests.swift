import Diagnostics
import FixedPoint
import Graph
import NetworkFiles
import Networks
import Quantization
import Tensors
import Testing

/// Numbers that a network must not hold, whoever made it.
@Suite struct NetworkValueTests {
    private let seed: UInt64 = 20_261_121

    private func quantizedFailure(_ change: (inout QuantizedNetwork) throws -> Void) throws -> DiagnosticCode? {
        var network = try Fixtures.quantizedNetwork(seed: seed)
        try change(&network)
        return code { try network.validate() }
    }

    @Test("Values that executors could not run are refused")
    func values() throws {
        #expect(try quantizedFailure { _ in } == nil)
        #expect(try quantizedFailure { $0.widths.activationBits = 9 } == .codebookValueTooWide)
        #expect(try quantizedFailure { $0.widths.weightBits = 11 } == .codebookValueTooWide)
        #expect(try quantizedFailure { $0.widths.accumulatorBits = 63 } == .networkValueOutOfRange)
        #expect(try quantizedFailure { $0.widths.accumulatorBits = 30 } == .networkValueOutOfRange)
        #expect(try quantizedFailure { $0.formats["up"] = nil } == .networkTensorMissing)
        #expect(try quantizedFailure { $0.parameters["up"] = LayerParameters.none } == .networkTensorMissing)
        #expect(try quantizedFailure { $0.formats["symbols"] = $0.formats["hat"] } == .networkValueOutOfRange)
        #expect(
            try quantizedFailure { $0.formats["joined"] = .codes(.uniform(.linearSigned, channels: 8, step: 0.1)) }
                == .networkValueOutOfRange)
        #expect(
            try quantizedFailure {
                $0.formats["shuffled"] = .codes(.uniform(.linearSigned, channels: 1, step: 0.25, offset: 1))
            } == .networkValueOutOfRange)
        #expect(
            try quantizedFailure { $0.formats["conv"] = .codes(.uniform(.linearSigned, channels: 3, step: 1)) }
                == .networkValueOutOfRange)
        #expect(try quantizedFailure { $0.formats["hat"] = .integers16(step: 1) } == .networkValueOutOfRange)
        #expect(try quantizedFailure { $0.rateMultipliers["latent"]![1].removeLast() } == .networkValueOutOfRange)
        #expect(
            try quantizedFailure { $0.rateMultipliers["gdn"] = $0.rateMultipliers["latent"] } == .networkValueOutOfRange
        )
        let normalizationFaults: [(inout NormalizationParameters) -> Void] = [
            { $0.beta[0] = 0 }, { $0.scaleMantissas[0] = 0 }, { $0.scaleMantissas[0] = 1 << 24 },
            { $0.scaleShifts[0] = 63 }, { $0.operandShifts[0] = -1 },
            { $0.table = .product(baseBits: 17) },
            {
                $0.table = .derived(for: .gdn)
                $0.table!.slopes[0] = 1 << 20
            },
            { $0.gammaCodes.removeLast() }, { $0.gammaDecoder = .linear() }, { $0.resultBits = 16 },
            {
                $0.clipLow = 1
                $0.clipHigh = 0
            },
        ]
        for (index, fault) in normalizationFaults.enumerated() {
            let found = try quantizedFailure { network in
                guard case .normalization(var normalization)? = network.parameters["gdn"] else { return }
                normalization.gammaCodes[0] = 0
                fault(&normalization)
                network.parameters["gdn"] = .normalization(normalization)
            }
            #expect(found == .networkValueOutOfRange, "fault \(index)")
        }
        let accumulationFaults: [(inout AccumulationParameters) -> Void] = [
            { $0.weightCodes.removeLast() }, { $0.bias.removeLast() }, { $0.bias[0] = 1 << 35 },
            { $0.postProcessing.multipliers.removeLast() },
            { $0.postProcessing.codeMap = [1] }, { $0.postProcessing.resultBits = 31 },
        ]
        for (index, fault) in accumulationFaults.enumerated() {
            let found = try quantizedFailure { network in
                guard case .accumulation(var accumulation)? = network.parameters["conv"] else { return }
                fault(&accumulation)
                network.parameters["conv"] = .accumulation(accumulation)
            }
            #expect(found == .networkValueOutOfRange, "fault \(index)")
        }
        for addition in [
            AdditionParameters(mantissaA: 1 << 31, mantissaB: 0, exponent: 0, rounding: .single),
            AdditionParameters(mantissaA: .min, mantissaB: 0, exponent: 0, rounding: .single),
            AdditionParameters(mantissaA: 0, mantissaB: .min, exponent: 0, rounding: .single),
            AdditionParameters(mantissaA: 1, mantissaB: 0, exponent: 31, rounding: .single),
            AdditionParameters(mantissaA: 1, mantissaB: 0, exponent: 0, rounding: .tosaDouble),
        ] {
            #expect(try quantizedFailure { $0.parameters["sum"] = .addition(addition) } == .networkValueOutOfRange)
        }
    }

    @Test("A code map stores codes that its output has: those that its codebooks can give are looked at, no others")
    func codeMaps() throws {
        func failure(_ entries: Int, _ change: (inout [UInt8]) -> Void) throws -> DiagnosticCode? {
            try quantizedFailure { network in
                let book = try! Codebook(entries: (0..<Int32(entries)).map { $0 })
                network.formats["hat"] = .codes(.uniform(book, channels: 8, step: 0.1))
                guard case .requantization(var post)? = network.parameters["hat"] else { return }
                var map = [UInt8](0...255)
                change(&map)
                post.codeMap = map
                network.parameters["hat"] = .requantization(post)
            }
        }
        #expect(try failure(16) { _ in } == nil)
        #expect(try failure(16) { $0[15] = 16 } == .networkCodeMapUnfit)
        #expect(try failure(16) { $0[0] = 200 } == .networkCodeMapUnfit)
        #expect(try failure(16) { $0[16] = 200 } == nil)
        #expect(try failure(256) { $0[0] = 255 } == nil)
    }

    @Test("A step is a finite number of more than 0, also of 16-bit integers")
    func steps() throws {
        for step in [0, -1, Double.infinity] {
            #expect(try quantizedFailure { $0.formats["latent"] = .integers16(step: step) } == .networkValueOutOfRange)
        }
    }

    @Test("A picture of another size than a fully connected layer's weights are for is what is refused")
    func pictureSize() throws {
        let network = try Fixtures.quantizedNetwork(seed: seed)
        // "class" has 2 x 4 x 4 weights: 4 pixels of 4 channels, which a picture of 4x4 gives after a stride of 2.
        #expect(try network.shapes(height: 4, width: 4)["class"]?.channels == 2)
        let refusal = #expect(throws: Diagnostic.self) { try network.shapes(height: 8, width: 4) }
        #expect(refusal?.code == .graphPictureUnfit && refusal?.place == "layer class")
        #expect(
            refusal?.found.contains("8 pixels") == true && refusal?.expected.contains("4 pixels") == true,
            "\(String(describing: refusal))")
        let float = Fixtures.floatNetwork(seed: seed)
        #expect(throws: Never.self) { try float.requirePicture(height: 4, width: 4, rate: 1) }
        #expect(code { try float.requirePicture(height: 4, width: 8) } == .graphPictureUnfit)
        #expect(code { try float.requirePicture(height: 4, width: 4, rate: 2) } == .rateOutOfRange)
        #expect(code { try float.requirePicture(height: 4, width: 4, channels: 1) } == .networkHasNoPicture)
    }

    @Test("Float networks with parameters that do not fit are refused")
    func floatValues() throws {
        func failure(_ change: (inout FloatNetwork) -> Void) -> DiagnosticCode? {
            var network = Fixtures.floatNetwork(seed: seed)
            change(&network)
            return code { try network.validate() }
        }
        #expect(failure { _ in } == nil)
        #expect(
            failure { $0.parameters["conv"] = .accumulation(weights: [1], bias: [0, 0, 0, 0]) }
                == .networkTensorMismatch)
        #expect(failure { $0.parameters["gdn"] = nil } == .networkTensorMissing)
        #expect(failure { $0.parameters["sum"] = .accumulation(weights: [1], bias: [1]) } == .networkTensorMissing)
        #expect(
            failure {
                $0.parameters["gdn"] = .normalization(gamma: Array(repeating: 1, count: 16), beta: [1, 1, 0, 1])
            } == .networkValueOutOfRange)
        #expect(
            failure {
                $0.parameters["gdn"] = .normalization(gamma: Array(repeating: -1, count: 16), beta: [1, 1, 1, 1])
            } == .networkValueOutOfRange)
        #expect(failure { $0.rateGains["latent"]![0][0] = 0 } == .networkValueOutOfRange)
        #expect(
            failure {
                $0.parameters["gdn"] = .normalization(
                    gamma: Array(repeating: 1, count: 16), beta: [1, 1, .infinity, 1])
            } == .networkNotFinite)
        #expect(failure { $0.rateGains["conv"] = [[1, 1, 1, 1]] } == .networkValueOutOfRange)
    }

    @Test(
        "What is no finite number is refused with its place: a file could not hold it",
        arguments: [Float.nan, .infinity])
    func notFinite(_ value: Float) {
        func refusal(_ change: (inout FloatNetwork) -> Void) -> Diagnostic? {
            var network = Fixtures.floatNetwork(seed: seed)
            change(&network)
            do throws(Diagnostic) {
                try network.validate()
                return nil
            } catch { return error }
        }
        // Weights [4][3][3][3]: 46 is 1 x 27 + 2 x 9 + 0 x 3 + 1.
        let weight = refusal {
            guard case .accumulation(var weights, let bias)? = $0.parameters["conv"] else { return }
            weights[46] = value
            $0.parameters["conv"] = .accumulation(weights: weights, bias: bias)
        }
        #expect(weight?.code == .networkNotFinite && weight?.place == "layer conv, weights, element [1, 2, 0, 1]")
        let bias = refusal {
            guard case .accumulation(let weights, _)? = $0.parameters["conv"] else { return }
            $0.parameters["conv"] = .accumulation(weights: weights, bias: [0, 0, 0, value])
        }
        #expect(bias?.code == .networkNotFinite && bias?.place == "layer conv, bias, element [3]")
        let prior = refusal {
            $0.prior = FactorizedPrior(
                channels: 2,
                stages: [.init(inputs: 1, outputs: 1, matrix: [1, 1], bias: [0, value], factor: nil)])
        }
        #expect(prior?.code == .networkNotFinite && prior?.place == "prior, stage 0, bias, element [1, 0]")
    }

    @Test("A prior that a file could not hold is refused: stages that do not follow each other, or are too wide")
    func priors() {
        func code(_ widths: [(Int, Int)]) -> DiagnosticCode? {
            var network = Fixtures.floatNetwork(seed: seed)
            network.prior = FactorizedPrior(
                channels: 1,
                stages: widths.map { inputs, outputs in
                    .init(
                        inputs: inputs, outputs: outputs, matrix: Array(repeating: 1, count: inputs * outputs),
                        bias: Array(repeating: 0, count: outputs), factor: nil)
                })
            do throws(Diagnostic) {
                try network.validate()
                return nil
            } catch { return error.code }
        }
        #expect(code([(1, 64), (64, 1)]) == nil)
        #expect(code([(1, 65), (65, 1)]) == .networkValueOutOfRange)
        #expect(code([(1, 3), (2, 1)]) == .networkValueOutOfRange)
        #expect(code([(1, 3)]) == .networkValueOutOfRange)
    }
}
