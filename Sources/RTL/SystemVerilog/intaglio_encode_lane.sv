// Encoding side of the codebook-mux, one lane:
//
//     result - offset -> code = number of thresholds that it reaches -> code map
//
// Nine register stages, one result per cycle:
//
//     in | subtract, bit 7 | bit 6 | ... | bit 0 | code map or 16-bit saturation | out
//
// Stage s finds bit 7 - s of the code: a binary search, since thresholds do not decrease.
//
// The threshold memory stands outside and answers in the same cycle: to
// threshold_index[16 s +: 16] = {select, i}, i in 1...255, it answers threshold[32 s +: 32] = t[i].
// Its answer for i > threshold_count does not matter.
module intaglio_encode_lane (
    input  logic               clock,
    input  logic               reset,
    input  logic               in_valid,
    input  logic signed [31:0] result,
    input  logic        [7:0]  select,
    input  logic signed [31:0] offset,
    input  logic        [7:0]  threshold_count,   // entries - 1
    input  logic signed [31:0] lowest,            // first and last entry
    input  logic signed [31:0] highest,
    input  logic               is_integer16,
    input  logic               has_code_map,
    output logic [8*16-1:0]    threshold_index,
    input  logic [8*32-1:0]    threshold,
    output logic [7:0]         map_index,
    input  logic [7:0]         map_code,
    output logic               out_valid,
    output logic [15:0]        element,
    output logic               saturated          // outside of the entries, or of 16 bits
);
    // result - offset of two 32-bit numbers needs 33 bits.
    logic signed [32:0] level_in;
    logic signed [32:0] low_in;
    logic signed [32:0] high_in;
    logic               outside_in;

    assign level_in   = {result[31], result} - (is_integer16 ? 33'sd0 : {offset[31], offset});
    assign low_in     = is_integer16 ? -33'sd32768 : {lowest[31], lowest};
    assign high_in    = is_integer16 ? 33'sd32767 : {highest[31], highest};
    assign outside_in = (level_in < low_in) || (level_in > high_in);

    // Part s of each vector is what enters stage s; part 8 enters the last stage.
    wire [8:0]      valid;
    wire [8:0]      outside;
    // Of these, the last stage uses only the low 16 bits and the sign of the level.
    /* verilator lint_off UNUSEDSIGNAL */
    wire [9*33-1:0] level;
    wire [9*8-1:0]  codebook;
    wire [9*8-1:0]  count;
    /* verilator lint_on UNUSEDSIGNAL */
    wire [8:0]      integer16;
    wire [8:0]      mapped;
    wire [9*8-1:0]  code;

    assign valid[0]      = in_valid;
    assign level[32:0]   = level_in;
    assign outside[0]    = outside_in;
    assign codebook[7:0] = select;
    assign count[7:0]    = threshold_count;
    assign integer16[0]  = is_integer16;
    assign mapped[0]     = has_code_map;
    assign code[7:0]     = 8'd0;

    for (genvar stage = 0; stage < 8; stage++) begin : search
        intaglio_encode_step #(.BIT(7 - stage)) step (
            .clock(clock),
            .reset(reset),
            .in_valid(valid[stage]),
            .in_level(level[33*stage +: 33]),
            .in_outside(outside[stage]),
            .in_select(codebook[8*stage +: 8]),
            .in_count(count[8*stage +: 8]),
            .in_integer16(integer16[stage]),
            .in_mapped(mapped[stage]),
            .in_code(code[8*stage +: 8]),
            .threshold_index(threshold_index[16*stage +: 16]),
            .threshold(threshold[32*stage +: 32]),
            .out_valid(valid[stage+1]),
            .out_level(level[33*(stage+1) +: 33]),
            .out_outside(outside[stage+1]),
            .out_select(codebook[8*(stage+1) +: 8]),
            .out_count(count[8*(stage+1) +: 8]),
            .out_integer16(integer16[stage+1]),
            .out_mapped(mapped[stage+1]),
            .out_code(code[8*(stage+1) +: 8])
        );
    end

    logic        is_negative;
    logic [7:0]  last_code;
    logic [15:0] narrowed;

    assign is_negative = level[9*33-1];
    assign last_code   = code[8*8 +: 8];
    assign narrowed    = outside[8] ? {is_negative, {15{~is_negative}}} : level[8*33 +: 16];
    assign map_index   = last_code;

    always_ff @(posedge clock) begin
        out_valid <= valid[8] && !reset;
        if (valid[8]) begin
            element   <= integer16[8] ? narrowed : {8'd0, mapped[8] ? map_code : last_code};
            saturated <= outside[8];
        end
    end
endmodule
