import Diagnostics
import FixedPoint
import Geometry
import Graph
import Lowering
import MachineDescription
import Networks
import Quantization
import Schedules
import Scheduling
import Testing

/// Each refusal of the verifier, with its numbers, from one sound schedule and one change.
@Suite struct VerifierTests {
    /// conv 3x3 16 -> 16, igdn1, depthwise 3x3, deconv 5x5 stride 2 16 -> 3, on the mid machine (C0 = K0 = 16),
    /// pictures of 32 x 32.
    static let graph = Graph(
        name: "four", inputs: [GraphInput(name: "image", channels: 16)],
        layers: [
            Layer(name: "conv", operator: TestNetworks.convolution(16, 3, 1), inputs: ["image"]),
            Layer(name: "norm", operator: .normalization(.igdn1), inputs: ["conv"]),
            Layer(
                name: "depth",
                operator: .convolution(
                    Convolution(
                        outputChannels: 32, kernelHeight: 3, kernelWidth: 3, padding: Padding(all: 1), groups: 16)),
                inputs: ["norm"]),
            Layer(name: "deconv", operator: TestNetworks.transposed(3, 5, 2), inputs: ["depth"]),
            Layer(name: "sum", operator: .add, inputs: ["deconv", "deconv"]),
        ], outputs: ["sum"])

    struct Setting {
        var network: QuantizedNetwork
        var machine: MachineDescription
        var schedule: Schedule

        init() throws {
            network = try TestNetworks.network(VerifierTests.graph, height: 32, width: 32, withWeights: false)
            machine = TestMachines.mid
            machine.activationBuffer.bytes = 1 << 20
            func layer(
                _ name: String, _ rows: Int, _ columns: Int, _ channels: Int, _ inputs: Int, weights: [Int],
                second: [Int] = []
            ) -> LayerSchedule {
                LayerSchedule(
                    name: name,
                    tile: Tile(
                        outputRows: rows, outputColumns: columns, outputChannels: channels, inputChannels: inputs),
                    order: .pixelsOuter,
                    buffers: BufferAllocation(
                        input: [0, 262_144], second: second, output: [524_288, 655_360], weights: weights))
            }
            schedule = Schedule(
                network: "four", machine: "mid", height: 32, width: 32,
                layers: [
                    layer("conv", 8, 32, 16, 16, weights: [0, 131_072]),
                    layer("norm", 8, 32, 16, 16, weights: [0, 131_072]),
                    layer("depth", 8, 32, 32, 1, weights: [0, 131_072]),
                    layer("deconv", 16, 64, 3, 32, weights: [0, 131_072]),
                    layer("sum", 8, 64, 3, 3, weights: [], second: [131_072, 393_216]),
                ])
        }
    }

