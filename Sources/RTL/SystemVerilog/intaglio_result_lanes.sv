// From sums to stored elements: post-processor or normalization unit, then encoder. RESULTS lanes
// stand side by side.
//
//     cycle 0            unrounded: sums, records, values
//     post-processor     4 registers, or the normalization unit's latency
//     encoder            9 registers
//     then               result_lanes: elements and their addresses
//
// last is high with the last elements.
module intaglio_result_lanes import intaglio_bundles::unrounded_t; #(
    parameter int RESULTS          = intaglio_constants::RESULT_LANES,
    parameter int NORMALIZATIONS   = intaglio_constants::NORMALIZATION_LANES,
    parameter int BY_TABLE         = intaglio_constants::NORMALIZATION_BY_TABLE,
    parameter int LATENCY          = intaglio_constants::NORMALIZATION_LATENCY_CYCLES,
    parameter int ACCUMULATOR_BITS = intaglio_constants::RESULT_SUM_BITS
) (
    input  logic                   clock,
    input  logic                   reset,
    // What the layer does
    input  logic [511:0]           header,
    input  logic                   normalizes,
    input  logic                   adds,
    input  logic                   bypasses,
    input  logic                   is_integer16,
    // Lanes in
    input  unrounded_t             unrounded,
    // Encode table
    output logic [8*RESULTS-1:0]   limit_selects,
    input  logic [96*RESULTS-1:0]  limits,
    output logic [128*RESULTS-1:0] threshold_indices,
    input  logic [256*RESULTS-1:0] thresholds,
    output logic [8*RESULTS-1:0]   map_indices,
    input  logic [8*RESULTS-1:0]   map_codes,
    // Segments of the normalization table
    output logic [8*RESULTS-1:0]   segment_indices,
    input  logic [64*RESULTS-1:0]  segments,
    // Lanes out
    output logic [RESULTS-1:0]     result_lanes,
    output logic [32*RESULTS-1:0]  result_addresses,
    output logic [16*RESULTS-1:0]  result_elements,
    output logic                   last,
    output logic [RESULTS-1:0]     saturated
);
    localparam int POST_STAGES   = 4;
    localparam int ENCODE_STAGES = 9;
    localparam int LONGEST       = (LATENCY > POST_STAGES) ? LATENCY : POST_STAGES;

    logic [RESULTS-1:0]     lane_valid;
    logic [64*RESULTS-1:0]  lane_sums;
    logic [16*RESULTS-1:0]  lane_firsts, lane_seconds;
    logic [192*RESULTS-1:0] lane_records;
    logic [32*RESULTS-1:0]  lane_addresses;
    assign lane_valid     = unrounded.valid;
    assign lane_sums      = unrounded.sums;
    assign lane_firsts    = unrounded.firsts;
    assign lane_seconds   = unrounded.seconds;
    assign lane_records   = unrounded.records;
    assign lane_addresses = unrounded.addresses;

    logic [15:0] rounding_length;
    assign rounding_length = normalizes ? 16'(LATENCY) : 16'(POST_STAGES);

    // The last flag passes beside the lanes. Once it has come out, nothing of it goes on through
    // the longer way: the next command may begin at once and take that.
    logic [LONGEST+ENCODE_STAGES:1] last_stages;
    always_ff @(posedge clock) begin
        last_stages <= (reset || last) ? '0 :
                       {last_stages[LONGEST+ENCODE_STAGES-1:1], unrounded.last};
    end
    assign last = normalizes ? last_stages[LATENCY + ENCODE_STAGES] :
                               last_stages[POST_STAGES + ENCODE_STAGES];

    generate
        for (genvar lane = 0; lane < RESULTS; lane++) begin : g_lane
            logic [191:0]       record;
            logic signed [63:0] sum, bias;
            assign record = lane_records[192*lane +: 192];
            assign sum    = lane_sums[64*lane +: 64];
            assign bias   = (header[10] || normalizes) ? record[63:0] : 64'sd0;

            logic               post_valid, post_saturated;
            logic signed [31:0] post_result;
            intaglio_post_processor_lane #(.ACCUMULATOR_BITS(ACCUMULATOR_BITS)) post_processor (
                .clock(clock),
                .reset(reset),
                .in_valid(lane_valid[lane] && !normalizes),
                .sum(sum[ACCUMULATOR_BITS-1:0]),
                .bias(bias),
                .mantissa(record[64 +: 31]),
                .exponent(record[128 +: 8]),
                .mantissa_negative(record[96 +: 31]),
                .exponent_negative(record[136 +: 8]),
                .rounding(header[19:16]),
                .is_addition(adds),
                .addend_a(lane_firsts[16*lane +: 16]),
                .addend_b(lane_seconds[16*lane +: 16]),
                .addition_mantissa_a(header[32*4 +: 32]),
                .addition_mantissa_b(header[32*5 +: 32]),
                .addition_exponent(header[112 +: 8]),
                .bypass(bypasses),
                .result_is_32(header[29:24] == 6'd32),
                .clip_low(header[32 +: 32]),
                .clip_high(header[64 +: 32]),
                .out_valid(post_valid),
                .result(post_result),
                .saturated(post_saturated)
            );

            logic               normal_valid, normal_saturated;
            logic signed [31:0] normal_result;
            if (lane < NORMALIZATIONS) begin : g_normalization
                logic [63:0] norm;
                assign norm = sum + bias;
                if (BY_TABLE != 0) begin : g_table
                    logic [1:0] unused_form;
                    intaglio_table_normalization_lane #(.LATENCY(LATENCY)) normalization (
                        .clock(clock),
                        .reset(reset),
                        .in_valid(lane_valid[lane] && normalizes),
                        .norm(norm[39:0]),
                        .value(lane_firsts[16*lane +: 16]),
                        .mantissa(record[64 +: 24]),
                        .shift(record[136 +: 6]),
                        .form(header[97:96]),
                        .index_bits(header[8*54 +: 4]),
                        .offset_bits(header[8*55 +: 5]),
                        .base_bits(header[8*56 +: 5]),
                        .slope_shift(header[8*58 +: 5]),
                        .result_is_32(header[29:24] == 6'd32),
                        .clip_low(header[32 +: 32]),
                        .clip_high(header[64 +: 32]),
                        .segment_index({unused_form, segment_indices[8*lane +: 8]}),
                        .segment(segments[64*lane +: 64]),
                        .out_valid(normal_valid),
                        .result(normal_result),
                        .saturated(normal_saturated)
                    );
                    wire unused_index = &{1'b0, unused_form};
                end else begin : g_exact
                    intaglio_normalization_lane #(.LATENCY(LATENCY)) normalization (
                        .clock(clock),
                        .reset(reset),
                        .in_valid(lane_valid[lane] && normalizes),
                        .norm(norm[39:0]),
                        .value(lane_firsts[16*lane +: 16]),
                        .mantissa(record[64 +: 24]),
                        .shift(record[136 +: 6]),
                        .form(header[97:96]),
                        .result_is_32(header[29:24] == 6'd32),
                        .clip_low(header[32 +: 32]),
                        .clip_high(header[64 +: 32]),
                        .out_valid(normal_valid),
                        .result(normal_result),
                        .saturated(normal_saturated)
                    );
                    assign segment_indices[8*lane +: 8] = 8'd0;
                end
                wire unused = &{1'b0, norm[63:40]};
            end else begin : g_none
                assign {normal_valid, normal_saturated} = 2'b00;
                assign normal_result = 32'sd0;
                assign segment_indices[8*lane +: 8] = 8'd0;
            end

            // Select and offset wait for the rounded result.
            logic [7:0]         select;
            logic signed [31:0] offset;
            intaglio_delay #(.WIDTH(40), .LONGEST(LONGEST)) channel_delay (
                .clock(clock),
                .length(rounding_length),
                .in({record[144 +: 8], record[160 +: 32]}),
                .out({select, offset})
            );

            logic encode_saturated, rounded_saturated;
            assign limit_selects[8*lane +: 8] = select;
            intaglio_encode_lane encode (
                .clock(clock),
                .reset(reset),
                .in_valid(normalizes ? normal_valid : post_valid),
                .result(normalizes ? normal_result : post_result),
                .select(select),
                .offset(offset),
                .threshold_count(limits[96*lane +: 8]),
                .lowest(limits[96*lane+32 +: 32]),
                .highest(limits[96*lane+64 +: 32]),
                .is_integer16(is_integer16),
                .has_code_map(header[9]),
                .threshold_index(threshold_indices[128*lane +: 128]),
                .threshold(thresholds[256*lane +: 256]),
                .map_index(map_indices[8*lane +: 8]),
                .map_code(map_codes[8*lane +: 8]),
                .out_valid(result_lanes[lane]),
                .element(result_elements[16*lane +: 16]),
                .saturated(encode_saturated)
            );

            intaglio_delay #(.WIDTH(1), .LONGEST(ENCODE_STAGES)) saturated_delay (
                .clock(clock),
                .length(16'(ENCODE_STAGES)),
                .in(normalizes ? normal_saturated : post_saturated),
                .out(rounded_saturated)
            );
            assign saturated[lane] = result_lanes[lane] && (encode_saturated || rounded_saturated);

            intaglio_delay #(.WIDTH(32), .LONGEST(LONGEST + ENCODE_STAGES)) address_delay (
                .clock(clock),
                .length(rounding_length + 16'(ENCODE_STAGES)),
                .in(lane_addresses[32*lane +: 32]),
                .out(result_addresses[32*lane +: 32])
            );
            wire unused = &{1'b0, sum, record};
        end
    endgenerate

    wire unused = &{1'b0, header, limits, segments};

`ifndef SYNTHESIS
    // The channel block of what passes unchanged neither clips nor maps.
    always @(posedge clock) begin
        if (bypasses && lane_valid != '0 &&
            (header[9] || header[29:24] != 6'd32 ||
             header[32 +: 32] != 32'h80000000 || header[64 +: 32] != 32'h7fffffff))
            $fatal(1, "the channel block changes elements that pass unchanged");
    end
`endif
endmodule
