// Normalization unit, one lane, exact: LATENCY >= 4 register stages, one value a cycle.
//
//     register 1        X = 2 |v| M, of which the register holds X / 2
//     register 2        T = X^2, X^2 n, X or X n, shifted right
//     LATENCY - 3       digits of division and square root
//     last register     q = (r + 1) >> 1, sign, saturate, clip
//
// Each form (docs/arithmetic.md) asks for the largest q with f(2q - 1) <= y, where f is the square
// or the number itself. Since 2q - 1 is an integer, y may be rounded down at every step:
//
//     form     y                        r                q
//     gdn      X^2 / (2^(2S) n)         floor(sqrt y)    floor((r + 1) / 2)
//     igdn     X^2 n / 2^(2S)           floor(sqrt y)
//     gdn1     X / (2^S n)              y
//     igdn1    X n / 2^S                y
//
// Widths: |v| <= 2^15 and M < 2^24, so X < 2^40, X^2 < 2^80, X^2 n < 2^120.
// R has at most 32 bits, so every r of 2^33 or more saturates alike: 66 bits of y are enough for a
// root, 33 without one. Where y has more bits, q is taken as 2^32 (`over`, `too_large`).
module intaglio_normalization_lane #(
    parameter int LATENCY = 24
) (
    input  logic               clock,
    input  logic               reset,
    input  logic               in_valid,
    input  logic        [39:0] norm,           // n, at least 1
    input  logic signed [15:0] value,          // v
    input  logic        [23:0] mantissa,       // M
    input  logic        [5:0]  shift,          // S, 0...62
    input  logic        [1:0]  form,           // 0 gdn, 1 igdn, 2 gdn1, 3 igdn1
    input  logic               result_is_32,   // R = 32, otherwise 24
    input  logic signed [31:0] clip_low,
    input  logic signed [31:0] clip_high,
    output logic               out_valid,
    output logic signed [31:0] result,
    output logic               saturated       // the result did not fit R bits
);
    localparam logic [1:0] GDN = 2'd0;
    localparam logic [1:0] IGDN = 2'd1;
    localparam logic [1:0] GDN1 = 2'd2;

    localparam int DIGITS = 66 + 33;
    localparam int DIGIT_STAGES = LATENCY - 3;
    // Sign, R, clip limits, over.
    localparam int CARRIED_BITS = 1 + 1 + 32 + 32 + 1;

    // Stage 1: X / 2.
    function automatic [38:0] magnitude_times(input signed [15:0] number, input [23:0] factor);
        logic [15:0] magnitude;
        begin
            magnitude = number[15] ? $unsigned(-number) : $unsigned(number);
            magnitude_times = {23'd0, magnitude} * {15'd0, factor};
        end
    endfunction

    logic        valid_1;
    logic [38:0] half_1;
    logic [39:0] norm_1;
    logic [5:0]  shift_1;
    logic [1:0]  form_1;
    logic        negative_1;
    logic        wide_1;
    logic [31:0] low_1;
    logic [31:0] high_1;

    always_ff @(posedge clock) begin
        valid_1 <= in_valid && !reset;
        if (in_valid) begin
            half_1     <= magnitude_times(value, mantissa);
            norm_1     <= norm;
            shift_1    <= shift;
            form_1     <= form;
            negative_1 <= value[15];
            wide_1     <= result_is_32;
            low_1      <= clip_low;
            high_1     <= clip_high;
        end
    end

    // Stage 2: T.
    function automatic [119:0] shifted_numerator(
        input [38:0] half,
        input [39:0] factor,
        input [5:0]  places,
        input [1:0]  kind
    );
        logic [39:0]  once;
        logic [79:0]  twice;
        logic [119:0] all;
        begin
            once = {half, 1'b0};
            case (kind)
                GDN, IGDN: twice = {40'd0, once} * {40'd0, once};
                GDN1: twice = {40'd0, once};
                default: twice = {40'd0, once} * {40'd0, factor};
            endcase
            all = {40'd0, twice};
            if (kind == IGDN) all = {40'd0, twice} * {80'd0, factor};
            shifted_numerator =
                all >> ((kind == GDN || kind == IGDN) ? {places, 1'b0} : {1'b0, places});
        end
    endfunction

    logic         valid_2;
    logic [119:0] numerator_2;
    logic [39:0]  norm_2;
    logic [1:0]   form_2;
    logic         negative_2;
    logic         wide_2;
    logic [31:0]  low_2;
    logic [31:0]  high_2;

    always_ff @(posedge clock) begin
        valid_2 <= valid_1 && !reset;
        if (valid_1) begin
            numerator_2 <= shifted_numerator(half_1, norm_1, shift_1, form_1);
            norm_2      <= norm_1;
            form_2      <= form_1;
            negative_2  <= negative_1;
            wide_2      <= wide_1;
            low_2       <= low_1;
            high_2      <= high_1;
        end
    end

    // Digits. The quotient of T by n has at most 66 bits where what stands above bit 65 is below n.
    // Part s of each vector is what enters digit stage s.
    wire [DIGIT_STAGES:0]                    valid;
    wire [(DIGIT_STAGES+1)*CARRIED_BITS-1:0] carried;
    wire [DIGIT_STAGES:0]                    roots;
    wire [(DIGIT_STAGES+1)*66-1:0]           work;
    wire [(DIGIT_STAGES+1)*33-1:0]           root;
    // The last stage asks for neither of these.
    /* verilator lint_off UNUSEDSIGNAL */
    wire [DIGIT_STAGES:0]                    divides;
    wire [(DIGIT_STAGES+1)*40-1:0]           divisor;
    wire [(DIGIT_STAGES+1)*40-1:0]           remainder;
    /* verilator lint_on UNUSEDSIGNAL */
    logic                                    over;

    assign divides[0]                = (form_2 == GDN) || (form_2 == GDN1);
    assign roots[0]                  = (form_2 == GDN) || (form_2 == IGDN);
    assign over                      = numerator_2[119:66] >= (divides[0] ? {14'd0, norm_2} :
                                                                            54'd1);
    assign valid[0]                  = valid_2;
    assign carried[CARRIED_BITS-1:0] = {over, negative_2, wide_2, low_2, high_2};
    assign divisor[39:0]             = norm_2;
    assign work[65:0]                = numerator_2[65:0];
    assign remainder[39:0]           = divides[0] ? numerator_2[105:66] : 40'd0;
    assign root[32:0]                = 33'd0;

    for (genvar stage = 0; stage < DIGIT_STAGES; stage++) begin : digits
        intaglio_normalization_digits #(
            .FIRST(DIGITS * stage / DIGIT_STAGES),
            .COUNT(DIGITS * (stage + 1) / DIGIT_STAGES - DIGITS * stage / DIGIT_STAGES),
            .CARRIED_BITS(CARRIED_BITS)
        ) stage_of_digits (
            .clock(clock),
            .reset(reset),
            .in_valid(valid[stage]),
            .in_carried(carried[CARRIED_BITS*stage +: CARRIED_BITS]),
            .in_divides(divides[stage]),
            .in_roots(roots[stage]),
            .in_norm(divisor[40*stage +: 40]),
            .in_work(work[66*stage +: 66]),
            .in_remainder(remainder[40*stage +: 40]),
            .in_root(root[33*stage +: 33]),
            .out_valid(valid[stage+1]),
            .out_carried(carried[CARRIED_BITS*(stage+1) +: CARRIED_BITS]),
            .out_divides(divides[stage+1]),
            .out_roots(roots[stage+1]),
            .out_norm(divisor[40*(stage+1) +: 40]),
            .out_work(work[66*(stage+1) +: 66]),
            .out_remainder(remainder[40*(stage+1) +: 40]),
            .out_root(root[33*(stage+1) +: 33])
        );
    end

    // Last stage.
    logic               valid_n;
    logic               over_n;
    logic               negative_n;
    logic               wide_n;
    logic signed [31:0] low_n;
    logic signed [31:0] high_n;
    logic               too_large;
    logic        [32:0] digits_found;
    logic signed [33:0] magnitude;
    logic signed [33:0] signed_magnitude;
    logic               fits;
    logic signed [31:0] narrowed;
    logic signed [31:0] raised;

    assign valid_n = valid[DIGIT_STAGES];
    assign {over_n, negative_n, wide_n, low_n, high_n} =
        carried[CARRIED_BITS*DIGIT_STAGES +: CARRIED_BITS];
    assign too_large        = over_n || (!roots[DIGIT_STAGES] &&
                                         work[66*DIGIT_STAGES+33 +: 33] != 33'd0);
    assign digits_found     = roots[DIGIT_STAGES] ? root[33*DIGIT_STAGES +: 33] :
                                                    work[66*DIGIT_STAGES +: 33];
    // (r + 1) >> 1 = (r >> 1) + (r & 1)
    assign magnitude        = too_large ?
                                  34'sh1_0000_0000 :
                                  $signed({2'b00, digits_found[32:1]} + {33'd0, digits_found[0]});
    assign signed_magnitude = negative_n ? -magnitude : magnitude;
    assign fits             = wide_n ? signed_magnitude[33:31] == {3{signed_magnitude[33]}} :
                                       signed_magnitude[33:23] == {11{signed_magnitude[33]}};
    assign narrowed         = fits   ? signed_magnitude[31:0] :
                              wide_n ? {signed_magnitude[33], {31{~signed_magnitude[33]}}} :
                                       {{9{signed_magnitude[33]}}, {23{~signed_magnitude[33]}}};
    assign raised           = (narrowed < low_n) ? low_n : narrowed;

    always_ff @(posedge clock) begin
        out_valid <= valid_n && !reset;
        if (valid_n) begin
            result    <= (raised > high_n) ? high_n : raised;
            saturated <= !fits;
        end
    end
endmodule
