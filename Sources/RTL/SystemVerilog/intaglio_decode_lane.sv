// Decoding side of the codebook-mux, one lane:
//
//     code -> table entry of the channel's codebook -> + offset -> operand of the multipliers
//
// Combinational. The entry memory stands outside and answers in the same cycle: entry is what it
// holds at entry_index = {select, code}.
//
// value is v, the entry plus the offset. operand depends on the mode, with V = activation_bits:
//
//     mode 0   v
//     mode 1   min(2^(V-1) - 1, (v^2 + 2^(shift-1)) >> shift), without 2^(shift-1) where shift is 0
//     mode 2   |v|
//
// padding makes both 0 in every mode.
module intaglio_decode_lane (
    input  logic [7:0]         code,
    input  logic [7:0]         select,
    input  logic signed [15:0] offset,
    input  logic [1:0]         mode,
    input  logic [4:0]         shift,
    input  logic [4:0]         activation_bits,
    input  logic               padding,
    output logic [15:0]        entry_index,
    input  logic signed [15:0] entry,
    output logic signed [15:0] value,
    output logic signed [15:0] operand
);
    logic signed [15:0] magnitude;
    logic        [31:0] square;
    logic        [31:0] rounded;
    logic        [31:0] half;
    logic        [31:0] limit;
    logic        [15:0] square_operand;

    assign entry_index = {select, code};
    assign value       = padding ? 16'sd0 : entry + offset;
    assign magnitude   = value[15] ? -value : value;
    assign square      = $unsigned(magnitude) * $unsigned(magnitude);
    assign half        = (shift == 0) ? 32'd0 : (32'd1 << (shift - 5'd1));
    assign rounded     = (square + half) >> shift;
    assign limit       = (32'd1 << (activation_bits - 5'd1)) - 32'd1;

    assign square_operand = (rounded > limit) ? limit[15:0] : rounded[15:0];
    assign operand        = (mode == 2'd1) ? square_operand : (mode == 2'd2) ? magnitude : value;
endmodule
