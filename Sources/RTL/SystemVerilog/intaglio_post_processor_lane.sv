// Post-processor, one lane:
//
//     sum -> + bias -> x multiplier, rounded by the named rule -> saturate to R bits -> clip
//
// Four register stages, one sum per cycle:
//
//     in | bias, choice of the multiplier | product | rounding and shift | saturate, clip | out
//
// An addition replaces sum + bias by addend_a addition_mantissa_a + addend_b addition_mantissa_b.
// It is not multiplied, only rounded. bypass hands the sum itself to the saturation.
//
// docs/arithmetic.md defines the rules. Every one of them is floor((product + c) / 2^shift) for a
// constant c. It depends on the rule, the shift, the sign of the product and, for ties to even, on
// the bit that becomes the lowest.
module intaglio_post_processor_lane #(
    parameter int ACCUMULATOR_BITS = 40
) (
    input  logic                               clock,
    input  logic                               reset,
    input  logic                               in_valid,
    input  logic signed [ACCUMULATOR_BITS-1:0] sum,
    // sum + bias is proved to fit ACCUMULATOR_BITS, so the higher bits of the bias decide nothing.
    /* verilator lint_off UNUSEDSIGNAL */
    input  logic signed [63:0]                 bias,
    /* verilator lint_on UNUSEDSIGNAL */
    input  logic        [30:0]                 mantissa,
    input  logic signed [7:0]                  exponent,            // -62...30, left-positive
    input  logic        [30:0]                 mantissa_negative,   // of negative sums
    input  logic signed [7:0]                  exponent_negative,
    input  logic        [3:0]                  rounding,
    input  logic                               is_addition,
    input  logic signed [15:0]                 addend_a,
    input  logic signed [15:0]                 addend_b,
    input  logic signed [31:0]                 addition_mantissa_a,
    input  logic signed [31:0]                 addition_mantissa_b,
    input  logic signed [7:0]                  addition_exponent,   // -31...30
    input  logic                               bypass,
    input  logic                               result_is_32,        // R = 32, otherwise 24
    input  logic signed [31:0]                 clip_low,
    input  logic signed [31:0]                 clip_high,
    output logic                               out_valid,
    output logic signed [31:0]                 result,
    output logic                               saturated            // rounded value exceeds R bits
);
    localparam logic [3:0] GEMMLOWP_DOUBLE = 4'd1;
    localparam logic [3:0] HALF_UP_DOUBLE = 4'd2;
    localparam logic [3:0] TOSA_DOUBLE = 4'd3;
    localparam logic [3:0] HALF_EVEN = 4'd4;
    localparam logic [3:0] HALF_AWAY = 4'd5;
    localparam logic [3:0] FLOOR = 4'd6;
    localparam logic [3:0] CEILING = 4'd7;
    localparam logic [3:0] TOWARD_ZERO = 4'd8;
    localparam logic [3:0] ONNX_FLOAT32 = 4'd9;

    // An addition needs 48 bits: two products of magnitude below 2^15 2^31.
    localparam int TOTAL_BITS = (ACCUMULATOR_BITS > 48) ? ACCUMULATOR_BITS : 48;
    // |total| <= 2^(TOTAL_BITS-1) and the factor is at most 2^31 (24 bits rounded up), so that
    // |product| is at most 2^(TOTAL_BITS+30).
    localparam int PRODUCT_BITS = TOTAL_BITS + 32;
    // c is below 2^93 + 2^30 and |product| at most 2^92 for any TOTAL_BITS up to 62.
    localparam int WIDE_BITS = 96;

    // RN24: to 24 significant bits, ties to even.
    function automatic signed [PRODUCT_BITS-1:0] rounded_to_24_bits(
        input signed [PRODUCT_BITS-1:0] value
    );
        logic [PRODUCT_BITS-1:0] magnitude;
        logic [PRODUCT_BITS-1:0] kept;
        logic [PRODUCT_BITS-1:0] half;
        logic [6:0]              dropped;
        integer                  index;
        begin
            magnitude = value[PRODUCT_BITS-1] ? $unsigned(-value) : $unsigned(value);
            dropped = 7'd0;
            for (index = 24; index < PRODUCT_BITS; index = index + 1) begin
                if (magnitude[index]) dropped = index[6:0] - 7'd23;
            end
            kept = magnitude >> dropped;
            half = ({{(PRODUCT_BITS-1){1'b0}}, 1'b1} << dropped) >> 1;
            if (dropped != 7'd0) begin
                kept = (magnitude + half - {{(PRODUCT_BITS-1){1'b0}}, ~kept[0]}) >> dropped;
                magnitude = kept << dropped;
            end
            rounded_to_24_bits = value[PRODUCT_BITS-1] ? -$signed(magnitude) : $signed(magnitude);
        end
    endfunction

    // The constant c of each rule.
    //
    // A double rule, floor((floor((P + 2^30) / 2^31) + 2^(e-1)) / 2^e), is one floor of
    // P + 2^30 + 2^(30+e) over 2^(31+e). gemmlowpDouble equals tosaDouble wherever it is defined
    // (docs/arithmetic.md).
    function automatic [WIDE_BITS-1:0] rounding_constant(
        input [3:0] rule,
        input [6:0] shift,
        input       is_negative,
        input       is_odd
    );
        logic [WIDE_BITS-1:0] half;
        logic [WIDE_BITS-1:0] below;
        logic [WIDE_BITS-1:0] twice;
        begin
            half = ({{(WIDE_BITS-1){1'b0}}, 1'b1} << shift) >> 1;
            below = ({{(WIDE_BITS-1){1'b0}}, 1'b1} << shift) - {{(WIDE_BITS-1){1'b0}}, 1'b1};
            twice = (shift > 7'd31) ? ({{(WIDE_BITS-1){1'b0}}, 1'b1} << 30) : {WIDE_BITS{1'b0}};
            case (rule)
                GEMMLOWP_DOUBLE, TOSA_DOUBLE:
                    rounding_constant = is_negative ? half - twice : half + twice;
                HALF_UP_DOUBLE: rounding_constant = half + twice;
                HALF_EVEN, ONNX_FLOAT32:
                    rounding_constant = is_odd ? half : half - {{(WIDE_BITS-1){1'b0}}, 1'b1};
                HALF_AWAY:
                    rounding_constant = is_negative ? half - {{(WIDE_BITS-1){1'b0}}, 1'b1} : half;
                FLOOR: rounding_constant = {WIDE_BITS{1'b0}};
                CEILING: rounding_constant = below;
                TOWARD_ZERO: rounding_constant = is_negative ? below : {WIDE_BITS{1'b0}};
                default: rounding_constant = half;
            endcase
        end
    endfunction

    function automatic signed [PRODUCT_BITS-1:0] rounded_shift(
        input signed [PRODUCT_BITS-1:0] product,
        input        [3:0]              rule,
        input        [6:0]              shift
    );
        logic signed [PRODUCT_BITS-1:0] exact;
        logic signed [WIDE_BITS-1:0]    wide;
        // A shift of 1 or more leaves PRODUCT_BITS; without a shift nothing was added.
        /* verilator lint_off UNUSEDSIGNAL */
        logic signed [WIDE_BITS-1:0]    floored;
        /* verilator lint_on UNUSEDSIGNAL */
        begin
            exact = product;
            if (rule == ONNX_FLOAT32) exact = rounded_to_24_bits(product);
            wide = {{(WIDE_BITS-PRODUCT_BITS){exact[PRODUCT_BITS-1]}}, exact};
            floored = wide >>> shift;
            wide = wide + $signed(rounding_constant(rule, shift, exact[PRODUCT_BITS-1],
                                                    floored[0]));
            floored = wide >>> shift;
            rounded_shift = floored[PRODUCT_BITS-1:0];
        end
    endfunction

    // Stage 1: the number to be scaled, by which factor, and how far right.
    function automatic signed [TOTAL_BITS-1:0] sum_of_products(
        input signed [15:0] a,
        input signed [31:0] factor_a,
        input signed [15:0] b,
        input signed [31:0] factor_b
    );
        logic signed [47:0] total_of_two;
        begin
            total_of_two = a * factor_a + b * factor_b;
            sum_of_products = {{(TOTAL_BITS-47){total_of_two[47]}}, total_of_two[46:0]};
        end
    endfunction

    function automatic [31:0] factor_of(input [30:0] number, input [3:0] rule);
        logic signed [PRODUCT_BITS-1:0] narrow;
        begin
            narrow = {{(PRODUCT_BITS-31){1'b0}}, number};
            if (rule == ONNX_FLOAT32) narrow = rounded_to_24_bits(narrow);
            factor_of = narrow[31:0];
        end
    endfunction

    // 31 - s is 1...93, so that seven bits of s decide it.
    /* verilator lint_off UNUSEDSIGNAL */
    function automatic [6:0] right_shift(input signed [7:0] left_positive);
        right_shift = 7'd31 - left_positive[6:0];
    endfunction
    /* verilator lint_on UNUSEDSIGNAL */

    logic signed [TOTAL_BITS-1:0] extended_sum;
    logic signed [TOTAL_BITS-1:0] biased_sum;

    assign extended_sum = {{(TOTAL_BITS-ACCUMULATOR_BITS+1){sum[ACCUMULATOR_BITS-1]}},
                           sum[ACCUMULATOR_BITS-2:0]};
    assign biased_sum   = extended_sum + $signed(bias[TOTAL_BITS-1:0]);

    logic                         valid_1;
    logic signed [TOTAL_BITS-1:0] total_1;
    logic        [31:0]           factor_1;
    logic        [6:0]            shift_1;
    logic        [3:0]            rule_1;
    logic                         wide_1;
    logic signed [31:0]           low_1;
    logic signed [31:0]           high_1;

    always_ff @(posedge clock) begin
        valid_1 <= in_valid && !reset;
        if (in_valid) begin
            wide_1 <= result_is_32;
            low_1  <= clip_low;
            high_1 <= clip_high;
            if (bypass) begin
                total_1  <= extended_sum;
                factor_1 <= 32'd1;
                shift_1  <= 7'd0;
                rule_1   <= FLOOR;
            end else if (is_addition) begin
                total_1  <= sum_of_products(addend_a, addition_mantissa_a,
                                            addend_b, addition_mantissa_b);
                factor_1 <= 32'd1;
                shift_1  <= right_shift(addition_exponent);
                rule_1   <= rounding;
            end else begin
                total_1  <= biased_sum;
                factor_1 <= factor_of(biased_sum[TOTAL_BITS-1] ? mantissa_negative : mantissa,
                                      rounding);
                shift_1  <= right_shift(biased_sum[TOTAL_BITS-1] ? exponent_negative : exponent);
                rule_1   <= rounding;
            end
        end
    end

    // Stage 2: the product.
    function automatic signed [PRODUCT_BITS-1:0] product_of(
        input signed [TOTAL_BITS-1:0] total,
        input        [31:0]           factor,
        input        [3:0]            rule
    );
        logic signed [PRODUCT_BITS-1:0] left;
        begin
            left = {{(PRODUCT_BITS-TOTAL_BITS){total[TOTAL_BITS-1]}}, total};
            if (rule == ONNX_FLOAT32) left = rounded_to_24_bits(left);
            product_of = left * $signed({{(PRODUCT_BITS-32){1'b0}}, factor});
        end
    endfunction

    logic                           valid_2;
    logic signed [PRODUCT_BITS-1:0] product_2;
    logic        [6:0]              shift_2;
    logic        [3:0]              rule_2;
    logic                           wide_2;
    logic signed [31:0]             low_2;
    logic signed [31:0]             high_2;

    always_ff @(posedge clock) begin
        valid_2 <= valid_1 && !reset;
        if (valid_1) begin
            product_2 <= product_of(total_1, factor_1, rule_1);
            shift_2   <= shift_1;
            rule_2    <= rule_1;
            wide_2    <= wide_1;
            low_2     <= low_1;
            high_2    <= high_1;
        end
    end

    // Stage 3: the rounded quotient.
    logic                           valid_3;
    logic signed [PRODUCT_BITS-1:0] rounded_3;
    logic                           wide_3;
    logic signed [31:0]             low_3;
    logic signed [31:0]             high_3;

    always_ff @(posedge clock) begin
        valid_3 <= valid_2 && !reset;
        if (valid_2) begin
            rounded_3 <= rounded_shift(product_2, rule_2, shift_2);
            wide_3    <= wide_2;
            low_3     <= low_2;
            high_3    <= high_2;
        end
    end

    // Stage 4: R bits, then the clip.
    logic               fits;
    logic signed [31:0] narrowed;
    logic signed [31:0] raised;

    assign fits     = wide_3 ?
        rounded_3[PRODUCT_BITS-1:31] == {(PRODUCT_BITS-31){rounded_3[PRODUCT_BITS-1]}} :
        rounded_3[PRODUCT_BITS-1:23] == {(PRODUCT_BITS-23){rounded_3[PRODUCT_BITS-1]}};
    assign narrowed = fits   ? rounded_3[31:0] :
                      wide_3 ? {rounded_3[PRODUCT_BITS-1], {31{~rounded_3[PRODUCT_BITS-1]}}} :
                               {{9{rounded_3[PRODUCT_BITS-1]}}, {23{~rounded_3[PRODUCT_BITS-1]}}};
    assign raised   = (narrowed < low_3) ? low_3 : narrowed;

    always_ff @(posedge clock) begin
        out_valid <= valid_3 && !reset;
        if (valid_3) begin
            result    <= (raised > high_3) ? high_3 : raised;
            saturated <= !fits;
        end
    end
endmodule
