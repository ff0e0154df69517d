import Diagnostics
import FixedPoint
import Graph
import Networks
import Quantization
import ReferenceModel
import Tensors
import Testing

/// Every diagnostic of the reference model, by the smallest network that provokes it.
@Suite("What the reference model refuses")
struct RefusalTests {
    private let pointwise = Operator.convolution(Convolution(outputChannels: 1, kernelHeight: 1, kernelWidth: 1))

    @Test("Accumulators that wrap or saturate", arguments: [OverflowRule.wrap, .saturate])
    func overflowRule(rule: OverflowRule) {
        var layer = SingleLayer(operator: pointwise, parameters: .accumulation(.exact(weights: [1], bias: [0])))
        layer.widths.overflow = rule
        let diagnostic = expectDiagnostic(.referenceOverflowRule) { try layer.run(tensor(1, 1, 1, [0])) }
        #expect(diagnostic?.found == "overflow rule \(rule.rawValue)")
    }

    @Test("A sum beyond the accumulator names layer, channel and bits")
    func accumulator() throws {
        let one = PostProcessing(multipliers: [.one, .one], rounding: .single)
        // 12 bits hold -2048...2047.
        #expect(try postProcess([2047, -2048], one, accumulatorBits: 12).output.elements == [2047, -2048])
        var diagnostic = expectDiagnostic(.referenceAccumulatorTooNarrow) {
            try postProcess([0, 2048], one, accumulatorBits: 12)
        }
        #expect(diagnostic?.place == "layer layer, output channel 1")
        #expect(diagnostic?.found == "the sum 2048, which needs 13 bits")
        diagnostic = expectDiagnostic(.referenceAccumulatorTooNarrow) {
            try postProcess([-2049, 0], one, accumulatorBits: 12)
        }
        #expect(diagnostic?.found == "the sum -2049, which needs 13 bits")

        var layer = SingleLayer(operator: pointwise, parameters: .accumulation(.exact(weights: [100], bias: [100])))
        layer.widths.accumulatorBits = 12
        // 100 x 19 + 100 = 2000 fits, 100 x 20 + 100 = 2100 does not.
        #expect(try layer.run(tensor(1, 1, 1, [19])).output.elements == [2000])
        expectDiagnostic(.referenceAccumulatorTooNarrow) { try layer.run(tensor(1, 1, 1, [20])) }
    }

    @Test("A norm of 2^40")
    func norm() {
        let parameters = NormalizationParameters(
            gammaCodes: [128], gammaDecoder: .linear(), operandShifts: [0], beta: [1 << 40], scaleMantissas: [1],
            scaleShifts: [0])
        expectDiagnostic(.referenceAccumulatorTooNarrow) {
            try SingleLayer(operator: .normalization(.gdn), parameters: .normalization(parameters)).run(
                tensor(1, 1, 1, [1]))
        }
    }

    @Test("A shifted accumulator beyond 32 bits under gemmlowpDouble")
    func shiftedAccumulator() throws {
        let four = QuantizedMultiplier(mantissa: 1 << 30, exponent: 3)
        let processing = PostProcessing(multipliers: [four], rounding: .gemmlowpDouble, clipLow: -5, clipHigh: 5)
        // 8 x 2^28 = 2^31 does not fit, -2^31 does.
        #expect(try postProcess([-(1 << 28)], processing).output.elements == [-5])
        let diagnostic = expectDiagnostic(.referenceShiftedAccumulatorTooWide) {
            try postProcess([1 << 28], processing)
        }
        #expect(diagnostic?.place == "layer layer, output channel 0")
    }