    private func refusal(_ change: (inout Setting) throws -> Void) throws -> Diagnostic {
        var setting = try Setting()
        try setting.schedule.verify(network: NetworkFormats(setting.network), machine: setting.machine)
        try change(&setting)
        let changed = setting
        let error = #expect(throws: Diagnostic.self) {
            try changed.schedule.verify(network: NetworkFormats(changed.network), machine: changed.machine)
        }
        return try #require(error)
    }

    @Test func sumsThatWrapOrSaturateAreRefused() throws {
        for rule in [OverflowRule.wrap, .saturate] {
            let error = try refusal { $0.network.widths.overflow = rule }
            #expect(error.code == .overflowRuleUnsupported && error.found == "overflow rule '\(rule.rawValue)'")
        }
    }

    @Test func layersMustBeThoseOfTheNetwork() throws {
        let missing = try refusal { $0.schedule.layers.remove(at: 1) }
        #expect(missing.code == .scheduleMissingLayer && missing.place == "layer norm")
        let unknown = try refusal { $0.schedule.layers[1].name = "nrom" }
        #expect(unknown.code == .scheduleUnknownLayer && unknown.remedy == "did you mean 'norm'?")
        #expect(try refusal { $0.schedule.layers.append($0.schedule.layers[0]) }.code == .scheduleDuplicateName)
        #expect(try refusal { $0.schedule.machine = "large" }.code == .scheduleForAnotherRun)
        #expect(try refusal { $0.schedule.network = "five" }.code == .scheduleForAnotherRun)
    }

    @Test func tilesMustCoverTheLayer() throws {
        let rows = try refusal { $0.schedule.layers[0].tile.outputRows = 33 }
        #expect(rows.code == .scheduleTileOutOfRange && rows.found == "tile outputRows 33" && rows.expected == "1...32")
        #expect(try refusal { $0.schedule.layers[0].tile.outputColumns = 0 }.code == .scheduleTileOutOfRange)
        let deconv = try refusal { $0.schedule.layers[3].tile.outputRows = 7 }
        #expect(
            deconv.code == .scheduleTileNotAligned && deconv.expected == "a multiple of 2, or all 64"
                && deconv.remedy == "write outputRows: 8")
        let depth = try refusal { $0.schedule.layers[2].tile.outputChannels = 7 }
        #expect(depth.code == .scheduleTileNotAligned && depth.expected == "a multiple of 2, or all 32")
    }

    @Test func tapsAreSplitWhereSumsCanWait() throws {
        let rows = try refusal { $0.schedule.layers[0].tile.kernelRows = 4 }
        #expect(rows.code == .scheduleTileOutOfRange && rows.found == "tile kernelRows 4" && rows.expected == "1...3")
        let deconv = try refusal { $0.schedule.layers[3].tile.kernelColumns = 2 }
        #expect(
            deconv.code == .scheduleTileOutOfRange && deconv.found == "tile kernelColumns 2"
                && deconv.remedy == "leave kernelColumns out")
        // Of several groups no sums wait.
        let depth = try refusal { $0.schedule.layers[2].tile.kernelRows = 2 }
        #expect(depth.code == .scheduleChannelsNotWhole && depth.remedy == "write outputChannels: 2")
        // 8 x 32 positions of 16 channels wait in 64 KiB of 36 bits, and 32 x 32 would not.
        var setting = try Setting()
        setting.schedule.layers[0].tile.kernelRows = 2
        try setting.schedule.verify(network: NetworkFormats(setting.network), machine: setting.machine)
        let sums = try refusal {
            ($0.schedule.layers[0].tile.kernelRows, $0.schedule.layers[0].tile.outputRows) = (1, 32)
        }
        #expect(
            sums.code == .scheduleAccumulatorBufferOverflow
                && sums.found == "tile partial sums need 16,384 accumulators from 0"
                && sums.remedy.hasSuffix("without kernelRows and kernelColumns"))
    }

    @Test func channelsThatBelongTogetherStayTogether() throws {
        let norm = try refusal { $0.schedule.layers[1].tile.inputChannels = 8 }
        #expect(norm.code == .scheduleChannelsNotWhole && norm.found == "tile inputChannels 8")
        #expect(try refusal { $0.schedule.layers[4].tile.inputChannels = 1 }.code == .scheduleChannelsNotWhole)
        // Each channel of a sum is its own.
        var setting = try Setting()
        setting.schedule.layers[4].tile.outputChannels = 1
        try setting.schedule.verify(network: NetworkFormats(setting.network), machine: setting.machine)
    }

    @Test func buffersMustHoldTheTiles() throws {
        // conv: 16 output channels x 9 taps x 16 = 2,304 bytes of weights.
        let weights = try refusal {
            $0.machine.weightBuffer.bytes = 4096
            $0.schedule.layers[0].buffers.weights = [0, 2048]
        }
        #expect(weights.code == .scheduleWeightBufferOverflow)
        #expect(weights.found == "tile weights need 2,304 bytes" && weights.expected == "weightBuffer half holds 2,048")
        let outside = try refusal { $0.schedule.layers[0].buffers.weights = [129_024, 131_072] }
        #expect(outside.code == .scheduleWeightBufferOverflow && outside.found == "weights half 0 at 129,024..<131,328")
        // conv: 10 rows x 32 columns x 16 channels = 5,120 bytes of input.
        let activations = try refusal { $0.schedule.layers[0].buffers.input = [0, 1_044_480] }
        #expect(activations.code == .scheduleActivationBufferOverflow)
        #expect(
            activations.found == "input half 1 needs 5,120 bytes from 1,044,480"
                && activations.expected == "activationBuffer holds 1,048,576")
        let overlap = try refusal { $0.schedule.layers[0].buffers.input = [0, 5104] }
        #expect(
            overlap.code == .scheduleRegionsOverlap
                && overlap.found == "input half 1 begins at 5,104, input half 0 ends at 5,120")
        // 8 x 32 positions x 16 channels = 4,096 sums; 2,048 bytes hold 2,048 x 8 / 36 = 455.
        let sums = try refusal {
            $0.schedule.layers[0].tile.inputChannels = 8
            $0.machine.accumulatorBuffer.bytes = 2048
        }
        #expect(sums.code == .scheduleAccumulatorBufferOverflow)
        #expect(
            sums.found == "tile partial sums need 4,096 accumulators from 0"
                && sums.expected == "accumulatorBuffer holds 455 of 36 bits")
        // Also where none are kept: the command has room for addresses of the buffer only.
        for index in [0, 4] {
            let beyond = try refusal { $0.schedule.layers[index].buffers.accumulators = 1 << 31 }
            #expect(beyond.code == .scheduleAccumulatorBufferOverflow && beyond.remedy == "write accumulators: 0")
        }
    }

    @Test func addressesMustFitTheHalvesAndWords() throws {
        #expect(
            try refusal { $0.schedule.layers[0].buffers.input = [0, 65_536, 131_072] }.code == .scheduleBufferHalves)
        #expect(try refusal { $0.schedule.layers[0].buffers.weights = [0] }.code == .scheduleBufferHalves)
        #expect(try refusal { $0.schedule.layers[0].buffers.second = [800_000] }.code == .scheduleBufferHalves)
        #expect(try refusal { $0.schedule.layers[4].buffers.second = [] }.code == .scheduleBufferHalves)
        let word = try refusal { $0.schedule.layers[0].buffers.input = [8, 262_144] }
        #expect(
            word.code == .scheduleAddressMisaligned && word.expected == "a multiple of 16" && word.remedy == "write 16")
    }

    @Test func theMachineMustHaveTheUnits() throws {
        let v = try refusal { $0.network.widths.activationBits = 17 }
        #expect(
            v.code == .machineWidthExceeded && v.found == "V (decoded activations) of 17 bits"
                && v.expected == "at most 16 bits on machine 'mid'")
        #expect(try refusal { $0.network.widths.weightBits = 13 }.found == "W (decoded weights) of 13 bits")
        #expect(try refusal { $0.network.widths.accumulatorBits = 37 }.found == "A (accumulators) of 37 bits")
        let codebooks = try refusal { setting in
            let set = try CodebookSet(
                codebooks: Array(repeating: .linearSigned, count: 9), selects: Array(repeating: 0, count: 16),
                offsets: Array(repeating: 0, count: 16), step: 1)
            setting.network.formats["conv"] = .codes(set)
        }
        #expect(
            codebooks.code == .machineCodebooksExceeded && codebooks.found == "J = 9 codebooks"
                && codebooks.expected == "at most 8 on machine 'mid'")
        let law = try refusal { setting in
            guard case .accumulation(var parameters)? = setting.network.parameters["conv"] else { return }
            parameters.weightDecoder = try WeightDecoder(
                entries: WeightDecoder.linear().entries, isMemoryFree: false, law: "table")
            setting.network.parameters["conv"] = .accumulation(parameters)
            setting.machine.codebookMux.programmable = false
        }
        #expect(law.code == .machineNotProgrammable && law.found == "weight law 'table', which needs a table")
        let exact = try refusal { $0.machine.normalization.method = .table }
        #expect(
            exact.code == .machineNormalizationUnsupported && exact.place == "layer norm"
                && exact.found == "normalization 'exact' in the network")
        #expect(exact.expected == "'table', the normalization unit of machine 'mid'")
        let table = try refusal { setting in
            guard case .normalization(var parameters)? = setting.network.parameters["norm"] else { return }
            parameters.table = .derived(for: .igdn1)
            setting.network.parameters["norm"] = .normalization(parameters)
        }
        #expect(table.code == .machineNormalizationUnsupported && table.found == "normalization 'table' in the network")
        #expect(table.expected == "'exact', the normalization unit of machine 'mid'")
        // conv: tables of 516, 512 and 1,032 bytes; the half holds 1,024.
        let memory = try refusal { $0.machine.parameterMemory.bytes = 2048 }
        #expect(
            memory.code == .scheduleParameterMemoryOverflow && memory.expected == "parameterMemory half holds 1,024")
    }

    @Test func theNetworkMustBeComplete() throws {
        #expect(try refusal { $0.network.formats["image"] = .integers16(step: 1) }.code == .layerFormatNotExecutable)
        #expect(try refusal { $0.network.formats["conv"] = nil }.code == .layerParametersMismatch)
        #expect(try refusal { $0.network.parameters["conv"] = nil }.code == .layerParametersMismatch)
        #expect(try refusal { $0.network.parameters["conv"] = LayerParameters.none }.code == .layerParametersMismatch)
        let setting = try Setting()
        let program = try Program(
            network: NetworkFormats(setting.network), schedule: setting.schedule, machine: setting.machine)
        let codes = #expect(throws: Diagnostic.self) { try ExternalImage(program.layout, network: setting.network) }
        #expect(
            codes?.code == .layerParametersMismatch && codes?.found == "0 weight codes" && codes?.expected == "2,304")
    }

    @Test func faultsMustBeKnown() throws {
        let setting = try Setting()
        #expect(try Fault("halo:g_a.0:-1") == .halo(layer: "g_a.0", missingRows: 1))
        for text in ["halo", "halo:conv:1", "halo:conv:x", "rain:conv:-1"] {
            #expect(throws: Diagnostic.self) { try Fault(text) }
        }
        for text in ["halo:cnov:-1", "halo:conv:-10"] {
            let error = #expect(throws: Diagnostic.self) {
                try Program(
                    network: NetworkFormats(setting.network), schedule: setting.schedule, machine: setting.machine,
                    fault: Fault(text))
            }
            #expect(error?.code == .faultUnknown)
        }
    }
}
