import Conformance
import FixedPoint
import Lowering
import MachineDescription

/// `intaglio_mac_array`: codes of activations and weights to sums of A bits.
struct MACArrayUnit: VectorUnit {
    /// C0 x P0 codes times C0 x K0 codes.
    struct Step: Sendable {
        /// Channel of input lane 0.
        var channel: Int
        /// Lanes from here on get 0.
        var channelsLeft: Int
        /// [P0][C0]
        var codes: [UInt8]
        /// [K0][C0]
        var weights: [UInt8]
        /// [P0]
        var padding: [Bool]
        /// [P0]: the input lanes that do not get 0; nil for all.
        var lanesInside: [Range<Int>]?
        /// Whether the words of every other pixel and of every other weight place arrive a cycle before the step fires:
        /// of even ones, or of odd ones.
        var early: Int?
        /// Idle rows before it.
        var pause = 0
    }

    /// The steps of one sum, the first of which forgets what the accumulators held.
    struct Stimulus: Sendable {
        var steps: [Step]
        var bank = 0
        var tag: UInt32 = 0
        var kind = MACArrayTables.Kind.value
    }

    let inputLanes: Int
    let outputLanes: Int
    let pixelLanes: Int
    let activationBits: Int
    let narrowBits: Int
    let weightBits: Int
    let accumulatorBits: Int
    let stages: Int
    /// Sums that one drain cycle reads.
    let drainLanes: Int
    let tables: MACArrayTables

    /// Words, operands, a sum and the accumulator.
    static let leastStages = 4
    private static let tagBits = 32

    init(_ machine: MachineDescription, seed: UInt64) {
        let array = machine.macArray
        inputLanes = array.inputChannelLanes
        outputLanes = array.outputChannelLanes
        pixelLanes = array.pixelLanes
        activationBits = array.activationBits
        narrowBits = max(2, array.activationBits - 3)
        weightBits = array.weightBits
        accumulatorBits = array.accumulatorBits
        stages = array.pipelineStages
        drainLanes = max(min(machine.postProcessor.lanes, machine.codebookMux.encodeLanes), array.outputChannelLanes)
        tables = MACArrayTables(
            lanes: array.inputChannelLanes, activationBits: array.activationBits, narrowBits: narrowBits,
            weightBits: array.weightBits,
            codebooks: machine.codebookMux.codebooks, seed: seed)
    }

    let name = UnitName.macArray
    let resetInterval = 32

    var sums: Int { outputLanes * pixelLanes }
    /// Of a number of input lanes.
    private var laneBits: Int { Int.bitWidth - inputLanes.leadingZeroBitCount }

    /// Input lanes of a pixel that do not get 0.
    func lanesInside(_ step: Step, pixel: Int) -> Range<Int> { step.lanesInside?[pixel] ?? 0..<inputLanes }
    /// Cycles that reading all sums takes; the next sums must not be ready before.
    private var slots: Int { ceilDivide(sums, by: drainLanes) }

    var interface: UnitInterface {
        UnitInterface(
            module: "intaglio_mac_array",
            parameters: [
                ("C0", inputLanes), ("K0", outputLanes), ("P0", pixelLanes), ("ACCUMULATOR_BITS", accumulatorBits),
                ("WEIGHT_BITS", weightBits), ("STAGES", stages),
                ("LANES", drainLanes), ("TAG_BITS", Self.tagBits),
            ],
            inputs: [
                UnitPort("last_step", 1), UnitPort("first_step", 1), UnitPort("bank", 1), UnitPort("tag", Self.tagBits),
                UnitPort("operand_mode", 2, held: true),
                UnitPort("activation_bits", 5, held: true), UnitPort("channel_index", 32),
                UnitPort("channels_left", 32), UnitPort("padding", 1, lanes: pixelLanes),
                UnitPort("first_lanes", laneBits, lanes: pixelLanes),
                UnitPort("end_lanes", laneBits, lanes: pixelLanes),
                UnitPort("served_pixels", 1, lanes: pixelLanes),
                UnitPort("served_weights", 1, lanes: inputLanes * outputLanes),
                UnitPort("activation_words", 8, lanes: inputLanes * pixelLanes),
                UnitPort("weight_words", 8, lanes: inputLanes * outputLanes),
            ],
            outputs: [
                UnitPort("drain_tag", Self.tagBits), UnitPort("drain_tag_bank", 1),
                UnitPort("sums", accumulatorBits, lanes: sums, signed: true),
            ],
            memories: [
                UnitMemory(
                    name: "entries", words: tables.entryWords, wordBits: 16, indexPort: "operand_indices",
                    indexBits: 16, wordPort: "operand_entries",
                    reads: inputLanes * pixelLanes),
                UnitMemory(
                    name: "weights", words: tables.weightWords, wordBits: 16, indexPort: "weight_codes", indexBits: 8,
                    wordPort: "weight_entries",
                    reads: inputLanes * outputLanes),
                UnitMemory(
                    name: "channel_records", words: tables.recordWords, wordBits: 64, indexPort: "record_channel",
                    indexBits: 32, wordPort: "records",
                    reads: inputLanes, isRun: true),
            ],
            latency: stages,
            handshake: UnitHandshake(
                input: "fire", output: "drain", completes: "last_step",
                readout: UnitReadout(
                    field: "sums", firstPort: "drain_first", firstBits: 32, bankPort: "drain_bank",
                    bankField: "drain_tag_bank", slotPort: "drain_sums",
                    slotElements: drainLanes)))
    }

