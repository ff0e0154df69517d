import Conformance
import Diagnostics
import Foundation
import MachineDescription
import RTL
import TestSupport
import Testing

/// Single faults in the machine's modules, each of which the seeded cases must find: by a differing element, a command
/// at another cycle, or a run that does not end.
///
/// All of them with `INTAGLIO_MUTATIONS=all`, those of windows with `INTAGLIO_MUTATIONS=windows`, of rings of rows with
/// `INTAGLIO_MUTATIONS=rings`, of layers that run together with `INTAGLIO_MUTATIONS=chains`, otherwise the first few:
/// each is compiled anew.
@Suite(.serialized) struct MachineMutationTests {
    struct Mutation: CustomTestStringConvertible, Sendable {
        let module: String
        let find: String
        let replacement: String
        let meaning: String
        /// Seeds of cases that reach the fault: seed mod 20 is the operator, as `LayerCaseGenerator.Family` lists them.
        var seeds: [UInt64] = [0, 3, 12]
        var machine = TestMachine.tiny
        /// Whether the seeds are those of convolutions whose rows are laid as windows.
        var isOfWindows = false
        /// Whether the cases' tiles lie in rings of rows.
        var isOfRings = false
        /// Whether the cases are chains in groups that advance by rows; their seeds are not those of operators.
        var isOfChains = false
        /// An operator that the chains must have.
        var chainOperator: String?

        var testDescription: String { "\(module): \(meaning)" }
    }

    /// Transposed convolutions whose phases share the output lanes.
    private static let phaseSeeds: [UInt64] = [3, 43, 83, 123, 203]

    /// Short runs.
    private static let chainSeeds = ChainSimulationTests.shortSeeds(300)

