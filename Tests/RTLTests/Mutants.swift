import TestVectors

/// One fault in the text of the RTL, which the vectors of the unit must notice.
struct Mutant: Sendable, CustomStringConvertible {
    let unit: UnitName
    let file: String
    /// Occurs exactly once in the file.
    let find: String
    let replace: String
    let meaning: String
    /// In every run of the tests; the others where INTAGLIO_ALL_MUTANTS is set.
    var isAlways = false

    var description: String { "\(file): \(meaning)" }

    /// In the lane of a machine with a table unit.
    var isByTable: Bool { file == "intaglio_table_normalization_lane.sv" }

    static let all = decoder + encoder + postProcessor + normalization + tableNormalization + macArray

    private static func lane(
        _ unit: UnitName, _ file: String, _ faults: [(find: String, replace: String, meaning: String)],
        always: Set<Int> = []
    ) -> [Mutant] {
        faults.enumerated().map { index, fault in
            Mutant(
                unit: unit, file: "intaglio_\(file).sv", find: fault.find, replace: fault.replace,
                meaning: fault.meaning, isAlways: always.contains(index))
        }
    }

    static let decoder = lane(
        .decoder, "decode_lane",
        [
            ("entry + offset", "entry - offset", "the offset is subtracted"),
            ("{select, code};", "{select & 8'hFE, code};", "bit 0 of the select is stuck at 0"),
            ("{select, code};", "{select, code & 8'h7F};", "bit 7 of the code is stuck at 0"),
            ("(shift - 5'd1)", "shift", "the square's rounding constant is doubled"),
            ("(shift == 0) ? 32'd0 : ", "", "a shift of 0 rounds too"),
            ("(rounded > limit) ? limit[15:0] : rounded[15:0]", "rounded[15:0]", "the square is not limited"),
            ("(activation_bits - 5'd1)) - 32'd1", "(activation_bits - 5'd1))", "the limit is one too large"),
            ("padding ? 16'sd0", "padding ? 16'sd1", "padding is 1"),
            ("value[15] ? -value", "value[15] ? ~value", "the magnitude lacks a carry"),
        ], always: [1])

    static let encoder =
        lane(
            .encoder, "encode_step",
            [
                ("in_level >= limit", "in_level > limit", "a threshold is off by one"),
                ("candidate <= in_count", "candidate < in_count", "the last threshold is left out"),
                ("candidate <= in_count && ", "", "words beyond the last threshold count"),
                ("{threshold[31], threshold}", "{1'b0, threshold}", "thresholds lose their sign"),
                ("in_valid && !reset", "in_valid", "reset leaves the search valid"),
                ("in_code | (8'd1 << BIT)", "(8'd1 << BIT)", "bits found before are forgotten"),
            ], always: [0, 4])
        + lane(
            .encoder, "encode_lane",
            [
                ("{offset[31], offset}", "{1'b0, offset}", "the offset loses its sign"),
                ("is_integer16 ? 33'sd0 : ", "", "the offset moves 16-bit results"),
                ("level_in < low_in", "level_in <= low_in", "the first entry counts as saturated"),
                ("level_in > high_in", "level_in >= high_in", "the last entry counts as saturated"),
                ("-33'sd32768", "-33'sd32767", "-32768 saturates"),
                ("mapped[8] ? map_code : last_code", "map_code", "codes are mapped without a map"),
                ("{15{~is_negative}}", "{15{1'b1}}", "negative 16-bit saturation is -1"),
                ("{result[31], result}", "{1'b0, result}", "the result loses its sign"),
            ])

