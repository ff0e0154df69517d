import Diagnostics
import FileFormats
import Graph

/// The graph as JSON. Keys are the attribute names of the operators; operators are named by `Operator.name`.
extension Graph {
    var members: [JSONValue.Member] {
        [
            .init("name", .string(name)),
            .init("sizeMultiple", .integer(sizeMultiple)),
            .init(
                "inputs",
                .array(inputs.map { .object($0.members) })
            ),
            .init("layers", .array(layers.map { .object($0.members) })),
            .init("outputs", .array(outputs.map { .string($0) })),
            .init("latents", .array(latents.map { .string($0) })),
        ]
    }

    init(_ fields: JSONFields) throws(Diagnostic) {
        var inputs: [GraphInput] = []
        for input in try fields.objects("inputs") {
            inputs.append(try GraphInput(input))
            try input.requireAllTaken()
        }
        var layers: [Layer] = []
        for layer in try fields.objects("layers") { layers.append(try Layer(layer)) }
        self.init(
            name: try fields.plainName("name"), inputs: inputs, layers: layers,
            outputs: try fields.distinctStrings("outputs"),
            sizeMultiple: try fields.integer("sizeMultiple", in: 1...4096),
            latents: try fields.distinctStrings("latents"))
    }
}

extension GraphInput {
    fileprivate var members: [JSONValue.Member] {
        [.init("name", .string(name)), .init("channels", .integer(channels))]
            + (extent.map { [.init("height", .integer($0.height)), .init("width", .integer($0.width))] } ?? [])
    }

    fileprivate init(_ fields: JSONFields) throws(Diagnostic) {
        self.init(name: try fields.plainName("name"), channels: try fields.extent("channels"))
        guard fields.has("height") || fields.has("width") else { return }
        extent = Extent(
            height: try fields.integer("height", in: 1...GraphLimits.extent),
            width: try fields.integer("width", in: 1...GraphLimits.extent))
    }
}

extension Layer {
    fileprivate var members: [JSONValue.Member] {
        var members: [JSONValue.Member] = [
            .init("name", .string(name)),
            .init("operator", .string(self.operator.name)),
            .init("inputs", .array(inputs.map { .string($0) })),
        ]
        members += self.operator.attributes.map { .init($0.0, .integer($0.1)) }
        switch activation {
        case .none: break
        case .relu: members.append(.init("activation", .string("relu")))
        case .leakyRelu(let slope):
            members += [.init("activation", .string("leakyRelu")), .init("slope", .real(slope))]
        case .clip(let low, let high):
            members.append(.init("activation", .string("clip")))
            // JSON has no infinity: a limit that limits nothing is left out.
            if low.isFinite { members.append(.init("low", .real(low))) }
            if high.isFinite { members.append(.init("high", .real(high))) }
        case .sigmoid: members.append(.init("activation", .string("sigmoid")))
        }
        return members
    }

    fileprivate init(_ fields: JSONFields) throws(Diagnostic) {
        let activation: ActivationFunction
        switch fields.has("activation") ? try fields.string("activation") : "none" {
        case "none": activation = .none
        case "relu": activation = .relu
        case "leakyRelu": activation = .leakyRelu(slope: try fields.real("slope"))
        case "clip":
            activation = .clip(
                low: fields.has("low") ? try fields.real("low") : -.infinity,
                high: fields.has("high") ? try fields.real("high") : .infinity)
        case "sigmoid": activation = .sigmoid
        case let word:
            throw JSONFields.invalid(
                fields.place, found: "activation '\(word)'", expected: "none, relu, leakyRelu, clip or sigmoid")
        }
        self.init(
            name: try fields.plainName("name"), operator: try Operator(fields), inputs: try fields.strings("inputs"),
            activation: activation)
        try fields.requireAllTaken()
    }
}

extension Operator {
    /// Names and values of the integer attributes, in the order of the file.
    fileprivate var attributes: [(String, Int)] {
        switch self {
        case .convolution(let convolution):
            [
                ("outputChannels", convolution.outputChannels), ("kernelHeight", convolution.kernelHeight),
                ("kernelWidth", convolution.kernelWidth),
                ("strideY", convolution.strideY), ("strideX", convolution.strideX),
            ] + convolution.padding.attributes + [
                ("dilationY", convolution.dilationY), ("dilationX", convolution.dilationX),
                ("groups", convolution.groups),
            ]
        case .transposedConvolution(let transposed):
            [
                ("outputChannels", transposed.outputChannels), ("kernelHeight", transposed.kernelHeight),
                ("kernelWidth", transposed.kernelWidth),
                ("strideY", transposed.strideY), ("strideX", transposed.strideX),
            ] + transposed.padding.attributes + [
                ("outputPaddingY", transposed.outputPaddingY), ("outputPaddingX", transposed.outputPaddingX),
            ]
        case .fullyConnected(let outputChannels): [("outputChannels", outputChannels)]
        case .pixelShuffle(let factor), .nearestResize(let factor): [("factor", factor)]
        case .maxPooling(let pooling):
            [
                ("kernelHeight", pooling.kernelHeight), ("kernelWidth", pooling.kernelWidth),
                ("strideY", pooling.strideY), ("strideX", pooling.strideX),
            ] + pooling.padding.attributes
        case .pad(let pad):
            pad.padding.attributes + [("strideY", pad.strideY), ("strideX", pad.strideX), ("fill", pad.fill)]
        case .quantizeLatent(let grid), .reconstructLatent(let grid):
            [("fractionBits", grid.fractionBits), ("firstMeanChannel", grid.firstMeanChannel)]
        case .twoStageAdd(let addition): [("leftShift", addition.leftShift), ("subtracts", addition.subtracts ? 1 : 0)]
        case .normalization, .requantize, .add, .multiply, .concatenation: []
        }
    }