    static let mutations = [
        Mutation(
            module: "intaglio_sequencer", find: "& ~available) == '0", replacement: "& ~available & ~17'h00030) == '0",
            meaning: "the array does not wait for weights", seeds: [24, 44, 64, 84, 104], machine: TestMachine.tight),
        Mutation(
            module: "intaglio_drain", find: "(is_first ? '0 : partial_sums[ACCUMULATOR_BITS*lane +: ACCUMULATOR_BITS])",
            replacement: "'0", meaning: "partial sums are not added", seeds: [43, 60, 203], machine: TestMachine.tight),
        Mutation(
            module: "intaglio_sequencer", find: "& ~available) == '0", replacement: "& ~available & ~17'h00100) == '0",
            meaning: "the array does not wait for the first half of the input"),
        Mutation(
            module: "intaglio_drain", find: "offset       = joins_phases ?", replacement: "offset       = 1'b0 ?",
            meaning: "all phases at the first place of their block", seeds: phaseSeeds),
        Mutation(
            module: "intaglio_step_sequencer", find: "channels_left = input_channels - input_channel",
            replacement: "channels_left = C0", meaning: "gaps of the buffer are multiplied", seeds: [1, 2, 4, 5, 7]),
        Mutation(
            module: "intaglio_drain", find: "row == 32'sd0 && phase_row + output_offset_y < 32'sd0",
            replacement: "row == 32'sd0 && phase_row - output_offset_y < 32'sd0",
            meaning: "phases above the tile are written", seeds: phaseSeeds),
        Mutation(
            module: "intaglio_drain", find: "row == rows - 32'sd1 && phase_row >= last_phase_rows",
            replacement: "row == rows - 32'sd1 && phase_row > last_phase_rows",
            meaning: "a phase below the tile is written", seeds: phaseSeeds),
        Mutation(
            module: "intaglio_drain", find: "j == columns - 32'sd1 && phase_column >= last_phase_columns",
            replacement: "j == columns - 32'sd1 && phase_row >= last_phase_columns",
            meaning: "the last column is masked by the phase's row", seeds: phaseSeeds),
        Mutation(
            module: "intaglio_drain", find: "j == 32'sd0 && phase_column + output_offset_x < 32'sd0",
            replacement: "column == 32'sd0 && phase_column + output_offset_x < 32'sd0",
            meaning: "the first phases of all pixel lanes are masked", seeds: phaseSeeds),
        Mutation(
            module: "intaglio_drain", find: "+ 8 * layer_channel;\n                assign phase_row",
            replacement: "+ 8 * k;\n                assign phase_row",
            meaning: "placements of the first channel tile", seeds: phaseSeeds, machine: TestMachine.tight),
        Mutation(
            module: "intaglio_mac_lane", find: "first ? term : sum_1 + term", replacement: "first ? '0 : sum_1 + term",
            meaning: "first product of the second bank lost", seeds: [2, 5, 7, 20, 21]),
        Mutation(
            module: "intaglio_step_sequencer", find: "waited + 32'sd1 >= drain_cycles",
            replacement: "waited >= drain_cycles", meaning: "one stall cycle too many between groups",
            seeds: [5, 25, 45]),
        Mutation(
            module: "intaglio_mac_array", find: ".bank(banks[STAGES-1])", replacement: ".bank(banks[STAGES])",
            meaning: "accumulators swapped a cycle late"),
        Mutation(
            module: "intaglio_result_lanes", find: "record[144 +: 8]", replacement: "8'd0",
            meaning: "select stuck at codebook 0", seeds: [0, 20, 40, 60]),
        Mutation(
            module: "intaglio_sequencer", find: "(done[2] && signals[64+token])", replacement: "1'b0",
            meaning: "a store signals nothing"),
        Mutation(
            module: "intaglio_dma_channel", find: "store_was_last ? 2'b01 : 2'b10",
            replacement: "store_was_last ? 2'b10 : 2'b01", meaning: "the same engine is granted again",
            seeds: [0, 1, 2, 11, 31]),
        Mutation(
            module: "intaglio_dma_channel", find: "COUNT_BITS'(READ_OUTSTANDING);",
            replacement: "COUNT_BITS'(READ_OUTSTANDING - 1);", meaning: "one read fewer in flight"),
        Mutation(
            module: "intaglio_dma_channel", find: "COUNT_BITS'(WRITE_OUTSTANDING);",
            replacement: "COUNT_BITS'(WRITE_OUTSTANDING - 1);", meaning: "one write fewer in flight"),
        Mutation(
            module: "intaglio_burst_sequence", find: "BURST_BYTES - (address & (BURST_BYTES - 1))",
            replacement: "BURST_BYTES", meaning: "bursts cross their boundary"),
        Mutation(
            module: "intaglio_burst_sequence",
            find: "current_row_address + row_pitch;\n                    row_address",
            replacement: "address + bytes;\n                    row_address", meaning: "row pitch ignored"),
        Mutation(
            module: "intaglio_chunk_stream", find: "next_position == chunk_bytes - 32'd1",
            replacement: "next_position == chunk_bytes", meaning: "chunks one byte too long"),
        Mutation(
            module: "intaglio_memory_bus", find: "32'd1 : READ_LATENCY", replacement: "32'd1 : READ_LATENCY + 1",
            meaning: "one cycle of a read's latency too many"),
        Mutation(
            module: "intaglio_external_memory", find: "now + WRITE_LATENCY", replacement: "now + WRITE_LATENCY - 1",
            meaning: "a write's response one cycle early"),
        Mutation(
            module: "intaglio_external_memory", find: "{responds, ends_burst[0]}", replacement: "ends_burst",
            meaning: "a write in flight is forgotten before its response"),
        Mutation(
            module: "intaglio_step_sequencer", find: "y < 0 || ", replacement: "",
            meaning: "padding above the picture is not seen"),
        Mutation(
            module: "intaglio_step_sequencer", find: "lane_x >= width || ", replacement: "",
            meaning: "padding right of the picture is not seen"),
        Mutation(
            module: "intaglio_step_sequencer", find: "bank       <= !bank;", replacement: "bank       <= bank;",
            meaning: "ping-pong stuck at one bank"),
        Mutation(
            module: "intaglio_mac_lane", find: "ACCUMULATOR_BITS'(delayed[DELAY-1])",
            replacement: "ACCUMULATOR_BITS'($unsigned(delayed[DELAY-1]))", meaning: "sign not extended"),
        Mutation(
            module: "intaglio_drain", find: "k       = channel + element % K0",
            replacement: "k       = channel + (K0 - 1 - element % K0)", meaning: "channels in reverse order"),
        Mutation(
            module: "intaglio_drain", find: "lane_last    <= active && is_last && last_group && slot == slots - 32'd1",
            replacement: "lane_last    <= active && is_last && last_group && slot == 32'd0",
            meaning: "done before the last slot"),
        Mutation(
            module: "intaglio_drain", find: "+ 24 * layer_channel", replacement: "+ 24 * (layer_channel + 1)",
            meaning: "records of the next channel"),
        Mutation(
            module: "intaglio_elementwise", find: "(fraction_bits - 32'd1)", replacement: "fraction_bits",
            meaning: "rounding constant one bit too high", seeds: [13, 33, 53]),
        Mutation(
            module: "intaglio_elementwise", find: "(second_bytes == 32'd2) ? 64'($signed(second))",
            replacement: "(second_bytes == 32'd2) ? 64'(second)", meaning: "the mean's sign is lost",
            seeds: [13, 33, 53]),
        Mutation(
            module: "intaglio_elementwise", find: "(row * factor + dy + write_row_tap)",
            replacement: "(row * factor + dx + write_row_tap)", meaning: "shuffle transposed",
            seeds: [12, 32, 52]),
        Mutation(
            module: "intaglio_elementwise", find: "8 * read_channel;\n            assign second",
            replacement: "32'd0;\n            assign second", meaning: "every channel decodes by the first",
            seeds: [9, 10, 29, 30]),
        Mutation(
            module: "intaglio_elementwise", find: "(work == MULTIPLY)           ? a * b",
            replacement: "(work == MULTIPLY)           ? a + b", meaning: "sums instead of products",
            seeds: [15, 35, 55]),
        Mutation(
            module: "intaglio_elementwise", find: "64'(scaled_a) - 64'(scaled_b)",
            replacement: "64'(scaled_b) - 64'(scaled_a)", meaning: "the difference the other way round",
            seeds: [16, 36, 56, 76]),
        Mutation(
            module: "intaglio_elementwise", find: ".exponent(header[120 +: 8])",
            replacement: ".exponent(header[112 +: 8])",
            meaning: "both operands shifted alike", seeds: [16, 36, 56, 76]),
        Mutation(
            module: "intaglio_elementwise", find: "scaled_records[192 +: 192]", replacement: "records[192*lane +: 192]",
            meaning: "records two cycles early", seeds: [16, 36, 56, 76]),
        Mutation(
            module: "intaglio_scale_lane", find: " - 64'(high < 64'sd0)", replacement: "",
            meaning: "ties of negative operands toward zero", seeds: Array(stride(from: 16, to: 420, by: 20))),
        Mutation(
            module: "intaglio_scale_lane", find: "product + 64'sd1073741824", replacement: "product",
            meaning: "the high word is cut", seeds: Array(stride(from: 16, to: 420, by: 20))),
        Mutation(
            module: "intaglio_elementwise", find: "element > held", replacement: "element < held",
            meaning: "the smallest of a window", seeds: [17, 37, 57]),
        Mutation(
            module: "intaglio_elementwise", find: "read_inside ? a : 64'($signed(fill))", replacement: "a",
            meaning: "what stands outside the tile is read", seeds: [17, 37, 18, 38, 58]),
        Mutation(
            module: "intaglio_elementwise", find: "- window_offset_x", replacement: "",
            meaning: "windows begin at the tile's first column", seeds: [17, 37, 57, 18, 38]),
        Mutation(
            module: "intaglio_elementwise", find: "column * factor + dx + write_column_tap",
            replacement: "column * factor + dx", meaning: "copies in one column", seeds: [19, 39, 59]),
        Mutation(
            module: "intaglio_result_lanes", find: "(header[10] || normalizes)", replacement: "(header[10])",
            meaning: "beta is not added", seeds: [5, 6, 7]),
        Mutation(
            module: "intaglio_result_lanes", find: ".clip_low(header[32 +: 32]),\n                .clip_high",
            replacement: ".clip_low(32'sh80000000),\n                .clip_high", meaning: "no lower clip",
            seeds: [0, 9, 20, 29, 40, 49]),
        Mutation(
            module: "intaglio_parameter_memory", find: "+ 4 * 32'(threshold_indices[128*lane + 16*stage +: 8]) + 8;",
            replacement: "+ 4 * 32'(threshold_indices[128*lane + 16*stage +: 8]) + 4;",
            meaning: "the threshold before"),
        Mutation(
            module: "intaglio_parameter_memory", find: "weight_codes[8*lane +: 8])]",
            replacement: "weight_codes[8*lane +: 7])]", meaning: "top bit of a weight code stuck"),
        Mutation(
            module: "intaglio_compute_engine", find: "+ 8 * record_channel", replacement: "",
            meaning: "every input channel decodes by the first"),
        Mutation(
            module: "intaglio_compute_engine", find: "reads_header <= start;",
            replacement: "reads_header <= start && !is_elementwise;", meaning: "element-wise work never begins",
            seeds: [9]),
        Mutation(
            module: "intaglio_window_writer", find: "word_reach - word_bytes + C0", replacement: "word_reach",
            meaning: "the last word of a window counts as a whole one", isOfWindows: true),
        Mutation(
            module: "intaglio_window_writer", find: "reach[word] <= moved", replacement: "reach[word] < moved",
            meaning: "window words end one byte late", isOfWindows: true),
        Mutation(
            module: "intaglio_window_writer", find: "windows == 32'd0 || (due == written && (due & next_due) == '0)",
            replacement: "1'b1", meaning: "a bus word is taken before its windows are written", isOfWindows: true),
        Mutation(
            module: "intaglio_window_writer", find: "if (ready && ends_row) begin", replacement: "if (1'b0) begin",
            meaning: "windows of the second row run on", isOfWindows: true),
        Mutation(
            module: "intaglio_window_writer", find: "previous <= (8*C0)'(bytes >> (8 * moved));",
            replacement: "previous <= (8*C0)'(bytes >> (8 * WIDTH_BYTES));",
            meaning: "a short bus word counts as a whole one", isOfWindows: true),
        Mutation(
            module: "intaglio_step_sequencer", find: "(ahead <= 0) ? '0", replacement: "(1'b1) ? '0",
            meaning: "codes left of the picture are multiplied", isOfWindows: true),
        Mutation(
            module: "intaglio_step_sequencer", find: "(rest <= 0) ? '0 : (rest >= C0) ? LANE_BITS'(C0)",
            replacement: "(rest <= 0) ? '0 : (rest >= 0) ? LANE_BITS'(C0)",
            meaning: "codes right of the picture are multiplied", isOfWindows: true),
        Mutation(
            module: "intaglio_step_sequencer", find: "window <= ends_columns ? window_start : next_window;",
            replacement: "window <= next_window;", meaning: "the second row's windows begin behind the first's",
            isOfWindows: true),
        Mutation(
            module: "intaglio_memory_bus", find: "else if (could_move && !offers) rest",
            replacement: "else if (could_move) rest", meaning: "a word that is held counts as a rest",
            machine: TestMachine.resting, isOfWindows: true),
        Mutation(
            module: "intaglio_step_sequencer", find: "ring_place >= ring_rows", replacement: "ring_place > ring_rows",
            meaning: "operands one row behind the ring's last", isOfRings: true),
        Mutation(
            module: "intaglio_step_sequencer", find: "ring_row + y - origin_y", replacement: "y - origin_y",
            meaning: "every input tile begins at the ring's first row", isOfRings: true),
        Mutation(
            module: "intaglio_drain", find: "output_place >= output_ring_rows", replacement: "1'b0",
            meaning: "results run on behind the ring", isOfRings: true),
        Mutation(
            module: "intaglio_drain", find: "output_place - output_ring_rows",
            replacement: "output_place - output_ring_rows + 32'sd1", meaning: "results begin again at the second row",
            isOfRings: true),
        Mutation(
            module: "intaglio_drain", find: "value_place >= input_ring_rows", replacement: "1'b0",
            meaning: "normalized values are read behind the ring", seeds: [5, 6, 7, 8, 25], isOfRings: true),
        Mutation(
            module: "intaglio_drain", find: "value_place - input_ring_rows", replacement: "row",
            meaning: "normalized values of the tile's own row", seeds: [5, 6, 7, 8, 25], isOfRings: true),
        Mutation(
            module: "intaglio_elementwise", find: "(ends_columns && ends_ring) ? 32'd0", replacement: "(1'b0) ? 32'd0",
            meaning: "the second operand is read behind its ring", seeds: [10, 30, 50, 15, 35, 16, 36],
            isOfRings: true),
        Mutation(
            module: "intaglio_elementwise", find: "second_ring_row + row + 32'd1", replacement: "second_ring_row + row",
            meaning: "the second operand begins again a row late", seeds: [10, 30, 50, 15, 35, 16, 36],
            isOfRings: true),
        Mutation(
            module: "intaglio_elementwise", find: "read_place >= input_ring_rows",
            replacement: "read_place > input_ring_rows", meaning: "the largest of a row behind the ring",
            seeds: [17, 37, 57], isOfRings: true),
        Mutation(
            module: "intaglio_elementwise", find: "(place >= output_ring_rows)",
            replacement: "(place >= output_ring_rows + 32'd1)", meaning: "element-wise results a row behind the ring",
            seeds: [9, 29, 11, 12], isOfRings: true),
        Mutation(
            module: "intaglio_result_lanes", find: "(reset || last) ? '0 :", replacement: "reset ? '0 :",
            meaning: "the last flag of a convolution ends the normalization behind it", isOfChains: true),
        Mutation(
            module: "intaglio_sequencer", find: "& ~available) == '0",
            replacement: "& ~available & SEMAPHORES'(32'h1FFFF)) == '0", meaning: "no resident token is waited for",
            isOfChains: true),
        Mutation(
            module: "intaglio_sequencer", find: "(done[0] && signals[token])",
            replacement: "(done[0] && signals[token] && token < 18)",
            meaning: "only the first layer's resident token is given", isOfChains: true),
        Mutation(
            module: "intaglio_sequencer", find: "available[token] <= INITIAL[token];",
            replacement: "available[token] <= INITIAL[token] || token == 18;",
            meaning: "the second layer's resident token is there from the start", isOfChains: true),
        Mutation(
            module: "intaglio_drain", find: "output_ring_row + row * output_stride_y",
            replacement: "row * output_stride_y", meaning: "every tile of sums goes to the ring's first rows",
            isOfChains: true),
        Mutation(
            module: "intaglio_drain", find: "value_place  = input_ring_row + row;", replacement: "value_place  = row;",
            meaning: "the ring's first rows are normalized", isOfChains: true),
        Mutation(
            module: "intaglio_step_sequencer", find: "? ring_place - ring_rows : ring_place",
            replacement: "? 32'sd0 : ring_place", meaning: "all rows behind the ring's end are its first",
            isOfChains: true),
        Mutation(
            module: "intaglio_elementwise", find: "pixel <= second_ring_pixel;", replacement: "pixel <= 32'd0;",
            meaning: "sums take the ring's first rows", isOfChains: true, chainOperator: "add"),
        Mutation(
            module: "intaglio_elementwise", find: "read_place  = input_ring_row + read_row;",
            replacement: "read_place  = read_row;", meaning: "windows lie in the ring's first rows", isOfChains: true,
            chainOperator: "maxPooling"),
        Mutation(
            module: "intaglio_elementwise", find: "output_ring_row + (row * factor",
            replacement: "(row * factor", meaning: "element-wise results go to the ring's first rows",
            isOfChains: true),
    ]

