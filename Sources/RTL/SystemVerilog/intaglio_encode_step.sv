// One register stage of the encoding lane's binary search: bit BIT of the code is set where the
// level reaches the threshold of the code with that bit.
module intaglio_encode_step #(
    parameter int BIT = 7
) (
    input  logic               clock,
    input  logic               reset,
    input  logic               in_valid,
    input  logic signed [32:0] in_level,
    input  logic               in_outside,
    input  logic        [7:0]  in_select,
    input  logic        [7:0]  in_count,
    input  logic               in_integer16,
    input  logic               in_mapped,
    input  logic        [7:0]  in_code,
    output logic        [15:0] threshold_index,
    input  logic signed [31:0] threshold,
    output logic               out_valid,
    output logic signed [32:0] out_level,
    output logic               out_outside,
    output logic        [7:0]  out_select,
    output logic        [7:0]  out_count,
    output logic               out_integer16,
    output logic               out_mapped,
    output logic        [7:0]  out_code
);
    logic        [7:0]  candidate;
    logic signed [32:0] limit;

    assign candidate       = in_code | (8'd1 << BIT);
    assign limit           = {threshold[31], threshold};
    assign threshold_index = {in_select, candidate};

    always_ff @(posedge clock) begin
        out_valid <= in_valid && !reset;
        if (in_valid) begin
            out_level     <= in_level;
            out_outside   <= in_outside;
            out_select    <= in_select;
            out_count     <= in_count;
            out_integer16 <= in_integer16;
            out_mapped    <= in_mapped;
            out_code      <= (candidate <= in_count && in_level >= limit) ? candidate : in_code;
        end
    end
endmodule