    static let postProcessor = lane(
        .postProcessor, "post_processor_lane",
        [
            (
                "HALF_UP_DOUBLE: rounding_constant = half + twice", "HALF_UP_DOUBLE: rounding_constant = half",
                "halfUpDouble rounds once"
            ),
            ("is_negative ? half - twice : half + twice", "half + twice", "tosaDouble ignores the sign"),
            (
                "is_odd ? half : half - ", "is_odd ? half - {{(WIDE_BITS-1){1'b0}}, 1'b1} : half - ",
                "ties to even go down"
            ),
            ("is_negative ? half - {{", "!is_negative ? half - {{", "ties go toward zero"),
            ("CEILING: rounding_constant = below", "CEILING: rounding_constant = half", "ceiling rounds to nearest"),
            (
                "TOWARD_ZERO: rounding_constant = is_negative ? below",
                "TOWARD_ZERO: rounding_constant = is_negative ? half", "towardZero rounds to nearest"
            ),
            ("shift > 7'd31", "shift >= 7'd31", "the exponent 0 rounds twice"),
            (
                "biased_sum[TOTAL_BITS-1] ? mantissa_negative", "sum[ACCUMULATOR_BITS-1] ? mantissa_negative",
                "the sign is taken before the bias"
            ),
            (
                "biased_sum[TOTAL_BITS-1] ? exponent_negative", "biased_sum[0] ? exponent_negative",
                "the wrong bit selects the exponent"
            ),
            (
                "PRODUCT_BITS-1:23] == {(PRODUCT_BITS-23)", "PRODUCT_BITS-1:24] == {(PRODUCT_BITS-24)",
                "R = 24 keeps 25 bits"
            ),
            (
                "{31{~rounded_3[PRODUCT_BITS-1]}}", "{31{rounded_3[PRODUCT_BITS-1]}}",
                "32-bit saturation goes to the wrong end"
            ),
            ("narrowed < low_3", "narrowed > low_3", "the lower clip is turned round"),
            ("(raised > high_3) ? high_3 : raised", "raised", "the upper clip is lost"),
            ("saturated <= !fits", "saturated <= !fits && raised <= high_3", "a clip hides a saturation"),
            ("index[6:0] - 7'd23", "index[6:0] - 7'd22", "float32 has 23 bits"),
            ("~kept[0]", "kept[0]", "float32 ties go to odd"),
            ("if (rule == ONNX_FLOAT32) left", "if (1'b0) left", "the sum is not rounded to float32"),
            ("if (rule == ONNX_FLOAT32) exact", "if (1'b0) exact", "the product is not rounded to float32"),
            ("if (rule == ONNX_FLOAT32) narrow", "if (1'b0) narrow", "the mantissa is not rounded to float32"),
            ("a * factor_a + b * factor_b", "a * factor_a - b * factor_b", "an addition subtracts"),
            ("right_shift(addition_exponent)", "right_shift(exponent)", "an addition takes the multiplier's exponent"),
            ("total_1  <= extended_sum", "total_1  <= biased_sum", "bypass adds the bias"),
            (
                "extended_sum + $signed(bias[TOTAL_BITS-1:0])", "extended_sum + $signed({{16{bias[31]}}, bias[31:0]})",
                "the bias loses its high bits"
            ),
            ("valid_2 <= valid_1 && !reset", "valid_2 <= valid_1", "reset leaves the product valid"),
            ("if (valid_2) begin", "if (valid_2 && !valid_1) begin", "a sum right behind another is lost"),
        ], always: [0, 7, 13])

