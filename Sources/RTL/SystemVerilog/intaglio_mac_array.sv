// C0 x K0 x P0 multipliers with their operands' way in:
//
//     register 1   words as read from the buffers, lane by lane until the step fires
//     register 2   decoded activations and expanded weights
//     registers    sums of products, PIPELINE_STAGES - 3 of them
//     last         accumulators, two banks
//
// A group's tag (which group, which bank) travels beside its last step.
// drain is high in the first cycle in which its sums can be read.
module intaglio_mac_array #(
    parameter int C0               = intaglio_constants::INPUT_CHANNEL_LANES,
    parameter int K0               = intaglio_constants::OUTPUT_CHANNEL_LANES,
    parameter int P0               = intaglio_constants::PIXEL_LANES,
    parameter int ACCUMULATOR_BITS = intaglio_constants::ACCUMULATOR_BITS,
    parameter int WEIGHT_BITS      = intaglio_constants::WEIGHT_BITS,
    parameter int STAGES           = intaglio_constants::PIPELINE_STAGES,
    parameter int LANES            = intaglio_constants::DRAIN_LANES,
    // Of the tag that the driver gives
    parameter int TAG_BITS         = 1
) (
    input  logic                              clock,
    input  logic                              reset,
    // Mode of the decoder, from the command
    input  logic [1:0]                        operand_mode,
    input  logic [4:0]                        activation_bits,
    // This cycle's part of a step
    input  logic                              fire,
    input  logic                              first_step,
    input  logic                              last_step,
    input  logic                              bank,
    input  logic [TAG_BITS-1:0]               tag,
    input  logic [P0-1:0]                     served_pixels,
    input  logic [C0*K0-1:0]                  served_weights,
    input  logic [P0-1:0]                     padding,
    input  logic [$clog2(C0+1)*P0-1:0]        first_lanes,
    input  logic [$clog2(C0+1)*P0-1:0]        end_lanes,
    input  logic [31:0]                       channel_index,
    input  logic [31:0]                       channels_left,
    input  logic [8*C0*P0-1:0]                activation_words,
    input  logic [8*C0*K0-1:0]                weight_words,
    // Parameter memory: records of the channels, entries of codes
    output logic [31:0]                       record_channel,
    input  logic [64*C0-1:0]                  records,
    output logic [16*C0*P0-1:0]               operand_indices,
    input  logic [16*C0*P0-1:0]               operand_entries,
    output logic [8*C0*K0-1:0]                weight_codes,
    input  logic [16*C0*K0-1:0]               weight_entries,
    // Drain: LANES sums from element drain_first on (k fastest)
    output logic                              drain,
    output logic [TAG_BITS-1:0]               drain_tag,
    output logic                              drain_tag_bank,
    input  logic                              drain_bank,
    input  logic [31:0]                       drain_first,
    output logic [ACCUMULATOR_BITS*LANES-1:0] drain_sums
);
    localparam int ELEMENT_BITS = $clog2(K0 * P0);
    localparam int LANE_BITS    = $clog2(C0 + 1);

    // Register 1
    logic [8*C0*P0-1:0] words;
    logic [P0-1:0]      is_padding;
    logic [31:0]        left;
    logic [LANE_BITS*P0-1:0] lane_firsts, lane_ends;

    // Register 2
    logic [16*C0*P0-1:0]          operands;
    logic [WEIGHT_BITS*C0*K0-1:0] weights;
    logic [16*C0*P0-1:0]          decoded;

    // Tags beside the registers, index = registers passed.
    logic                fires  [1:STAGES];
    logic                firsts [1:STAGES];
    logic                lasts  [1:STAGES];
    logic                banks  [1:STAGES];
    logic [TAG_BITS-1:0] tags   [1:STAGES];

    always_ff @(posedge clock) begin
        for (int p = 0; p < P0; p++) begin
            if (served_pixels[p]) words[8*C0*p +: 8*C0] <= activation_words[8*C0*p +: 8*C0];
        end
        for (int place = 0; place < C0*K0; place++) begin
            if (served_weights[place]) weight_codes[8*place +: 8] <= weight_words[8*place +: 8];
        end
        is_padding     <= padding;
        lane_firsts      <= first_lanes;
        lane_ends        <= end_lanes;
        left           <= channels_left;
        record_channel <= channel_index;
        if (fires[1]) begin
            operands <= decoded;
            for (int place = 0; place < C0*K0; place++)
                weights[WEIGHT_BITS*place +: WEIGHT_BITS] <=
                    weight_entries[16*place +: WEIGHT_BITS];
        end
        fires[1]  <= fire && !reset;
        firsts[1] <= first_step;
        lasts[1]  <= last_step;
        banks[1]  <= bank;
        tags[1]   <= tag;
        for (int stage = 2; stage <= STAGES; stage++) begin
            fires[stage]  <= fires[stage-1] && !reset;
            firsts[stage] <= firsts[stage-1];
            lasts[stage]  <= lasts[stage-1];
            banks[stage]  <= banks[stage-1];
            tags[stage]   <= tags[stage-1];
        end
    end

    assign drain          = fires[STAGES] && lasts[STAGES];
    assign drain_tag      = tags[STAGES];
    assign drain_tag_bank = banks[STAGES];

    logic signed [ACCUMULATOR_BITS-1:0] sums_0 [0:K0*P0-1];
    logic signed [ACCUMULATOR_BITS-1:0] sums_1 [0:K0*P0-1];

    generate
        for (genvar p = 0; p < P0; p++) begin : g_pixel
            for (genvar c = 0; c < C0; c++) begin : g_operand
                // Constants of this lane.
                // Icarus would take an inner genvar in a port expression for a signal.
                localparam int CHANNEL = c;
                localparam int PLACE   = C0*p + c;
                logic        [15:0] index;
                logic signed [15:0] operand, unused_value;
                intaglio_decode_lane decode (
                    .code(words[8*PLACE +: 8]),
                    .select(records[64*CHANNEL+32 +: 8]),
                    .offset(records[64*CHANNEL +: 16]),
                    .mode(operand_mode),
                    .shift(records[64*CHANNEL+40 +: 5]),
                    .activation_bits(activation_bits),
                    .padding(is_padding[p] || CHANNEL >= left ||
                             LANE_BITS'(CHANNEL) < lane_firsts[LANE_BITS*p +: LANE_BITS] ||
                             LANE_BITS'(CHANNEL) >= lane_ends[LANE_BITS*p +: LANE_BITS]),
                    .entry_index(index),
                    .entry(operand_entries[16*PLACE +: 16]),
                    .value(unused_value),
                    .operand(operand)
                );
                assign operand_indices[16*PLACE +: 16] = index;
                assign decoded[16*PLACE +: 16]         = operand;
                wire unused = &{1'b0, unused_value};
            end
            for (genvar k = 0; k < K0; k++) begin : g_lane
                intaglio_mac_lane #(
                    .INPUT_LANES(C0),
                    .ACCUMULATOR_BITS(ACCUMULATOR_BITS),
                    .WEIGHT_BITS(WEIGHT_BITS),
                    .DELAY(STAGES - 3)
                ) mac_lane (
                    .clock(clock),
                    .operands(operands[16*C0*p +: 16*C0]),
                    .weights(weights[WEIGHT_BITS*C0*k +: WEIGHT_BITS*C0]),
                    .accumulate(fires[STAGES-1]),
                    .first(firsts[STAGES-1]),
                    .bank(banks[STAGES-1]),
                    .sum_0(sums_0[K0*p + k]),
                    .sum_1(sums_1[K0*p + k])
                );
            end
        end
        for (genvar lane = 0; lane < LANES; lane++) begin : g_drain
            logic [31:0] element;
            assign element = drain_first + lane;
            assign drain_sums[ACCUMULATOR_BITS*lane +: ACCUMULATOR_BITS] =
                drain_bank ? sums_1[element[ELEMENT_BITS-1:0]] : sums_0[element[ELEMENT_BITS-1:0]];
            wire unused = &{1'b0, element};
        end
    endgenerate

    wire unused = &{1'b0, records, weight_entries};
endmodule
