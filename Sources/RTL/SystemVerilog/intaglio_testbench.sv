// Runs a command stream on the machine with its external memory.
//
//     +memory=F     bytes of external memory before the run ($readmemh)
//     +load=F +compute=F +store=F       words of the commands, with +loads=N +computes=N +stores=N
//     +expected=F   bytes of external memory after the run: every stored byte is compared as it is
//                   written, and all +last=A + 1 bytes at the end
//     +timing=F     first and last cycle of each command, queue after queue (load, compute, store):
//                   start and done are compared in every cycle, high and low
//     +bursts=F     first and last cycle of each run of beats without a gap in a burst, and 0 for a
//                   load or 1 for a store, of each in order, with +burst_count=N runs: compared in
//                   every cycle
//     +cycles=N     the cycle from which on finished is high: compared in every cycle, and for TAIL
//                   cycles more
//     +saturated=N  how many results saturate
//     +log=F        one line for each command as it ends: engine, number in its queue, first cycle
//                   (-1 unless start was seen once), last cycle
//     +result=F     bytes of external memory after the run, 0 to +last=A
//     +limit=N      gives up after N cycles
//     +cocotb       leaves the end of the simulation to a test outside
//
// The first mismatch ends the run with an error. It is printed with its cycle, signal, expected and
// observed value, and with the words of the command that it belongs to.
//
// To test another machine with the ports of intaglio_machine, define INTAGLIO_MACHINE as its name.
`ifndef INTAGLIO_MACHINE
`define INTAGLIO_MACHINE intaglio_machine
`endif
module intaglio_testbench (
    input logic clock
);
    localparam int DMA_BYTES      = intaglio_constants::MEMORY_BUS_BYTES;
    localparam int RESULTS        = intaglio_constants::RESULT_LANES;
    localparam int TRANSFER_WORDS = intaglio_constants::TRANSFER_WORDS;
    localparam int COMPUTE_WORDS  = intaglio_constants::COMPUTE_WORDS;
    localparam int COMMANDS       = intaglio_constants::COMMANDS;
    localparam int MEMORY_BYTES   = intaglio_constants::EXTERNAL_MEMORY_BYTES;
    localparam int BURSTS         = intaglio_constants::BURSTS;
    // Cycles after the end in which nothing may happen.
    localparam int TAIL           = 64;

    logic                         reset;
    logic [95:0]                  counts;
    logic [2:0]                   head_valid, start, done;
    logic [32*TRANSFER_WORDS-1:0] load_command, store_command;
    logic [32*COMPUTE_WORDS-1:0]  compute_command;
    logic                         finished;
    logic [RESULTS-1:0]           saturated;
    logic [1:0]                   issue, issue_last, beat, burst_done, transfer_done;
    logic                         read_valid, read_ready;
    logic [63:0]                  issue_addresses, issue_bytes;
    logic [31:0]                  write_address;
    logic [DMA_BYTES-1:0]         read_lanes, write_lanes;
    logic [8*DMA_BYTES-1:0]       read_data, write_data;

    intaglio_command_queue #(.WORDS(TRANSFER_WORDS), .COMMANDS(COMMANDS)) load_queue (
        .clock(clock),
        .reset(reset),
        .count(counts[31:0]),
        .pop(done[0]),
        .valid(head_valid[0]),
        .command(load_command)
    );
    intaglio_command_queue #(.WORDS(COMPUTE_WORDS), .COMMANDS(COMMANDS)) compute_queue (
        .clock(clock),
        .reset(reset),
        .count(counts[63:32]),
        .pop(done[1]),
        .valid(head_valid[1]),
        .command(compute_command)
    );
    intaglio_command_queue #(.WORDS(TRANSFER_WORDS), .COMMANDS(COMMANDS)) store_queue (
        .clock(clock),
        .reset(reset),
        .count(counts[95:64]),
        .pop(done[2]),
        .valid(head_valid[2]),
        .command(store_command)
    );

    `INTAGLIO_MACHINE machine (
        .clock(clock),
        .reset(reset),
        .head_valid(head_valid),
        .load_command(load_command),
        .compute_command(compute_command),
        .store_command(store_command),
        .start(start),
        .done(done),
        .finished(finished),
        .saturated(saturated),
        .issue(issue),
        .issue_addresses(issue_addresses),
        .issue_bytes(issue_bytes),
        .issue_last(issue_last),
        .read_ready(read_ready),
        .read_valid(read_valid),
        .beat(beat),
        .burst_done(burst_done),
        .transfer_done(transfer_done),
        .read_lanes(read_lanes),
        .write_lanes(write_lanes),
        .read_data(read_data),
        .write_data(write_data)
    );

    intaglio_external_memory external_memory (
        .clock(clock),
        .reset(reset),
        .issue(issue),
        .issue_addresses(issue_addresses),
        .issue_bytes(issue_bytes),
        .issue_last(issue_last),
        .read_valid(read_valid),
        .read_ready(read_ready),
        .beat(beat),
        .burst_done(burst_done),
        .transfer_done(transfer_done),
        .write_address(write_address),
        .read_lanes(read_lanes),
        .write_lanes(write_lanes),
        .read_data(read_data),
        .write_data(write_data)
    );

    reg [8*1024-1:0] name;
    reg [7:0]        expected [0:MEMORY_BYTES-1];
    reg [31:0]       timing   [0:6*COMMANDS-1];
    reg [31:0]       bursts   [0:3*BURSTS-1];
    integer          log, last, limit, loads, computes, stores, burst_count, cycles, saturated_due;
    integer          cycle, saturated_count, engine, lane, place, side, number;
    integer          burst [0:1];
    integer          started [0:2];
    integer          starts [0:2];
    integer          dones [0:2];
    integer          queue_begin [0:2];
    integer          queue_count [0:2];
    reg              has_log, has_expected, has_timing, has_bursts, has_cycles, has_saturated,
                     failed, due, ends;

    initial begin
        reset           = 1'b1;
        cycle           = -2;
        saturated_count = 0;
        burst[0]        = 0;
        burst[1]        = 0;
        failed          = 1'b0;
        if (!$value$plusargs("loads=%d", loads)) loads = 0;
        if (!$value$plusargs("computes=%d", computes)) computes = 0;
        if (!$value$plusargs("stores=%d", stores)) stores = 0;
        if (!$value$plusargs("last=%d", last)) last = 0;
        if (!$value$plusargs("limit=%d", limit)) limit = 100000000;
        if ($value$plusargs("memory=%s", name)) $readmemh(name, external_memory.memory, 0, last);
        if ($value$plusargs("load=%s", name) && loads > 0)
            $readmemh(name, load_queue.memory, 0, loads * TRANSFER_WORDS - 1);
        if ($value$plusargs("compute=%s", name) && computes > 0)
            $readmemh(name, compute_queue.memory, 0, computes * COMPUTE_WORDS - 1);
        if ($value$plusargs("store=%s", name) && stores > 0)
            $readmemh(name, store_queue.memory, 0, stores * TRANSFER_WORDS - 1);
        has_expected = 1'b0;
        if ($value$plusargs("expected=%s", name)) begin
            has_expected = 1'b1;
            $readmemh(name, expected, 0, last);
        end
        has_timing = 1'b0;
        if ($value$plusargs("timing=%s", name)) begin
            has_timing = 1'b1;
            if (loads + computes + stores > 0)
                $readmemh(name, timing, 0, 2 * (loads + computes + stores) - 1);
        end
        has_bursts = 1'b0;
        if (!$value$plusargs("burst_count=%d", burst_count)) burst_count = 0;
        if ($value$plusargs("bursts=%s", name)) begin
            has_bursts = 1'b1;
            if (burst_count > 0) $readmemh(name, bursts, 0, 3 * burst_count - 1);
        end
        has_cycles    = 1'b0;
        cycles        = 0;
        has_saturated = 1'b0;
        saturated_due = 0;
        if ($value$plusargs("cycles=%d", cycles)) has_cycles = 1'b1;
        if ($value$plusargs("saturated=%d", saturated_due)) has_saturated = 1'b1;
        has_log = 1'b0;
        if ($value$plusargs("log=%s", name)) begin
            has_log = 1'b1;
            log     = $fopen(name, "w");
        end
        counts         = {stores, computes, loads};
        queue_begin[0] = 0;
        queue_begin[1] = loads;
        queue_begin[2] = loads + computes;
        queue_count[0] = loads;
        queue_count[1] = computes;
        queue_count[2] = stores;
        for (place = 0; place < 3; place = place + 1) begin
            started[place] = -1;
            starts[place]  = 0;
            dones[place]   = 0;
        end
    end

    // The words of a command by name.
    task show_command(input integer engine_number, input integer command_number);
        integer     word, words;
        reg [31:0]  value;
        reg         is_elementwise;
        reg [255:0] field;
        begin
            words          = (engine_number == 1) ? COMPUTE_WORDS : TRANSFER_WORDS;
            is_elementwise = compute_queue.memory[COMPUTE_WORDS * command_number +
                                                  intaglio_constants::COMPUTE_KIND] == 32'd1;
            if (command_number < queue_count[engine_number]) begin
                $display("  %0s command %0d:",
                         (engine_number == 0) ? "load" : (engine_number == 1) ? "compute" : "store",
                         command_number);
                for (word = 0; word < words; word = word + 1) begin
                    value = (engine_number == 0) ?
                                load_queue.memory[TRANSFER_WORDS * command_number + word] :
                            (engine_number == 1) ?
                                compute_queue.memory[COMPUTE_WORDS * command_number + word] :
                                store_queue.memory[TRANSFER_WORDS * command_number + word];
                    field = (engine_number != 1) ? intaglio_constants::transfer_field_name(word) :
                            is_elementwise ? intaglio_constants::elementwise_field_name(word) :
                                             intaglio_constants::compute_field_name(word);
                    if (field != 256'd0) $display("    %0s = %0d", field, $signed(value));
                end
            end
        end
    endtask

    // Bookkeeping and checks of the testbench only.
    /* verilator lint_off BLKSEQ */
    always @(posedge clock) begin
        reset <= cycle < -1;
        cycle <= cycle + 1;
        if (cycle >= 0) begin
            for (engine = 0; engine < 3; engine = engine + 1) begin
                number = starts[engine];
                place  = 2 * (queue_begin[engine] + number);
                due    = has_timing && number < queue_count[engine] && timing[place] == cycle;
                if (has_timing && !failed && start[engine] !== due) begin
                    failed = 1'b1;
                    if (number >= queue_count[engine])
                        $display("mismatch in cycle %0d: signal start[%0d]: ", cycle, engine,
                                 "expected 0, all %0d commands have started, observed %b",
                                 number, start[engine]);
                    else if (due)
                        $display("mismatch in cycle %0d: signal start[%0d] of command %0d: ",
                                 cycle, engine, number,
                                 "expected 1, observed %b", start[engine]);
                    else
                        $display("mismatch in cycle %0d: signal start[%0d] of command %0d: ",
                                 cycle, engine, number,
                                 "expected in cycle %0d, observed %b in cycle %0d",
                                 timing[place], start[engine], cycle);
                    show_command(engine, number);
                end
                if (start[engine] === 1'b1) begin
                    started[engine] = (number == dones[engine]) ? cycle : -1;
                    starts[engine]  = number + 1;
                end
                number = dones[engine];
                place  = 2 * (queue_begin[engine] + number) + 1;
                due    = has_timing && number < queue_count[engine] && timing[place] == cycle;
                if (has_timing && !failed && done[engine] !== due) begin
                    failed = 1'b1;
                    if (number >= queue_count[engine])
                        $display("mismatch in cycle %0d: signal done[%0d]: ", cycle, engine,
                                 "expected 0, all %0d commands have ended, observed %b",
                                 number, done[engine]);
                    else if (due)
                        $display("mismatch in cycle %0d: signal done[%0d] of command %0d: ",
                                 cycle, engine, number,
                                 "expected 1, observed %b", done[engine]);
                    else
                        $display("mismatch in cycle %0d: signal done[%0d] of command %0d: ",
                                 cycle, engine, number,
                                 "expected in cycle %0d, observed %b in cycle %0d",
                                 timing[place], done[engine], cycle);
                    show_command(engine, number);
                end
                if (done[engine] === 1'b1) begin
                    if (has_log)
                        $fwrite(log, "%0d %0d %0d %0d\n", engine, number,
                                (starts[engine] == number + 1) ? started[engine] : -1, cycle);
                    dones[engine]   = number + 1;
                    starts[engine]  = number + 1;
                    started[engine] = -1;
                end
            end
            if (has_bursts) begin
                for (side = 0; side < 2; side = side + 1) begin
                    while (burst[side] < burst_count && bursts[3 * burst[side] + 2] != side)
                        burst[side] = burst[side] + 1;
                    place = 3 * burst[side];
                    due   = burst[side] < burst_count && cycle >= bursts[place] &&
                            cycle <= bursts[place + 1];
                    if (!failed && beat[side] !== due) begin
                        failed = 1'b1;
                        $display("mismatch in cycle %0d: signal beat[%0d], a %0s, run %0d: ",
                                 cycle, side, (side == 0) ? "load" : "store", burst[side],
                                 "expected %b, observed %b", due, beat[side]);
                        show_command(2 * side, dones[2 * side]);
                    end
                    if (burst[side] < burst_count && cycle == bursts[place + 1])
                        burst[side] = burst[side] + 1;
                end
            end
            for (lane = 0; lane < DMA_BYTES; lane = lane + 1) begin
                if (has_expected && !failed && write_lanes[lane] &&
                    write_data[8*lane +: 8] !== expected[write_address + lane]) begin
                    failed = 1'b1;
                    $display("mismatch in cycle %0d: signal write_data, lane %0d, ", cycle, lane,
                             "external address %0d: expected %02x, observed %02x",
                             write_address + lane,
                             expected[write_address + lane], write_data[8*lane +: 8]);
                    show_command(2, done[2] ? dones[2] - 1 : dones[2]);
                end
            end
            for (lane = 0; lane < RESULTS; lane = lane + 1)
                if (saturated[lane] !== 1'b0) saturated_count = saturated_count + 1;
            if (has_cycles && !failed && finished !== (cycle >= cycles)) begin
                failed = 1'b1;
                $display("mismatch in cycle %0d: signal finished: expected %b, observed %b; ",
                         cycle, cycle >= cycles, finished,
                         "it is high from cycle %0d on", cycles);
            end
            ends = has_cycles ? cycle >= cycles + TAIL : finished === 1'b1;
            if (ends || failed || cycle >= limit) begin
                if (has_log) begin
                    $fwrite(log, "%0s %0d %0d\n",
                            (finished === 1'b1) ? "finished" : failed ? "failed" : "limit",
                            cycle, saturated_count);
                    $fclose(log);
                end
                if ($value$plusargs("result=%s", name))
                    $writememh(name, external_memory.memory, 0, last);
                // What an unfinished run has not stored is no mismatch of its own.
                if (finished !== 1'b1 && !failed) begin
                    failed = 1'b1;
                    $display("mismatch in cycle %0d: signal finished: expected 1, observed %b: ",
                             cycle, finished, "given up");
                end
                if (has_saturated && !failed && saturated_count != saturated_due) begin
                    failed = 1'b1;
                    $display("mismatch in cycle %0d: signal saturated: ", cycle,
                             "expected %0d saturated results in all, observed %0d",
                             saturated_due, saturated_count);
                end
                if (has_expected && !failed) begin
                    for (place = 0; place <= last; place = place + 1) begin
                        if (!failed && external_memory.memory[place] !== expected[place]) begin
                            failed = 1'b1;
                            $display("mismatch in cycle %0d: ", cycle,
                                     "signal external_memory.memory[%0d], not stored: ", place,
                                     "expected %02x, observed %02x",
                                     expected[place], external_memory.memory[place]);
                        end
                    end
                end
                if (failed) $fatal(1, "the machine differs");
                if (has_expected || has_timing)
                    $display("all equal: %0d cycles, %0d commands",
                             has_cycles ? cycles : cycle, loads + computes + stores);
                if (!$test$plusargs("cocotb")) $finish;
            end
        end
    end
    /* verilator lint_on BLKSEQ */
endmodule