    fileprivate init(_ fields: JSONFields) throws(Diagnostic) {
        switch try fields.string("operator") {
        case "convolution", "depthwiseConvolution": self = .convolution(try Convolution(fields))
        case "transposedConvolution": self = .transposedConvolution(try TransposedConvolution(fields))
        case "fullyConnected": self = .fullyConnected(outputChannels: try fields.extent("outputChannels"))
        case "requantize": self = .requantize
        case "add": self = .add
        case "twoStageAdd":
            self = .twoStageAdd(
                TwoStageAddition(
                    leftShift: try fields.integer("leftShift", in: 0...24),
                    subtracts: try fields.integer("subtracts", in: 0...1) == 1))
        case "multiply": self = .multiply
        case "concatenation": self = .concatenation
        case "pixelShuffle": self = .pixelShuffle(factor: try fields.integer("factor", in: 1...16))
        case "nearestResize": self = .nearestResize(factor: try fields.integer("factor", in: 1...16))
        case "maxPooling":
            self = .maxPooling(
                Pooling(
                    kernelHeight: try fields.window("kernelHeight"), kernelWidth: try fields.window("kernelWidth"),
                    strideY: try fields.window("strideY"), strideX: try fields.window("strideX"),
                    padding: try Padding(fields)))
        case "pad":
            self = .pad(
                Pad(
                    padding: try Padding(fields, in: -GraphLimits.extent...1024), strideY: try fields.window("strideY"),
                    strideX: try fields.window("strideX"), fill: try fields.integer("fill", in: -32_768...32_767)))
        case "quantizeLatent": self = .quantizeLatent(try LatentGrid(fields))
        case "reconstructLatent": self = .reconstructLatent(try LatentGrid(fields))
        case let word:
            guard let form = NormalizationForm(rawValue: word) else {
                throw Diagnostic(
                    .graphUnsupportedOperator, at: fields.place, found: "operator '\(word)'",
                    expected: "an operator of docs/arithmetic.md",
                    remedy: "express the layer by supported operators")
            }
            self = .normalization(form)
        }
    }
}

extension JSONFields {
    fileprivate func extent(_ name: String) throws(Diagnostic) -> Int { try integer(name, in: 1...65_536) }
    fileprivate func margin(_ name: String) throws(Diagnostic) -> Int { try integer(name, in: 0...1024) }
    fileprivate func window(_ name: String) throws(Diagnostic) -> Int { try integer(name, in: 1...255) }
}

extension Convolution {
    fileprivate init(_ fields: JSONFields) throws(Diagnostic) {
        self.init(
            outputChannels: try fields.extent("outputChannels"), kernelHeight: try fields.window("kernelHeight"),
            kernelWidth: try fields.window("kernelWidth"), strideY: try fields.window("strideY"),
            strideX: try fields.window("strideX"),
            padding: try Padding(fields), dilationY: try fields.window("dilationY"),
            dilationX: try fields.window("dilationX"),
            groups: try fields.extent("groups"))
    }
}

extension TransposedConvolution {
    fileprivate init(_ fields: JSONFields) throws(Diagnostic) {
        self.init(
            outputChannels: try fields.extent("outputChannels"), kernelHeight: try fields.window("kernelHeight"),
            kernelWidth: try fields.window("kernelWidth"), strideY: try fields.window("strideY"),
            strideX: try fields.window("strideX"),
            padding: try Padding(fields), outputPaddingY: try fields.margin("outputPaddingY"),
            outputPaddingX: try fields.margin("outputPaddingX"))
    }
}

extension Padding {
    fileprivate var attributes: [(String, Int)] {
        [("paddingTop", top), ("paddingBottom", bottom), ("paddingLeft", left), ("paddingRight", right)]
    }

    fileprivate init(_ fields: JSONFields, in range: ClosedRange<Int> = 0...1024) throws(Diagnostic) {
        self.init(
            top: try fields.integer("paddingTop", in: range), bottom: try fields.integer("paddingBottom", in: range),
            left: try fields.integer("paddingLeft", in: range), right: try fields.integer("paddingRight", in: range))
    }
}

extension LatentGrid {
    fileprivate init(_ fields: JSONFields) throws(Diagnostic) {
        self.init(
            fractionBits: try fields.integer("fractionBits", in: 0...8),
            firstMeanChannel: try fields.integer("firstMeanChannel", in: 0...65_535))
    }
}
