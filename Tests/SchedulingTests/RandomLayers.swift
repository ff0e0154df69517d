import Graph
import MachineDescription
import Networks
import Quantization
import Random
import Schedules
import Tensors

/// Seeded random networks of a few small layers, and seeded random schedules for them.
enum RandomLayers {
    static func graph(
        _ generator: inout SeededGenerator
    ) -> (graph: Graph, height: Int, width: Int, integers16: Set<String>) {
        let (height, width) = (generator.integer(1...9), generator.integer(1...9))
        var graph = Graph(
            name: "random", inputs: [GraphInput(name: "image", channels: generator.integer(1...9))], layers: [],
            outputs: [])
        var integers16: Set<String> = []
        var previous = "image"
        var layers = 0
        while layers < 3 {
            let shapes = try! graph.shapes(height: height, width: width)
            let name = "layer\(layers)"
            let operands = [previous] + secondOperands(previous, shapes, integers16, &generator)
            let layer = randomLayer(name, operands: operands, shapes, is16: integers16.contains(previous), &generator)
            guard let shape = try? layer.outputShape(of: layer.inputs.map { shapes[$0]! }), shape.height >= 1,
                shape.width >= 1, shape.count <= 3000
            else { continue }
            let widths = Set(layer.inputs.map { integers16.contains($0) })
            switch layer.operator {
            case .quantizeLatent, .reconstructLatent: integers16.insert(name)
            case _ where layer.operator.movesElements: if widths == [true] { integers16.insert(name) }
            default: if generator.integer(0...5) == 0 { integers16.insert(name) }
            }
            graph.layers.append(layer)
            (previous, layers) = (name, layers + 1)
        }
        graph.outputs = [previous]
        return (graph, height, width, integers16)
    }

    /// An earlier tensor of the same height, width and element width, or the same again.
    private static func secondOperands(
        _ name: String, _ shapes: [String: TensorShape], _ integers16: Set<String>, _ generator: inout SeededGenerator
    ) -> [String] {
        let shape = shapes[name]!
        let candidates = shapes.keys.sorted().filter {
            shapes[$0]!.height == shape.height && shapes[$0]!.width == shape.width
                && integers16.contains($0) == integers16.contains(name)
        }
        return [generator.element(of: candidates)]
    }

    private static func randomLayer(
        _ name: String, operands: [String], _ shapes: [String: TensorShape], is16: Bool,
        _ generator: inout SeededGenerator
    ) -> Layer {
        let input = shapes[operands[0]]!
        let both = operands.allSatisfy { shapes[$0]!.channels == input.channels }
        func margin() -> Int { generator.integer(0...2) }
        // Pooling, padding, copies, of either width, and pairs whose second operand may be one pixel.
        if let moved = movedLayer(name, operands: operands, &generator) { return moved }
        if is16 {
            switch generator.integer(0...3) {
            case 0: return Layer(name: name, operator: .requantize, inputs: [operands[0]])
            case 1: return Layer(name: name, operator: .concatenation, inputs: operands)
            case 2:
                return Layer(
                    name: name, operator: .quantizeLatent(LatentGrid(fractionBits: 4)),
                    inputs: both ? operands : [operands[0]])
            default:
                return Layer(
                    name: name, operator: .reconstructLatent(LatentGrid(fractionBits: 2)), inputs: [operands[0]])
            }
        }
        switch generator.integer(0...9) {
        case 0, 1, 2:
            let groups = generator.element(of: (1...input.channels).filter { input.channels % $0 == 0 })
            let convolution = Convolution(
                outputChannels: groups * generator.integer(1...max(1, 10 / groups)),
                kernelHeight: generator.integer(1...4), kernelWidth: generator.integer(1...4),
                strideY: generator.integer(1...3), strideX: generator.integer(1...3),
                padding: Padding(top: margin(), bottom: margin(), left: margin(), right: margin()),
                dilationY: generator.integer(1...2), dilationX: generator.integer(1...2),
                groups: generator.integer(0...1) == 0 ? 1 : groups)
            return Layer(name: name, operator: .convolution(convolution), inputs: [operands[0]])
        case 3, 4, 5:
            let (strideY, strideX) = (generator.integer(1...4), generator.integer(1...3))
            let transposed = TransposedConvolution(
                outputChannels: generator.integer(1...6), kernelHeight: generator.integer(1...6),
                kernelWidth: generator.integer(1...6), strideY: strideY,
                strideX: strideX, padding: Padding(top: margin(), bottom: margin(), left: margin(), right: margin()),
                outputPaddingY: generator.integer(0...strideY - 1),
                outputPaddingX: generator.integer(0...strideX - 1))
            return Layer(name: name, operator: .transposedConvolution(transposed), inputs: [operands[0]])
        case 6:
            return Layer(
                name: name, operator: .normalization(generator.element(of: NormalizationForm.allCases)),
                inputs: [operands[0]])
        case 7:
            return Layer(
                name: name, operator: .fullyConnected(outputChannels: generator.integer(1...9)), inputs: [operands[0]])
        case 8:
            let addition = TwoStageAddition(
                leftShift: generator.integer(0...3), subtracts: generator.integer(0...1) == 0)
            let pair = generator.element(of: [.add, .multiply, .twoStageAdd(addition)] as [Operator])
            return Layer(name: name, operator: both ? pair : .concatenation, inputs: operands)
        default:
            return input.channels % 4 == 0
                ? Layer(name: name, operator: .pixelShuffle(factor: 2), inputs: [operands[0]])
                : Layer(name: name, operator: .requantize, inputs: [operands[0]])
        }
    }