    @Test("Values and weights wider than V and W")
    func tooWide() {
        var layer = SingleLayer(operator: pointwise, parameters: .accumulation(.exact(weights: [1], bias: [0])))
        layer.widths.activationBits = 15
        expectDiagnostic(.codebookValueTooWide) { try layer.run(tensor(1, 1, 1, [0])) }
        layer.widths.activationBits = 16
        layer.widths.weightBits = 7
        expectDiagnostic(.codebookValueTooWide) { try layer.run(tensor(1, 1, 1, [0])) }

        let gdn1 = NormalizationParameters(
            gammaCodes: [128], gammaDecoder: .linear(), operandShifts: [0], beta: [1], scaleMantissas: [1],
            scaleShifts: [0])
        // 16-bit integers can be -2^15, whose magnitude is no 16-bit operand.
        expectDiagnostic(.codebookValueTooWide) {
            try SingleLayer(operator: .normalization(.gdn1), parameters: .normalization(gdn1)).run(tensor(1, 1, 1, [1]))
        }
    }

    @Test("Stored elements that mean nothing")
    func elements() throws {
        let layer = SingleLayer(operator: pointwise, parameters: .accumulation(.exact(weights: [1], bias: [0])))
        expectDiagnostic(.referenceElementOutOfRange) { try layer.run(tensor(1, 1, 1, [32768])) }
        var coded = layer
        coded.inputFormats = [.codes(.uniform(try Codebook(entries: [1, 2, 3]), channels: 1, step: 1))]
        let diagnostic = expectDiagnostic(.referenceElementOutOfRange) { try coded.run(tensor(1, 2, 1, [2, 3])) }
        #expect(diagnostic?.place == "tensor a, (y 0, x 1, c 0)")
        expectDiagnostic(.referenceElementOutOfRange) { try coded.run(tensor(1, 1, 1, [-1])) }
    }

    @Test("Parameters that do not fit")
    func parameters() {
        let right = AccumulationParameters.exact(weights: [1], bias: [0])
        var changed: [LayerParameters] = [.none]
        func change(_ edit: (inout AccumulationParameters) -> Void) {
            var parameters = right
            edit(&parameters)
            changed.append(.accumulation(parameters))
        }
        change { $0.weightCodes = [1, 2] }
        change { $0.bias = [] }
        change { $0.postProcessing.multipliers = [] }
        change { $0.postProcessing.multipliersNegative = [.one, .one] }
        change { $0.postProcessing.resultBits = 16 }
        change {
            $0.postProcessing.clipLow = 1
            $0.postProcessing.clipHigh = 0
        }
        change { $0.postProcessing.codeMap = Array(repeating: 0, count: 256) }
        for parameters in changed {
            expectDiagnostic(.referenceParametersUnfit, "\(parameters)") {
                try SingleLayer(operator: pointwise, parameters: parameters).run(tensor(1, 1, 1, [0]))
            }
        }
        var layer = SingleLayer(operator: pointwise, parameters: .accumulation(right))
        layer.widths.accumulatorBits = 63
        expectDiagnostic(.referenceParametersUnfit) { try layer.run(tensor(1, 1, 1, [0])) }
    }

    @Test("Normalization parameters that do not fit")
    func normalizationParameters() {
        let right = NormalizationParameters(
            gammaCodes: [128], gammaDecoder: .linear(), operandShifts: [0], beta: [1], scaleMantissas: [1],
            scaleShifts: [0])
        let edits: [(inout NormalizationParameters) -> Void] = [
            { $0.gammaCodes = [] }, { $0.gammaCodes = [127] }, { $0.operandShifts = [31] },
            { $0.operandShifts = [0, 0] }, { $0.beta = [0] },
            { $0.scaleMantissas = [0] }, { $0.scaleMantissas = [1 << 24] }, { $0.scaleShifts = [63] },
            { $0.scaleShifts = [-1] },
        ]
        for (index, edit) in edits.enumerated() {
            var parameters = right
            edit(&parameters)
            expectDiagnostic(.referenceParametersUnfit, "edit \(index)") {
                try SingleLayer(operator: .normalization(.gdn), parameters: .normalization(parameters)).run(
                    tensor(1, 1, 1, [1]))
            }
        }
    }

