// First stage of a two-stage addition, one operand of one lane:
//
//     value 2^left_shift x mantissa 2^exponent / 2^31, rounded as gemmlowp does
//
// Two register stages, one value per cycle:
//
//     in | product | rounded to 2^31, half up, and to 2^-exponent, half away from zero | out
module intaglio_scale_lane (
    input  logic               clock,
    input  logic signed [15:0] value,
    input  logic        [4:0]  left_shift,   // value 2^left_shift fits 32 bits
    input  logic        [30:0] mantissa,
    input  logic signed [7:0]  exponent,     // -62...0
    output logic signed [32:0] scaled
);
    logic signed [31:0] shifted;
    logic signed [63:0] product;
    assign shifted = 32'(value) <<< left_shift;

    // To the high word: |product| is below 2^62.
    logic signed [63:0] high;
    assign high = (product + 64'sd1073741824) >>> 31;

    // Half away from zero: of negative values one less than the half is added, so that a tie goes
    // down. From 33 places on nothing is left of 32 bits.
    logic        [7:0]  places;
    logic signed [63:0] half;
    logic signed [32:0] nudged;
    assign places = 8'd0 - $unsigned(exponent);
    assign half   = (places == 8'd0) ? 64'sd0 : (64'sd1 <<< (places - 8'd1)) - 64'(high < 64'sd0);
    assign nudged = 33'((high + half) >>> places);

    always_ff @(posedge clock) begin
        product <= 64'(shifted) * $signed({33'd0, mantissa});
        scaled  <= (places > 8'd33) ? 33'sd0 : nudged;
    end
endmodule
