import Diagnostics
import Graph
import Tensors
import Testing

@Suite struct GraphErrorTests {
    static let square = TensorShape(height: 4, width: 4, channels: 6)

    static func code<Value>(of body: () throws -> Value) -> DiagnosticCode? {
        do {
            _ = try body()
            return nil
        } catch { return (error as? Diagnostic)?.code }
    }

    static func code(_ operation: Operator, _ operands: [TensorShape] = [square]) -> DiagnosticCode? {
        code { try Layer(name: "layer", operator: operation, inputs: []).outputShape(of: operands) }
    }

    static func convolution(_ change: (inout Convolution) -> Void) -> Operator {
        var convolution = Convolution(outputChannels: 6, kernelHeight: 3, kernelWidth: 3, padding: Padding(all: 1))
        change(&convolution)
        return .convolution(convolution)
    }

    static func transposed(_ change: (inout TransposedConvolution) -> Void) -> Operator {
        var transposed = TransposedConvolution(
            outputChannels: 6, kernelHeight: 3, kernelWidth: 3, strideY: 2, strideX: 2)
        change(&transposed)
        return .transposedConvolution(transposed)
    }

    @Test("Attributes out of range")
    func attributes() {
        let bad: [Operator] = [
            Self.convolution { $0.kernelHeight = 0 }, Self.convolution { $0.kernelWidth = 256 },
            Self.convolution { $0.strideY = 0 },
            Self.convolution { $0.strideX = -1 }, Self.convolution { $0.dilationY = 0 },
            Self.convolution { $0.padding.left = -1 },
            Self.convolution { $0.padding.top = 1025 }, Self.convolution { $0.outputChannels = 0 },
            Self.convolution { $0.groups = 0 },
            Self.transposed { $0.strideY = 0 }, Self.transposed { $0.outputChannels = 0 },
            Self.transposed { $0.outputPaddingX = -1 },
            .fullyConnected(outputChannels: 0), .pixelShuffle(factor: 0), .pixelShuffle(factor: 17),
            .quantizeLatent(LatentGrid(fractionBits: 9)),
            .reconstructLatent(LatentGrid(fractionBits: -1)),
        ]
        for operation in bad { #expect(Self.code(operation) == .graphAttributeOutOfRange, "\(operation)") }
        #expect(Self.code(Self.convolution { _ in }) == nil)
        #expect(Self.code(Self.transposed { _ in }) == nil)
    }

    @Test("Operands that do not fit the operator")
    func operands() {
        let (square, wide) = (Self.square, TensorShape(height: 4, width: 5, channels: 6))
        let bad: [(Operator, [TensorShape])] = [
            (Self.convolution { $0.groups = 4 }, [square]),
            (Self.convolution { ($0.groups, $0.outputChannels) = (3, 4) }, [square]),
            (Self.convolution { $0.kernelHeight = 7 }, [square]), (Self.convolution { $0.dilationX = 3 }, [square]),
            (Self.convolution { _ in }, []),
            (Self.convolution { _ in }, [square, square]), (Self.transposed { $0.padding = Padding(all: 5) }, [square]),
            (.add, [square]),
            (.add, [square, wide]), (.add, [square, square, square]), (.concatenation, [square]),
            (.concatenation, [square, wide]),
            (.concatenation, Array(repeating: square, count: 65)), (.pixelShuffle(factor: 2), [square]),
            (.quantizeLatent(LatentGrid()), [square, wide]),
            (.reconstructLatent(LatentGrid(firstMeanChannel: 1)), [square, square]),
            (.quantizeLatent(LatentGrid(firstMeanChannel: -1)), [square, square]),
        ]
        for (operation, operands) in bad {
            #expect(Self.code(operation, operands) == .graphShapeMismatch, "\(operation) of \(operands)")
        }
    }

    @Test("Names that do not exist, come later or stand twice")
    func names() {
        func graphCode(
            _ layers: [(String, [String])], inputs: [String] = ["image"], outputs: [String] = [], latents: [String] = []
        ) -> DiagnosticCode? {
            let graph = Graph(
                name: "graph", inputs: inputs.map { GraphInput(name: $0, channels: 3) },
                layers: layers.map { Layer(name: $0, operator: .requantize, inputs: $1) },
                outputs: outputs, latents: latents)
            return Self.code { try graph.shapes(height: 8, width: 8) }
        }
        #expect(graphCode([("a", ["image"]), ("b", ["a"])], outputs: ["b"], latents: ["a"]) == nil)
        #expect(graphCode([("a", ["picture"])]) == .graphUnknownTensor)
        #expect(graphCode([("a", ["b"]), ("b", ["image"])]) == .graphUnknownTensor)
        #expect(graphCode([("a", ["a"])]) == .graphUnknownTensor)
        #expect(graphCode([("a", ["image"])], outputs: ["b"]) == .graphUnknownTensor)
        #expect(graphCode([("a", ["image"])], latents: ["b"]) == .graphUnknownTensor)
        #expect(graphCode([("a", ["image"]), ("a", ["image"])]) == .graphDuplicateName)
        #expect(graphCode([("image", ["image"])]) == .graphDuplicateName)
        #expect(graphCode([("a", ["image"])], inputs: ["image", "image"]) == .graphDuplicateName)
    }
}