    static let normalization =
        lane(
            .normalization, "normalization_digits",
            [
                ("work[64:0], rest >= trial", "work[64:0], rest > trial", "a quotient digit is missed at equality"),
                ("root[31:0], rest >= trial", "root[31:0], rest > trial", "a root digit is missed at equality"),
                ("{6'd0, root, 2'b01}", "{6'd0, root, 2'b00}", "the root's trial lacks its last bit"),
                ("remainder = 40'd0", "remainder = remainder", "the root begins with the quotient's remainder"),
                ("digit = digit + 1", "digit = digit + 2", "every second digit is left out"),
            ], always: [1])
        + lane(
            .normalization, "normalization_lane",
            [
                ("work[66*DIGIT_STAGES+33 +: 33] != 33'd0", "1'b0", "quotients beyond 33 bits wrap"),
                ("numerator_2[119:66] >= (", "53'd0 >= (", "numerators beyond 66 bits wrap"),
                ("34'sh1_0000_0000", "34'sh0_0000_0001", "what is too large becomes 1"),
                (" + {33'd0, digits_found[0]}", "", "the half is not rounded up"),
                (
                    "? {places, 1'b0} : {1'b0, places}", "? {1'b0, places} : {1'b0, places}",
                    "the square-root forms shift by S"
                ),
                ("divides[0] ? numerator_2[105:66] : 40'd0", "40'd0", "the high bits of the dividend are lost"),
                ("negative_1 <= value[15]", "negative_1 <= 1'b0", "the sign is lost"),
                ("if (kind == IGDN) all", "if (1'b0) all", "igdn forgets its norm"),
                ("-magnitude : magnitude", "~magnitude : magnitude", "the negation lacks a carry"),
                ("signed_magnitude[33:23] == {11{", "signed_magnitude[33:24] == {10{", "R = 24 keeps 25 bits"),
                ("(raised > high_n) ? high_n : raised", "raised", "the upper clip is lost"),
            ], always: [3])

    static let tableNormalization = lane(
        .normalization, "table_normalization_lane",
        [
            (
                "exponent[5:1]} : exponent", "exponent[5:1]} : {1'b0, exponent[5:1]}",
                "the first-power forms halve the exponent"
            ),
            ("is_root && exponent[0]", "1'b0 && exponent[0]", "the parity is lost"),
            ("~(16'hFFFF << offset_bits)", "16'hFFFF", "bits of the index come into the offset"),
            ("5'd18 - base_bits", "5'd17 - base_bits", "igdn1 takes a bit too many"),
            ("form[0] ? -{2'd0, moved}", "1'b0 ? -{2'd0, moved}", "igdn divides like gdn"),
            (
                "octave_bits = index_bits - {3'd0, is_root}", "octave_bits = index_bits",
                "the parity takes a bit of the fraction"
            ),
            (
                "rise >>> slope_shift_1",
                "(rise < 35'sd0 ? rise + ((35'sd1 <<< slope_shift_1) - 35'sd1) : rise) >>> slope_shift_1",
                "slope times offset is cut towards zero"
            ),
            ("segment[17:0] + cut_rise", "segment[17:0] - cut_rise", "lines go the other way"),
            ("$signed({1'b0, offset_1})", "$signed({offset_1[15], offset_1})", "a large offset counts as negative"),
            ("(form_1 == IGDN1) ? first_bits_1 : line", "line", "igdn1 reads a segment"),
            ("(twice[88:33] != 56'd0) ?", "1'b0 ?", "results beyond 32 bits wrap"),
            (" + {33'd0, twice[0]}", "", "the half is not rounded up"),
            ("negative_1    <= value[15]", "negative_1    <= 1'b0", "the sign is lost"),
            ("-magnitude : magnitude", "~magnitude : magnitude", "the negation lacks a carry"),
            ("signed_magnitude[33:23] == {11{", "signed_magnitude[33:24] == {10{", "R = 24 keeps 25 bits"),
            ("(raised > high_n) ? high_n : raised", "raised", "the upper clip is lost"),
            ("valid_2 <= valid_1 && !reset", "valid_2 <= valid_1", "reset leaves the line valid"),
        ], always: [1, 6])

