// Normalization unit, one lane, by segments: LATENCY >= 4 register stages, one value a cycle.
//
//     register 1        x = |v| M; the leading one of n, segment, offset u, places
//     register 2        y = base + slope u, where slope u is shifted right by T
//     register 3        p = x y
//     LATENCY - 4       spare registers
//     last register     q = RHU(p 2^-s), sign, saturate, clip
//
// docs/arithmetic.md, "Table normalization", defines all of these. The table stands outside:
// segment_index leaves in the cycle behind the first register, and segment comes in the same cycle.
// The segments of a layer's one form lie from 0 on. The form stands above them, for memories that
// hold the tables of several.
//
// Widths: x < 2^39 and y < 2^18, so p < 2^57.
// s is -31...118. Moving {p, 32'b0} to the right by places = s + 31 leaves 2 p / 2^s.
// q is half of that, rounded up. R has at most 32 bits, so every q of 2^32 or more saturates alike.
module intaglio_table_normalization_lane #(
    parameter int LATENCY = 8
) (
    input  logic               clock,
    input  logic               reset,
    input  logic               in_valid,
    input  logic        [39:0] norm,           // n, at least 1
    input  logic signed [15:0] value,          // v
    input  logic        [23:0] mantissa,       // M
    input  logic        [5:0]  shift,          // S, 0...62
    input  logic        [1:0]  form,           // 0 gdn, 1 igdn, 2 gdn1, 3 igdn1
    input  logic        [3:0]  index_bits,     // I, 1...8; 0 for igdn1
    input  logic        [4:0]  offset_bits,    // O, 1...16; 0 for igdn1
    input  logic        [4:0]  base_bits,      // B, 9...18
    input  logic        [4:0]  slope_shift,    // T
    input  logic               result_is_32,   // R = 32, otherwise 24
    input  logic signed [31:0] clip_low,
    input  logic signed [31:0] clip_high,
    output logic        [9:0]  segment_index,  // {form, segment}
    input  logic        [63:0] segment,        // {slope, base}, 32 bits each
    output logic               out_valid,
    output logic signed [31:0] result,
    output logic               saturated       // the result did not fit R bits
);
    localparam logic [1:0] IGDN1 = 2'd3;

    // Product, places, sign, R, clip limits.
    localparam int SPARES       = LATENCY - 4;
    localparam int CARRIED_BITS = 57 + 8 + 1 + 1 + 32 + 32;

    // Stage 1: |v| M, and where n stands.
    function automatic [38:0] magnitude_times(input signed [15:0] number, input [23:0] factor);
        logic [15:0] magnitude;
        begin
            magnitude = number[15] ? $unsigned(-number) : $unsigned(number);
            magnitude_times = {23'd0, magnitude} * {15'd0, factor};
        end
    endfunction

    function automatic [5:0] leading_place(input [39:0] number);
        integer place;
        begin
            leading_place = 6'd0;
            for (place = 0; place < 40; place = place + 1)
                if (number[place]) leading_place = place[5:0];
        end
    endfunction

    logic        is_root;
    logic [5:0]  exponent;
    logic [5:0]  moved;
    logic [39:0] normalized;
    logic [23:0] fraction;
    logic [3:0]  octave_bits;
    logic [23:0] leading;
    logic [23:0] in_octave;
    logic [7:0]  index;
    logic [15:0] offset;
    logic [17:0] first_bits;
    logic [7:0]  places;

    assign is_root     = !form[1];
    assign exponent    = leading_place(norm);
    assign moved       = is_root ? {1'b0, exponent[5:1]} : exponent;
    assign normalized  = norm << (6'd39 - exponent);
    assign fraction    = normalized[38:15];
    assign octave_bits = index_bits - {3'd0, is_root};
    assign leading     = fraction >> (5'd24 - {1'b0, octave_bits} - offset_bits);
    assign in_octave   = leading >> offset_bits;
    assign index       = in_octave[7:0] | ({7'd0, is_root && exponent[0]} << octave_bits);
    assign offset      = leading[15:0] & ~(16'hFFFF << offset_bits);
    assign first_bits  = {1'b1, fraction[23:7]} >> (5'd18 - base_bits);
    // s + 31 = S + (B - 1) + 31, and the exponent added where the form divides.
    assign places      = {2'd0, shift} + {3'd0, base_bits} + 8'd30 +
                         (form[0] ? -{2'd0, moved} : {2'd0, moved});

    logic        valid_1;
    logic [38:0] x_1;
    logic [7:0]  index_1;
    logic [15:0] offset_1;
    logic [17:0] first_bits_1;
    logic [4:0]  slope_shift_1;
    logic [7:0]  places_1;
    logic [1:0]  form_1;
    logic        negative_1;
    logic        wide_1;
    logic [31:0] low_1;
    logic [31:0] high_1;

    always_ff @(posedge clock) begin
        valid_1 <= in_valid && !reset;
        if (in_valid) begin
            x_1           <= magnitude_times(value, mantissa);
            index_1       <= index;
            offset_1      <= offset;
            first_bits_1  <= first_bits;
            slope_shift_1 <= slope_shift;
            places_1      <= places;
            form_1        <= form;
            negative_1    <= value[15];
            wide_1        <= result_is_32;
            low_1         <= clip_low;
            high_1        <= clip_high;
        end
    end

    // Stage 2: the line.
    logic signed [17:0] slope;
    logic signed [34:0] rise;
    logic signed [34:0] cut_rise;
    logic        [17:0] line;

    assign segment_index = {form_1, index_1};
    assign slope         = $signed(segment[49:32]);
    assign rise          = slope * $signed({1'b0, offset_1});
    assign cut_rise      = rise >>> slope_shift_1;
    assign line          = segment[17:0] + cut_rise[17:0];

    logic        valid_2;
    logic [38:0] x_2;
    logic [17:0] y_2;
    logic [7:0]  places_2;
    logic        negative_2;
    logic        wide_2;
    logic [31:0] low_2;
    logic [31:0] high_2;

    always_ff @(posedge clock) begin
        valid_2 <= valid_1 && !reset;
        if (valid_1) begin
            x_2        <= x_1;
            y_2        <= (form_1 == IGDN1) ? first_bits_1 : line;
            places_2   <= places_1;
            negative_2 <= negative_1;
            wide_2     <= wide_1;
            low_2      <= low_1;
            high_2     <= high_1;
        end
    end

    // Stage 3: the product. The registers behind it are spare, for retiming.
    // Part s of each vector is what enters spare register s.
    wire [SPARES:0]                    valid;
    wire [(SPARES+1)*CARRIED_BITS-1:0] carried;
    logic                              valid_3;
    logic [CARRIED_BITS-1:0]           carried_3;

    always_ff @(posedge clock) begin
        valid_3 <= valid_2 && !reset;
        if (valid_2)
            carried_3 <= {{18'd0, x_2} * {39'd0, y_2}, places_2, negative_2, wide_2, low_2, high_2};
    end

    assign valid[0]                  = valid_3;
    assign carried[CARRIED_BITS-1:0] = carried_3;

    for (genvar spare = 0; spare < SPARES; spare++) begin : g_spare
        logic                    held_valid;
        logic [CARRIED_BITS-1:0] held;
        always_ff @(posedge clock) begin
            held_valid <= valid[spare] && !reset;
            if (valid[spare]) held <= carried[CARRIED_BITS*spare +: CARRIED_BITS];
        end
        assign valid[spare+1]                                  = held_valid;
        assign carried[CARRIED_BITS*(spare+1) +: CARRIED_BITS] = held;
    end

    // Last stage.
    logic        [56:0] product;
    logic        [7:0]  places_n;
    logic               negative_n;
    logic               wide_n;
    logic signed [31:0] low_n;
    logic signed [31:0] high_n;
    logic        [88:0] twice;
    logic signed [33:0] magnitude;
    logic signed [33:0] signed_magnitude;
    logic               fits;
    logic signed [31:0] narrowed;
    logic signed [31:0] raised;

    assign {product, places_n, negative_n, wide_n, low_n, high_n} =
        carried[CARRIED_BITS*SPARES +: CARRIED_BITS];
    assign twice            = {product, 32'd0} >> places_n;
    // (t + 1) >> 1 = (t >> 1) + (t & 1)
    assign magnitude        = (twice[88:33] != 56'd0) ?
                                  34'sh1_0000_0000 :
                                  $signed({2'b00, twice[32:1]} + {33'd0, twice[0]});
    assign signed_magnitude = negative_n ? -magnitude : magnitude;
    assign fits             = wide_n ? signed_magnitude[33:31] == {3{signed_magnitude[33]}} :
                                       signed_magnitude[33:23] == {11{signed_magnitude[33]}};
    assign narrowed         = fits   ? signed_magnitude[31:0] :
                              wide_n ? {signed_magnitude[33], {31{~signed_magnitude[33]}}} :
                                       {{9{signed_magnitude[33]}}, {23{~signed_magnitude[33]}}};
    assign raised           = (narrowed < low_n) ? low_n : narrowed;

    always_ff @(posedge clock) begin
        out_valid <= valid[SPARES] && !reset;
        if (valid[SPARES]) begin
            result    <= (raised > high_n) ? high_n : raised;
            saturated <= !fits;
        end
    end

    wire unused = &{1'b0, normalized[39], normalized[14:0], in_octave[23:8],
                    segment[63:50], segment[31:18], cut_rise[34:18]};
endmodule
