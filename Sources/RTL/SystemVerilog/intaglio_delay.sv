// A circular memory: out is what in was length cycles ago, 1 <= length <= LONGEST.
//
// length must stay the same while anything is on its way.
module intaglio_delay #(
    parameter int WIDTH   = 8,
    parameter int LONGEST = 32
) (
    input  logic             clock,
    input  logic [15:0]      length,
    input  logic [WIDTH-1:0] in,
    output logic [WIDTH-1:0] out
);
    localparam int POINTER_BITS = $clog2(LONGEST + 1);

    logic [WIDTH-1:0]        memory [0:(1<<POINTER_BITS)-1];
    logic [POINTER_BITS-1:0] pointer, behind;

`ifndef SYNTHESIS
    initial pointer = '0;
`endif

    assign behind = pointer - length[POINTER_BITS-1:0];
    assign out    = memory[behind];

    always_ff @(posedge clock) begin
        memory[pointer] <= in;
        pointer         <= pointer + 1'b1;
    end

    wire unused = &{1'b0, length[15:POINTER_BITS]};
endmodule
