// What a linear int8 datapath has in place of the codebook-mux, one lane.
//
//     decode    code - 128 + offset                           combinational
//     encode    result - offset, clamped to int8, plus 128    one register, one result per cycle
//
// No machine instantiates it. It stands beside intaglio_decode_lane and intaglio_encode_lane in the
// comparison of areas (docs/area.md).
module intaglio_linear_codec_lane (
    input  logic               clock,
    input  logic               reset,
    input  logic [7:0]         code,
    input  logic               padding,
    input  logic signed [15:0] decode_offset,
    output logic signed [15:0] value,
    input  logic               in_valid,
    input  logic signed [31:0] result,
    input  logic signed [31:0] encode_offset,
    output logic               out_valid,
    output logic [7:0]         element,
    output logic               saturated
);
    logic signed [15:0] centred;

    assign centred = {{8{~code[7]}}, ~code[7], code[6:0]};
    assign value   = padding ? 16'sd0 : centred + decode_offset;

    logic signed [32:0] level;
    logic               fits;

    assign level = {result[31], result} - {encode_offset[31], encode_offset};
    assign fits  = level[32:7] == {26{level[32]}};

    always_ff @(posedge clock) begin
        out_valid <= in_valid && !reset;
        if (in_valid) begin
            element   <= fits ? {~level[7], level[6:0]} : {8{~level[32]}};
            saturated <= !fits;
        end
    end
endmodule