    private static func movedLayer(
        _ name: String, operands: [String], _ generator: inout SeededGenerator
    ) -> Layer? {
        func margin(_ range: ClosedRange<Int>) -> Int { generator.integer(range) }
        switch generator.integer(0...11) {
        case 0:
            let kernel = generator.integer(1...3)
            let pooling = Pooling(
                kernelHeight: kernel, kernelWidth: kernel, strideY: generator.integer(1...3),
                strideX: generator.integer(1...3),
                padding: Padding(
                    top: margin(0...kernel - 1), bottom: margin(0...kernel - 1), left: margin(0...kernel - 1),
                    right: margin(0...kernel - 1)))
            return Layer(name: name, operator: .maxPooling(pooling), inputs: [operands[0]])
        case 1:
            let pad = Pad(
                padding: Padding(
                    top: margin(-2...3), bottom: margin(-2...3), left: margin(-2...3), right: margin(-2...3)),
                strideY: generator.integer(1...2), strideX: generator.integer(1...2), fill: generator.integer(0...255))
            return Layer(name: name, operator: .pad(pad), inputs: [operands[0]])
        case 2:
            return Layer(
                name: name, operator: .nearestResize(factor: generator.integer(1...3)), inputs: [operands[0]])
        default: return nil
        }
    }

    /// Random tiles, orders and halves, with regions that are larger than needed.
    static func schedule(
        _ network: QuantizedNetwork, height: Int, width: Int, machine: MachineDescription,
        _ generator: inout SeededGenerator
    ) throws -> Schedule {
        let shapes = try network.graph.shapes(height: height, width: width)
        let layers = network.graph.layers.map { layer in
            let merged = generator.integer(0...2) > 0 ? mergeable(layer, network, shapes, machine) : 1
            var tile = tile(layer, shapes, mergedGroups: merged, &generator)
            let joins = generator.integer(0...1) == 0 && canJoin(layer, network, shapes)
            if joins, shapes[layer.name]!.width % tile.outputColumns != 0 {
                tile.outputColumns = shapes[layer.name]!.width
            }
            let rowCodes = kernelRowCodes(layer, shapes, machine)
            let usesKernelRow = rowCodes != nil && generator.integer(0...2) > 0
            if let rowCodes, usesKernelRow { (tile.inputChannels, tile.kernelColumns) = (rowCodes, nil) }
            let output = shapes[layer.name]!
            let operands = layer.inputs.map { shapes[$0]! }
            let pingPong = machine.activationBuffer.pingPong
            var next = generator.integer(0...5) * 4
            func place(_ bytes: Int, _ count: Int) -> [Int] {
                (0..<count).map { _ in
                    defer { next += bytes }
                    return next
                }
            }
            let (inputHalves, outputHalves) = pingPong ? (generator.integer(1...2), generator.integer(1...2)) : (1, 1)
            let inputBytes =
                operands.map { $0.height * max($0.width, output.width) * $0.channels * (usesKernelRow ? 16 : 8) }.max()!
            let hasSecond = operands.count == 2 && layer.operator != .concatenation
            var buffers = BufferAllocation(input: [], output: place(output.count * 8, outputHalves))
            buffers.input = place(inputBytes, inputHalves)
            if hasSecond { buffers.second = place(inputBytes, inputHalves) }
            if network.graph[layer: layer.name]!.usesArray {
                let half = machine.weightBuffer.bytes / (machine.weightBuffer.pingPong ? 2 : 1)
                buffers.weights = machine.weightBuffer.pingPong ? [generator.integer(0...3) * 4, half] : [0]
            }
            buffers.accumulators = generator.integer(0...9)
            return LayerSchedule(
                name: layer.name,
                lanes: usesKernelRow ? .kernelRow : merged > 1 ? .mergedGroups : joins ? .phases : .channels,
                tile: tile,
                order: generator.element(of: LoopOrder.allCases), buffers: buffers)
        }
        return Schedule(
            network: network.graph.name, machine: machine.name, height: height, width: width, layers: layers)
    }

