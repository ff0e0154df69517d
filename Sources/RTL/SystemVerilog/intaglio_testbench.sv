// Runs a command stream on the machine with its external memory.
//
//     +memory=F     bytes of external memory before the run ($readmemh)
//     +load=F +compute=F +store=F       words of the commands, with +loads=N +computes=N +stores=N
//     +expected=F   bytes of external memory after the run: every stored byte is compared as it is written, and all +last=A + 1 bytes at the end
//     +timing=F     first and last cycle of each command, queue after queue (load, compute, store): compared as it starts and ends
//     +log=F        a line for each command as it ends: engine, number in its queue, first cycle, last cycle
//     +result=F     bytes of external memory after the run, 0 to +last=A
//     +limit=N      gives up after N cycles
//     +cocotb       leaves the end of the simulation to a test outside
//
// The first mismatch is printed with its cycle, signal, expected and observed value, and ends the run with an error. Another machine with the ports of intaglio_machine is put
// in its place by defining INTAGLIO_MACHINE as its name.
`ifndef INTAGLIO_MACHINE
`define INTAGLIO_MACHINE intaglio_machine
`endif
module intaglio_testbench (
    input logic clock
);
    localparam int DMA_BYTES      = intaglio_constants::DMA_BYTES_PER_CYCLE;
    localparam int RESULTS        = intaglio_constants::RESULT_LANES;
    localparam int TRANSFER_WORDS = intaglio_constants::TRANSFER_WORDS;
    localparam int COMPUTE_WORDS  = intaglio_constants::COMPUTE_WORDS;
    localparam int COMMANDS       = intaglio_constants::COMMANDS;
    localparam int MEMORY_BYTES   = intaglio_constants::EXTERNAL_MEMORY_BYTES;

    logic                         reset;
    logic [95:0]                  counts, indices;
    logic [2:0]                   head_valid, start, done;
    logic [32*TRANSFER_WORDS-1:0] load_command, store_command;
    logic [32*COMPUTE_WORDS-1:0]  compute_command;
    logic                         finished;
    logic [RESULTS-1:0]           saturated;
    logic                         issue, issue_is_store, issue_last, beat, beat_is_store, beat_ends_burst, beat_ends_transfer;
    logic [31:0]                  issue_address, issue_bytes, beat_address;
    logic [DMA_BYTES-1:0]         beat_lanes;
    logic [8*DMA_BYTES-1:0]       read_data, write_data;

    intaglio_command_queue #(.WORDS(TRANSFER_WORDS), .COMMANDS(COMMANDS)) load_queue (
        .clock(clock), .reset(reset), .count(counts[31:0]), .pop(done[0]), .valid(head_valid[0]), .index(indices[31:0]), .command(load_command));
    intaglio_command_queue #(.WORDS(COMPUTE_WORDS), .COMMANDS(COMMANDS)) compute_queue (
        .clock(clock), .reset(reset), .count(counts[63:32]), .pop(done[1]), .valid(head_valid[1]), .index(indices[63:32]), .command(compute_command));
    intaglio_command_queue #(.WORDS(TRANSFER_WORDS), .COMMANDS(COMMANDS)) store_queue (
        .clock(clock), .reset(reset), .count(counts[95:64]), .pop(done[2]), .valid(head_valid[2]), .index(indices[95:64]), .command(store_command));

    `INTAGLIO_MACHINE machine (
        .clock(clock), .reset(reset), .head_valid(head_valid), .load_command(load_command), .compute_command(compute_command), .store_command(store_command),
        .start(start), .done(done), .finished(finished), .saturated(saturated), .issue(issue), .issue_is_store(issue_is_store), .issue_address(issue_address),
        .issue_bytes(issue_bytes), .issue_last(issue_last), .beat(beat), .beat_is_store(beat_is_store), .beat_ends_burst(beat_ends_burst),
        .beat_ends_transfer(beat_ends_transfer), .beat_lanes(beat_lanes), .read_data(read_data), .write_data(write_data));

    intaglio_external_memory external_memory (
        .clock(clock), .reset(reset), .issue(issue), .issue_is_store(issue_is_store), .issue_address(issue_address), .issue_bytes(issue_bytes),
        .issue_last(issue_last), .beat(beat), .beat_is_store(beat_is_store), .beat_ends_burst(beat_ends_burst), .beat_ends_transfer(beat_ends_transfer),
        .beat_address(beat_address), .beat_lanes(beat_lanes), .read_data(read_data), .write_data(write_data));

    reg [8*1024-1:0] name;
    reg [7:0]        expected [0:MEMORY_BYTES-1];
    reg [31:0]       timing   [0:6*COMMANDS-1];
    integer          log, last, limit, loads, computes, stores;
    integer          cycle, saturated_count, engine, lane, place;
    integer          started [0:2];
    integer          queue_begin [0:2];
    reg              has_log, has_expected, has_timing, failed;

    initial begin
        reset           = 1'b1;
        cycle           = -2;
        saturated_count = 0;
        failed          = 1'b0;
        if (!$value$plusargs("loads=%d", loads)) loads = 0;
        if (!$value$plusargs("computes=%d", computes)) computes = 0;
        if (!$value$plusargs("stores=%d", stores)) stores = 0;
        if (!$value$plusargs("last=%d", last)) last = 0;
        if (!$value$plusargs("limit=%d", limit)) limit = 100000000;
        if ($value$plusargs("memory=%s", name)) $readmemh(name, external_memory.memory, 0, last);
        if ($value$plusargs("load=%s", name)) $readmemh(name, load_queue.memory, 0, loads * TRANSFER_WORDS - 1);
        if ($value$plusargs("compute=%s", name)) $readmemh(name, compute_queue.memory, 0, computes * COMPUTE_WORDS - 1);
        if ($value$plusargs("store=%s", name)) $readmemh(name, store_queue.memory, 0, stores * TRANSFER_WORDS - 1);
        has_expected = 1'b0;
        if ($value$plusargs("expected=%s", name)) begin
            has_expected = 1'b1;
            $readmemh(name, expected, 0, last);
        end
        has_timing = 1'b0;
        if ($value$plusargs("timing=%s", name)) begin
            has_timing = 1'b1;
            $readmemh(name, timing, 0, 2 * (loads + computes + stores) - 1);
        end
        has_log = 1'b0;
        if ($value$plusargs("log=%s", name)) begin
            has_log = 1'b1;
            log     = $fopen(name, "w");
        end
        counts         = {stores, computes, loads};
        queue_begin[0] = 0;
        queue_begin[1] = loads;
        queue_begin[2] = loads + computes;
    end

    // Bookkeeping and checks of the testbench only.
    /* verilator lint_off BLKSEQ */
    always @(posedge clock) begin
        reset <= cycle < -1;
        cycle <= cycle + 1;
        if (cycle >= 0) begin
            for (engine = 0; engine < 3; engine = engine + 1) begin
                place = 2 * (queue_begin[engine] + indices[32*engine +: 32]);
                if (start[engine]) begin
                    started[engine] = cycle;
                    if (has_timing && !failed && timing[place] != cycle) begin
                        failed = 1'b1;
                        $display("mismatch in cycle %0d: signal start[%0d] of command %0d: expected in cycle %0d, observed in cycle %0d", cycle, engine,
                                 indices[32*engine +: 32], timing[place], cycle);
                    end
                end
                if (done[engine]) begin
                    if (has_log) $fwrite(log, "%0d %0d %0d %0d\n", engine, indices[32*engine +: 32], started[engine], cycle);
                    if (has_timing && !failed && timing[place + 1] != cycle) begin
                        failed = 1'b1;
                        $display("mismatch in cycle %0d: signal done[%0d] of command %0d: expected in cycle %0d, observed in cycle %0d", cycle, engine,
                                 indices[32*engine +: 32], timing[place + 1], cycle);
                    end
                end
            end
            for (lane = 0; lane < DMA_BYTES; lane = lane + 1) begin
                if (has_expected && !failed && beat_is_store && beat_lanes[lane] && write_data[8*lane +: 8] !== expected[beat_address + lane]) begin
                    failed = 1'b1;
                    $display("mismatch in cycle %0d: signal write_data, lane %0d, external address %0d: expected %02x, observed %02x", cycle, lane, beat_address + lane,
                             expected[beat_address + lane], write_data[8*lane +: 8]);
                end
            end
            for (lane = 0; lane < RESULTS; lane = lane + 1) if (saturated[lane]) saturated_count = saturated_count + 1;
            if (finished || failed || cycle >= limit) begin
                if (has_log) begin
                    $fwrite(log, "%s %0d %0d\n", finished ? "finished" : failed ? "failed" : "limit", cycle, saturated_count);
                    $fclose(log);
                end
                if ($value$plusargs("result=%s", name)) $writememh(name, external_memory.memory, 0, last);
                if (has_expected && !failed) begin
                    for (place = 0; place <= last; place = place + 1) begin
                        if (!failed && external_memory.memory[place] !== expected[place]) begin
                            failed = 1'b1;
                            $display("mismatch in cycle %0d: signal external_memory.memory[%0d], not stored: expected %02x, observed %02x", cycle, place,
                                     expected[place], external_memory.memory[place]);
                        end
                    end
                end
                if (!finished && !failed) $display("mismatch in cycle %0d: signal finished: expected 1, observed 0", cycle);
                if (failed || !finished) $fatal(1, "the machine differs");
                if (has_expected || has_timing) $display("all equal: %0d cycles, %0d commands", cycle, loads + computes + stores);
                if (!$test$plusargs("cocotb")) $finish;
            end
        end
    end
    /* verilator lint_on BLKSEQ */
endmodule