    @Test(
        "Add with a rule of two roundings",
        arguments: [RoundingRule.gemmlowpDouble, .halfUpDouble, .tosaDouble, .onnxFloat32])
    func addRounding(rule: RoundingRule) {
        let parameters = AdditionParameters(mantissaA: 1, mantissaB: 1, exponent: 0, rounding: rule)
        expectDiagnostic(.referenceRoundingNotAdmitted) {
            try SingleLayer(operator: .add, parameters: .addition(parameters)).run(
                tensor(1, 1, 1, [1]), tensor(1, 1, 1, [1]))
        }
    }

    @Test("Copies between formats that differ")
    func formats() throws {
        let a = tensor(1, 1, 1, [1])
        func codes(_ book: Codebook, offset: Int32 = 0, step: Double = 1, channels: Int = 1) -> TensorFormat {
            .codes(.uniform(book, channels: channels, step: step, offset: offset))
        }
        let right = codes(.linearSigned)
        for other in [
            codes(.linearUnsigned), codes(.linearSigned, offset: 1), codes(.linearSigned, step: 2),
            .integers16(step: 1),
        ] {
            expectDiagnostic(.referenceFormatsDisagree, "\(other.step)") {
                try SingleLayer(
                    operator: .concatenation, inputFormats: [right, other],
                    outputFormat: codes(.linearSigned, channels: 2)
                ).run(a, a)
            }
        }
        let uneven = TensorFormat.codes(
            try CodebookSet(codebooks: [.linearSigned], selects: [0, 0, 0, 0], offsets: [0, 0, 1, 0], step: 1))
        expectDiagnostic(.referenceFormatsDisagree) {
            try SingleLayer(operator: .pixelShuffle(factor: 2), inputFormats: [uneven], outputFormat: right).run(
                tensor(1, 1, 4, [1, 2, 3, 4]))
        }
        expectDiagnostic(.referenceFormatsDisagree) {
            try SingleLayer(operator: .quantizeLatent(LatentGrid()), inputFormats: [right]).run(a)
        }
        expectDiagnostic(.referenceFormatsDisagree) {
            try SingleLayer(operator: .reconstructLatent(LatentGrid()), outputFormat: right).run(a)
        }
    }

    @Test("Inputs and formats that are missing or have other channels")
    func graphs() throws {
        let graph = Graph(
            name: "g", inputs: [GraphInput(name: "a", channels: 1)],
            layers: [Layer(name: "layer", operator: pointwise, inputs: ["a"])],
            outputs: ["layer"])
        let parameters: [String: LayerParameters] = ["layer": .accumulation(.exact(weights: [1], bias: [0]))]
        let widths = DatapathWidths(activationBits: 16, weightBits: 8, accumulatorBits: 32)
        var network = QuantizedNetwork(
            graph: graph, formats: ["a": .integers16(step: 1), "layer": .integers16(step: 1)], parameters: parameters,
            widths: widths)
        let a = tensor(1, 1, 1, [4])
        #expect(try ReferenceModel(network).run(inputs: ["a": a]).tensors == ["a": a, "layer": a])
        expectDiagnostic(.graphUnknownTensor) { try ReferenceModel(network).run(inputs: ["b": a]) }
        expectDiagnostic(.graphShapeMismatch) {
            try ReferenceModel(network).run(inputs: ["a": tensor(1, 1, 2, [1, 2])])
        }
        network.formats["a"] = .codes(.uniform(.linearSigned, channels: 2, step: 1))
        expectDiagnostic(.graphShapeMismatch) { try ReferenceModel(network).run(inputs: ["a": a]) }
        network.formats["a"] = nil
        expectDiagnostic(.graphUnknownTensor) { try ReferenceModel(network).run(inputs: ["a": a]) }
        network.graph.layers[0].inputs = ["z"]
        expectDiagnostic(.graphUnknownTensor) { try ReferenceModel(network).run(inputs: ["a": a]) }
        network.graph.layers[0].inputs = []
        expectDiagnostic(.graphShapeMismatch) { try ReferenceModel(network).run(inputs: ["a": a]) }
    }
}
