// One register stage of the normalization lane: digits FIRST ..< FIRST + COUNT of a division and
// then of a square root, one bit each.
//
//     digits 0...65     quotient    work = dividend bits not yet used, then quotient bits
//                                   remainder < norm < 2^40
//     digits 66...98    root        work = the quotient, of which each digit uses two bits
//                                   remainder <= 2 root < 2^34
//
// A form that does not divide, or takes no root, passes these digits unchanged.
module intaglio_normalization_digits #(
    parameter int FIRST = 0,
    parameter int COUNT = 99,
    parameter int CARRIED_BITS = 1
) (
    input  logic                    clock,
    input  logic                    reset,
    input  logic                    in_valid,
    input  logic [CARRIED_BITS-1:0] in_carried,
    input  logic                    in_divides,
    input  logic                    in_roots,
    input  logic [39:0]             in_norm,
    input  logic [65:0]             in_work,
    input  logic [39:0]             in_remainder,
    input  logic [32:0]             in_root,
    output logic                    out_valid,
    output logic [CARRIED_BITS-1:0] out_carried,
    output logic                    out_divides,
    output logic                    out_roots,
    output logic [39:0]             out_norm,
    output logic [65:0]             out_work,
    output logic [39:0]             out_remainder,
    output logic [32:0]             out_root
);
    localparam int FIRST_ROOT_DIGIT = 66;
    localparam int STATE_BITS = 66 + 40 + 33;

    function automatic [STATE_BITS-1:0] after_digits(
        input [STATE_BITS-1:0] state,
        input                  divides,
        input                  roots,
        input [39:0]           divisor
    );
        logic [65:0] work;
        logic [39:0] remainder;
        logic [32:0] root;
        logic [40:0] rest;
        logic [40:0] trial;
        integer      digit;
        begin
            {work, remainder, root} = state;
            for (digit = FIRST; digit < FIRST + COUNT; digit = digit + 1) begin
                if (digit < FIRST_ROOT_DIGIT) begin
                    if (divides) begin
                        rest = {remainder, work[65]};
                        trial = {1'b0, divisor};
                        work = {work[64:0], rest >= trial};
                        if (rest >= trial) rest = rest - trial;
                        remainder = rest[39:0];
                    end
                end else if (roots) begin
                    if (digit == FIRST_ROOT_DIGIT) remainder = 40'd0;
                    rest = {remainder[38:0], work[65:64]};
                    trial = {6'd0, root, 2'b01};
                    root = {root[31:0], rest >= trial};
                    if (rest >= trial) rest = rest - trial;
                    work = {work[63:0], 2'b00};
                    remainder = rest[39:0];
                end
            end
            after_digits = {work, remainder, root};
        end
    endfunction

    always_ff @(posedge clock) begin
        out_valid <= in_valid && !reset;
        if (in_valid) begin
            out_carried <= in_carried;
            out_divides <= in_divides;
            out_roots   <= in_roots;
            out_norm    <= in_norm;
            {out_work, out_remainder, out_root} <=
                after_digits({in_work, in_remainder, in_root}, in_divides, in_roots, in_norm);
        end
    end
endmodule