    static let macArray =
        lane(
            .macArray, "mac_lane",
            [
                ("tree + PRODUCT_BITS'(", "tree ^ PRODUCT_BITS'(", "the adder tree drops its carries"),
                (
                    "lane < INPUT_LANES; lane++) begin", "lane < INPUT_LANES - 1; lane++) begin",
                    "the last input lane is left out"
                ),
                ("operands[16*lane +: 16]", "operands[16*lane +: 11]", "the sign of the operand is lost"),
                (
                    "operands[16*lane +: 16]", "operands[16*(lane & ~1) +: 16]",
                    "bit 0 of the operand's lane is stuck at 0"
                ),
                (
                    "weights[WEIGHT_BITS*lane +: WEIGHT_BITS]", "weights[WEIGHT_BITS*lane +: WEIGHT_BITS-1]",
                    "the sign of the weight is lost"
                ),
                ("PRODUCT_BITS'($signed(weights", "PRODUCT_BITS'($unsigned(weights", "weights are taken for unsigned"),
                (
                    "PRODUCT_BITS = 16 + WEIGHT_BITS + $clog2(INPUT_LANES)",
                    "PRODUCT_BITS = 8 + WEIGHT_BITS + $clog2(INPUT_LANES)", "the sum of products is too narrow"
                ),
                (
                    "ACCUMULATOR_BITS'(delayed[DELAY-1])", "ACCUMULATOR_BITS'($unsigned(delayed[DELAY-1]))",
                    "the sum of products loses its sign"
                ),
                ("sum_0 <= first ? term : sum_0 + term", "sum_0 <= sum_0 + term", "bank 0 never forgets"),
                (
                    "sum_1 <= first ? term : sum_1 + term", "sum_1 <= first ? '0 : sum_1 + term",
                    "bank 1 loses its first products"
                ),
                ("first ? term : sum_0 + term", "first ? term : sum_1 + term", "bank 0 goes on with the sum of bank 1"),
                (
                    "first ? term : sum_0 + term",
                    "first ? term : {1'b0, sum_0[ACCUMULATOR_BITS-2:0] + term[ACCUMULATOR_BITS-2:0]}",
                    "the accumulator is one bit short"
                ),
                ("accumulate && bank", "bank", "bank 1 accumulates in idle cycles"),
            ], always: [0, 8])
        + lane(
            .macArray, "mac_array",
            [
                (".bank(banks[STAGES-1])", ".bank(!banks[STAGES-1])", "the banks are exchanged"),
                (".bank(banks[STAGES-1])", ".bank(banks[STAGES])", "the bank changes a cycle late"),
                (
                    "fires[stage]  <= fires[stage-1] && !reset", "fires[stage]  <= fires[stage-1]",
                    "reset leaves steps under way"
                ),
                ("fires[1]  <= fire && !reset", "fires[1]  <= fire && first_step && !reset", "only first steps count"),
                (
                    "fires[STAGES] && lasts[STAGES]", "fires[STAGES] && lasts[STAGES] && !fires[STAGES-1]",
                    "a drain right before another step is lost"
                ),
                ("tags[1]   <= tag", "tags[1]   <= tag & ~TAG_BITS'(4)", "bit 2 of the tag is stuck at 0"),
                ("CHANNEL >= left", "CHANNEL > left", "one lane too many of a ragged step"),
                ("is_padding[p] || ", "is_padding[0] || ", "padding of the first pixel for all"),
                (
                    "if (served_pixels[p]) words", "if (served_pixels[0]) words",
                    "words of all pixels are taken with the first"
                ),
                ("if (served_weights[place]) weight_codes", "weight_codes", "weights are taken in every cycle"),
                (
                    "weight_entries[16*place +: WEIGHT_BITS]", "weight_entries[16*(place ^ 1) +: WEIGHT_BITS]",
                    "neighbouring weights are exchanged"
                ),
                (
                    ".entry(operand_entries[16*PLACE +: 16])", ".entry(operand_entries[16*CHANNEL +: 16])",
                    "all pixels get the values of the first"
                ),
                (
                    "weights[WEIGHT_BITS*C0*k +: WEIGHT_BITS*C0]", "weights[WEIGHT_BITS*C0*(k & ~1) +: WEIGHT_BITS*C0]",
                    "bit 0 of the output lane is stuck at 0"
                ),
                (
                    ".sum_0(sums_0[K0*p + k])", ".sum_0(sums_0[K0*p + (K0 - 1 - k)])",
                    "the outputs of bank 0 come in reverse order"
                ),
                ("assign element = drain_first + lane", "assign element = lane", "every slot reads the first sums"),
                ("drain_bank ? sums_1", "!drain_bank ? sums_1", "the wrong bank is read"),
            ], always: [4, 13])
}