    private static let tried: [Mutation] =
        switch ProcessInfo.processInfo.environment["INTAGLIO_MUTATIONS"] {
        case "all": mutations
        case "windows": mutations.filter(\.isOfWindows)
        case "rings": mutations.filter(\.isOfRings)
        case "chains": mutations.filter(\.isOfChains)
        default: Array(mutations.prefix(4))
        }

    @Test("A fault in the RTL is found", arguments: tried) func isFound(_ mutation: Mutation) throws {
        let file = mutation.module + ".sv"
        let text = try #require(SystemVerilogSources.files.first { $0.name == file }).text
        #expect(text.ranges(of: mutation.find).count == 1, "the fault has one place")
        let scratch = try ScratchFolder(named: "intaglio-test-")
        defer { scratch.remove() }
        let folder = scratch.url
        let build = try MachineBuild(
            mutation.machine, simulator: .icarus, directory: folder.appendingPathComponent("build"),
            replacing: [file: text.replacing(mutation.find, with: mutation.replacement)])
        let generator = LayerCaseGenerator(limits: CaseLimits(activationBits: 16, weightBits: 12, accumulatorBits: 40))
        let seeds = mutation.isOfWindows ? Array(0..<12) : mutation.isOfChains ? Self.chainSeeds : mutation.seeds
        let finder = seeds.first { seed in
            if let needed = mutation.chainOperator, !generator.chainCase(seed: seed).name.contains(needed) {
                return false
            }
            do {
                if mutation.isOfRings {
                    return try RingRun(
                        generator.layerCase(seed: seed), on: build, directory: folder.appendingPathComponent("case")
                    ).failure != nil
                }
                let layerCase =
                    mutation.isOfChains
                    ? generator.chainCase(seed: seed, drawsGroups: true)
                    : mutation.isOfWindows ? generator.windowCase(seed: seed) : generator.layerCase(seed: seed)
                return try RTLVerification(
                    layerCase, on: build, directory: folder.appendingPathComponent("case")
                ).failure != nil
            } catch let error as Diagnostic {
                return error.code == .simulationFailed
            } catch {
                return false
            }
        }
        #expect(finder != nil, "no case finds it")
    }
}