    /// [P0][C0]
    func operands(_ step: Step, _ kind: MACArrayTables.Kind) -> [Int] {
        (0..<pixelLanes * inputLanes).map { place in
            let (p, c) = (place / inputLanes, place % inputLanes)
            return step.padding[p] || c >= step.channelsLeft || !lanesInside(step, pixel: p).contains(c)
                ? 0 : tables.operand(kind, channel: step.channel + c, code: step.codes[place])!
        }
    }

    /// [K0][C0]
    func weights(_ step: Step) -> [Int] { step.weights.map { tables.weights[Int($0)] } }

    /// [P0][K0]: what a step adds.
    func products(_ step: Step, _ kind: MACArrayTables.Kind) -> [Int] {
        let (operands, weights) = (operands(step, kind), weights(step))
        var sums = Array(repeating: 0, count: sums)
        for p in 0..<pixelLanes {
            for k in 0..<outputLanes {
                var sum = 0
                for c in 0..<inputLanes { sum += operands[inputLanes * p + c] * weights[inputLanes * k + c] }
                sums[outputLanes * p + k] = sum
            }
        }
        return sums
    }

    var sumRange: ClosedRange<Int> { -(1 << (accumulatorBits - 1))...(1 << (accumulatorBits - 1) - 1) }

    /// The sums after the last step, or nil where one left A bits on the way: what a network may ask for is proved to
    /// stay within.
    func total(_ stimulus: Stimulus) -> [Int]? {
        var totals = Array(repeating: 0, count: sums)
        for step in stimulus.steps {
            let added = products(step, stimulus.kind)
            for place in 0..<sums {
                totals[place] += added[place]
                if !sumRange.contains(totals[place]) { return nil }
            }
        }
        return totals
    }

    func inputs(_ stimulus: Stimulus) -> [Int64] { Array(rows(stimulus).last!!.dropFirst()) }

    func outputs(_ stimulus: Stimulus) -> [Int64] {
        [Int64(stimulus.tag), Int64(stimulus.bank)] + total(stimulus)!.map { Int64($0) }
    }

    func rows(_ stimulus: Stimulus) -> [[Int64]?] {
        var rows: [[Int64]?] = []
        for (index, step) in stimulus.steps.enumerated() {
            rows += Array(repeating: nil, count: step.pause)
            if let early = step.early {
                rows.append(row(step, of: stimulus, at: index, serves: { $0 % 2 == early }, fires: false))
            }
            rows.append(
                row(step, of: stimulus, at: index, serves: { step.early == nil || $0 % 2 != step.early }, fires: true))
        }
        return rows
    }

    /// One cycle of a step: words that it does not serve, and the rest of a cycle that does not fire, are wrong on
    /// purpose.
    private func row(_ step: Step, of stimulus: Stimulus, at index: Int, serves: (Int) -> Bool, fires: Bool) -> [Int64]
    {
        let isLast = index == stimulus.steps.count - 1
        var row: [Int64] = [
            fires ? 1 : 0, isLast == fires ? 1 : 0, (index == 0) == fires ? 1 : 0,
            Int64(fires ? stimulus.bank : 1 - stimulus.bank),
        ]
        row.append(fires && isLast ? Int64(stimulus.tag) : Int64(~stimulus.tag))
        row += [Int64(stimulus.kind.mode), Int64(stimulus.kind == .narrowSquare ? narrowBits : activationBits)]
        row += [Int64(fires ? step.channel : step.channel + 1), Int64(fires ? step.channelsLeft : 0)]
        row += step.padding.map { $0 == fires ? 1 : 0 }
        let inside = (0..<pixelLanes).map { lanesInside(step, pixel: $0) }
        row += inside.map { Int64(fires ? $0.lowerBound : $0.upperBound) }
        row += inside.map { Int64(fires ? $0.upperBound : $0.lowerBound) }
        row += (0..<pixelLanes).map { serves($0) ? 1 : 0 }
        row += step.weights.indices.map { serves($0) ? 1 : 0 }
        row += step.codes.enumerated().map { place, code in Int64(serves(place / inputLanes) ? code : ~code) }
        row += step.weights.enumerated().map { place, code in Int64(serves(place) ? code : ~code) }
        return row
    }

    /// Reading takes `slots` cycles, in which no other sums get ready and the bank that is read does not change; the
    /// decoders see the mode one cycle later.
    func gap(before stimulus: Stimulus, after previous: Stimulus) -> Int {
        let changes = stimulus.kind == previous.kind ? 0 : 1
        let own = stimulus.steps.reduce(0) { $0 + 1 + $1.pause + ($1.early == nil ? 0 : 1) }
        return max(changes, stimulus.bank == previous.bank ? slots - 1 : slots - own)
    }
}