    /// How many groups of a layer can be merged, from the definition; 1 where none can.
    private static func mergeable(
        _ layer: Layer, _ network: QuantizedNetwork, _ shapes: [String: TensorShape], _ machine: MachineDescription
    ) -> Int {
        guard case .convolution(let convolution) = layer.operator, convolution.groups > 1,
            network.parameters[layer.name]?.weights?.decoder.entries.contains(0) == true
        else { return 1 }
        let channels = shapes[layer.inputs[0]]!.channels
        return max(1, min(convolution.groups, machine.macArray.inputChannelLanes * convolution.groups / channels))
    }

    /// Whether the layer has phases, and the partial sums of their blocks fit `TestMachines.tiny`.
    private static func canJoin(
        _ layer: Layer, _ network: QuantizedNetwork, _ shapes: [String: TensorShape]
    ) -> Bool {
        guard case .transposedConvolution(let transposed) = layer.operator,
            transposed.strideY * transposed.strideX > 1
        else { return false }
        let output = shapes[layer.name]!
        let lanes = (output.height + 2 * transposed.strideY) * (output.width + 2 * transposed.strideX)
        let lacksTaps =
            transposed.kernelHeight % transposed.strideY != 0 || transposed.kernelWidth % transposed.strideX != 0
        let hasZero = network.parameters[layer.name]?.weights?.decoder.entries.contains(0) == true
        return lanes * output.channels <= 3000 && (hasZero || !lacksTaps)
    }

    /// Codes of a kernel row where lanes can run over them, from the definition.
    private static func kernelRowCodes(
        _ layer: Layer, _ shapes: [String: TensorShape], _ machine: MachineDescription
    ) -> Int? {
        let input = shapes[layer.inputs[0]]!
        let columns: Int? =
            switch layer.operator {
            case .convolution(let convolution) where convolution.groups == 1 && convolution.dilationX == 1:
                convolution.kernelWidth
            case .fullyConnected: input.width
            default: nil
            }
        return columns.map { $0 * input.channels }.flatMap {
            $0 <= 8 * machine.macArray.inputChannelLanes ? $0 : nil
        }
    }

    /// Where taps may be split.
    private static func kernel(_ layer: Layer, _ input: TensorShape) -> (rows: Int, columns: Int)? {
        switch layer.operator {
        case .convolution(let convolution): (convolution.kernelHeight, convolution.kernelWidth)
        case .fullyConnected: (input.height, input.width)
        default: nil
        }
    }

    private static func tile(
        _ layer: Layer, _ shapes: [String: TensorShape], mergedGroups: Int, _ generator: inout SeededGenerator
    ) -> Tile {
        let (input, output) = (shapes[layer.inputs[0]]!, shapes[layer.name]!)
        var unit = (rows: 1, columns: 1)
        var tile = Tile(outputRows: 1, outputColumns: 1, outputChannels: output.channels, inputChannels: input.channels)
        switch layer.operator {
        case .convolution(let convolution):
            tile.inputChannels = input.channels / convolution.groups * mergedGroups
            if convolution.groups > 1 {
                let merged = (convolution.groups + mergedGroups - 1) / mergedGroups
                tile.outputChannels = min(
                    generator.integer(1...merged) * (output.channels / convolution.groups) * mergedGroups,
                    output.channels)
            } else {
                tile.outputChannels = generator.integer(1...output.channels)
                tile.inputChannels = generator.integer(1...input.channels)
            }
        case .transposedConvolution(let transposed):
            unit = (transposed.strideY, transposed.strideX)
            tile.outputChannels = generator.integer(1...output.channels)
            tile.inputChannels = generator.integer(1...input.channels)
        case .fullyConnected:
            tile.outputChannels = generator.integer(1...output.channels)
            tile.inputChannels = generator.integer(1...input.channels)
        case .normalization: tile.outputChannels = generator.integer(1...output.channels)
        case .pixelShuffle(let factor), .nearestResize(let factor): unit = (factor, factor)
        case .concatenation: tile.inputChannels = output.channels
        case .requantize, .add, .multiply, .twoStageAdd: tile.outputChannels = generator.integer(1...output.channels)
        default: break
        }
        if let kernel = kernel(layer, input), generator.integer(0...2) == 0 {
            tile.kernelRows = generator.integer(1...kernel.rows)
            tile.kernelColumns = generator.integer(0...1) == 0 ? nil : generator.integer(1...kernel.columns)
            if case .convolution(let convolution) = layer.operator, convolution.groups > 1 {
                tile.outputChannels = min(output.channels / convolution.groups * mergedGroups, output.channels)
            }
        }
        tile.outputRows = min(generator.integer(1...max(1, output.height / unit.rows)) * unit.rows, output.height)
        tile.outputColumns = min(
            generator.integer(1...max(1, output.width / unit.columns)) * unit.columns, output.width)
        return tile
    }
}

extension Layer {
    var usesArray: Bool {
        switch self.operator {
        case .convolution, .transposedConvolution, .fullyConnected, .normalization: true
        default: false
        }
    }
}
