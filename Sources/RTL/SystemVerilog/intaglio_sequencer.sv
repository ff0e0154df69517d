// Starts commands. Each of the three engines takes its commands in order. A command starts when its
// engine is free and every semaphore that it waits for holds a token.
//
// A semaphore holds one token at most: it is given another only after that one was taken.
//
// Engine order in all vectors: 0 load, 1 compute, 2 store.
// start is high in the first cycle of a command, done in its last. The tokens that done gives can
// start commands in the cycle that follows.
module intaglio_sequencer #(
    parameter int SEMAPHORES = intaglio_constants::SEMAPHORES
) (
    input  logic        clock,
    input  logic        reset,
    input  logic [2:0]  head_valid,
    input  logic [95:0] waits,
    input  logic [95:0] signals,
    input  logic [2:0]  done,
    output logic [2:0]  start,
    output logic        finished
);
    localparam logic [31:0] INITIAL = intaglio_constants::SEMAPHORES_INITIAL;

    logic [2:0]            busy;
    // The semaphores that hold a token.
    logic [SEMAPHORES-1:0] available;
    logic [SEMAPHORES-1:0] taken;
    logic [SEMAPHORES-1:0] given;

    generate
        for (genvar engine = 0; engine < 3; engine++) begin : g_engine
            assign start[engine] = head_valid[engine] && !busy[engine] &&
                                   (waits[32*engine +: SEMAPHORES] & ~available) == '0;
            always_ff @(posedge clock) begin
                if (reset)              busy[engine] <= 1'b0;
                else if (done[engine])  busy[engine] <= 1'b0;
                else if (start[engine]) busy[engine] <= 1'b1;
            end
        end
        for (genvar token = 0; token < SEMAPHORES; token++) begin : g_semaphore
            assign taken[token] = (start[0] && waits[token]) ||
                                  (start[1] && waits[32+token]) ||
                                  (start[2] && waits[64+token]);
            assign given[token] = (done[0] && signals[token]) ||
                                  (done[1] && signals[32+token]) ||
                                  (done[2] && signals[64+token]);
            always_ff @(posedge clock) begin
                if (reset)             available[token] <= INITIAL[token];
                else if (given[token]) available[token] <= 1'b1;
                else if (taken[token]) available[token] <= 1'b0;
            end
`ifndef SYNTHESIS
            always @(posedge clock) begin
                if (!reset && given[token] && available[token] && !taken[token])
                    $fatal(1, "semaphore %0d holds a token and is given another", token);
            end
`endif
        end
    endgenerate

    assign finished = head_valid == 3'b000 && busy == 3'b000;

    // Bits beyond the semaphores are zero.
    wire unused = &{1'b0, waits[31:SEMAPHORES], waits[63:32+SEMAPHORES], waits[95:64+SEMAPHORES],
                    signals[31:SEMAPHORES], signals[63:32+SEMAPHORES], signals[95:64+SEMAPHORES]};
endmodule
