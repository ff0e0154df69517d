import Testing

/// A machine around the bundled one that does one thing wrong, which the layer testbench must notice. The bytes that
/// reach external memory are right in all of them.
enum MachineWrapper: Int, CaseIterable, CustomTestStringConvertible {
    case none, noStart, lateStores, lateLastStore, secondStart, earlyDone, missingDone, wrongSaturation, lostSaturation,
        neverFinished, startAfterTheEnd

    var testDescription: String { "\(self)" }

    var module: String { "wrapper_\(self)" }

    /// What the first mismatch says, in the testbench's words.
    var signal: String {
        switch self {
        case .none: ""
        case .noStart, .secondStart, .startAfterTheEnd: "start"
        case .lateStores, .lateLastStore: "beat"
        case .earlyDone, .missingDone: "done"
        case .wrongSaturation, .lostSaturation: "saturated"
        case .neverFinished: "finished"
        }
    }

    /// Cycles that some faults need, as the layer's `timing.hex` has them.
    struct Cycles {
        /// Last cycle of the first compute command.
        let firstComputeEnd: Int
        /// First and last cycle of the last store.
        let lastStoreStart: Int
        let lastStoreEnd: Int
        /// A cycle in which the machine is done.
        var afterTheEnd: Int { lastStoreEnd + 20 }
    }

    /// A module for each case, with the ports of `intaglio_machine`; `+fault=N` chooses another fault than the module's
    /// own.
    static func text(_ cycles: Cycles) -> String { allCases.map { $0.text(cycles) }.joined(separator: "\n") }

    private func text(_ cycles: Cycles) -> String {
        """
        module \(module) (
            input  logic clock, reset,
            input  logic [2:0] head_valid,
            input  logic [32*intaglio_constants::TRANSFER_WORDS-1:0] load_command,
            input  logic [32*intaglio_constants::COMPUTE_WORDS-1:0] compute_command,
            input  logic [32*intaglio_constants::TRANSFER_WORDS-1:0] store_command,
            output logic [2:0] start, done,
            output logic finished,
            output logic [intaglio_constants::RESULT_LANES-1:0] saturated,
            output logic [1:0] issue,
            output logic [63:0] issue_addresses, issue_bytes,
            output logic [1:0] issue_last,
            output logic read_ready,
            input  logic read_valid,
            input  logic [1:0] beat, burst_done, transfer_done,
            input  logic [intaglio_constants::MEMORY_BUS_BYTES-1:0] read_lanes, write_lanes,
            input  logic [8*intaglio_constants::MEMORY_BUS_BYTES-1:0] read_data,
            output logic [8*intaglio_constants::MEMORY_BUS_BYTES-1:0] write_data
        );
            logic [2:0]  right_start, right_done, earlier_start;
            logic        right_finished, is_late, is_last_store;
            logic [1:0]  right_issue, right_last, late_issue, late_last;
            logic [63:0] right_addresses, right_bytes, late_addresses, late_bytes;
            logic [31:0] now;
            logic [intaglio_constants::RESULT_LANES-1:0] right_saturated;
            // The last store's command stays for the machine when its queue has given it up.
            logic [32*intaglio_constants::TRANSFER_WORDS-1:0] held;
            integer fault;
            initial if (!$value$plusargs("fault=%d", fault)) fault = \(rawValue);

            intaglio_machine machine (
                .clock(clock), .reset(reset), .head_valid(head_valid), .load_command(load_command), \
        .compute_command(compute_command),
                .store_command(head_valid[2] ? store_command : held), .start(right_start), .done(right_done), \
        .finished(right_finished),
                .saturated(right_saturated), .issue(right_issue), .issue_addresses(right_addresses),
                .issue_bytes(right_bytes), .issue_last(right_last), .read_ready(read_ready),
                .read_valid(read_valid), .beat(beat), .burst_done(burst_done), \
        .transfer_done(transfer_done),
                .read_lanes(read_lanes), .write_lanes(write_lanes), .read_data(read_data), \
        .write_data(write_data));

            always_ff @(posedge clock) begin
                now           <= reset ? 32'd0 : now + 32'd1;
                earlier_start <= reset ? 3'd0 : right_start;
                late_issue    <= reset ? 2'b00 : right_issue;
                late_addresses <= right_addresses;
                late_bytes    <= right_bytes;
                late_last     <= right_last;
                if (head_valid[2]) held <= store_command;
            end

            assign is_last_store  = now >= \(cycles.lastStoreStart);
            assign is_late        = fault == 2 || (fault == 3 && is_last_store);
            assign issue          = is_late ? late_issue : right_issue;
            assign issue_addresses = is_late ? late_addresses : right_addresses;
            assign issue_bytes    = is_late ? late_bytes : right_bytes;
            assign issue_last     = is_late ? late_last : right_last;

            assign start = (fault == 1) ? 3'd0 : (fault == 4) ? right_start | earlier_start
                         : (fault == 10) ? right_start | {2'd0, now == \(cycles.afterTheEnd)} : right_start;
            assign done[0] = right_done[0];
            assign done[1] = (fault == 5) ? (right_done[1] && now != \(cycles.firstComputeEnd)) || now == \
        \(cycles.firstComputeEnd - 1)
                           : (fault == 6) ? right_done[1] && now != \(cycles.firstComputeEnd) : right_done[1];
            assign done[2] = (fault == 3 && is_last_store) ? now == \(cycles.lastStoreEnd) : right_done[2];
            assign finished = (fault == 9) ? 1'b0 : (fault == 3) ? now > \(cycles.lastStoreEnd) : right_finished;
            assign saturated = (fault == 7) ? right_saturated ^ {{intaglio_constants::RESULT_LANES-1{1'b0}}, \
        right_start[0]}
                             : (fault == 8) ? '0 : right_saturated;
        endmodule

        """
    }
}
