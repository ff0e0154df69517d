// The commands of one engine, in order. The head stands at the output until it is popped, so that
// an engine can read its command for as long as it runs.
//
// A testbench fills the queue ($readmemh, one word per line), or whatever writes the instruction
// memory of a chip.
// count is the number of commands in it.
module intaglio_command_queue #(
    parameter int WORDS    = 16,
    parameter int COMMANDS = 4096
) (
    input  logic                clock,
    input  logic                reset,
    input  logic [31:0]         count,
    input  logic                pop,
    output logic                valid,
    output logic [32*WORDS-1:0] command
);
    localparam int ADDRESS_BITS = $clog2(WORDS * COMMANDS);

    logic [31:0] memory [0:WORDS*COMMANDS-1] /* verilator public */;
    logic [31:0] index;

    assign valid = index < count;

    generate
        for (genvar word = 0; word < WORDS; word++) begin : g_word
            logic [31:0] address;
            assign address                 = index * WORDS + word;
            assign command[32*word +: 32] = memory[address[ADDRESS_BITS-1:0]];
            wire unused = &{1'b0, address[31:ADDRESS_BITS]};
        end
    endgenerate

    always_ff @(posedge clock) begin
        if (reset)    index <= 32'd0;
        else if (pop) index <= index + 32'd1;
    end
endmodule
