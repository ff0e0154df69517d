// Runs one command at a time: a pass of the MAC array, or element-wise work.
//
//     cycle 0    start: the command stands at the head of the queue
//     cycle 1    the header of the layer's channel block is read
//     cycle 2    first step, or first elements
//     last       done: the last results are written
module intaglio_compute_engine
    import intaglio_bundles::group_t, intaglio_bundles::operand_reads_t,
           intaglio_bundles::partial_write_t, intaglio_bundles::result_write_t,
           intaglio_bundles::step_t, intaglio_bundles::unrounded_t;
#(
    parameter int WORDS            = intaglio_constants::COMPUTE_WORDS,
    parameter int C0               = intaglio_constants::INPUT_CHANNEL_LANES,
    parameter int K0               = intaglio_constants::OUTPUT_CHANNEL_LANES,
    parameter int P0               = intaglio_constants::PIXEL_LANES,
    parameter int ACCUMULATOR_BITS = intaglio_constants::ACCUMULATOR_BITS,
    parameter int LANES            = intaglio_constants::DRAIN_LANES,
    parameter int RESULTS          = intaglio_constants::RESULT_LANES
) (
    input  logic                   clock,
    input  logic                   reset,
    input  logic                   start,
    output logic                   done,
    input  logic [32*WORDS-1:0]    command,
    // Weight and activation buffer
    output logic [32*K0-1:0]       weight_addresses,
    input  logic [8*C0*K0-1:0]     weight_words,
    output logic [32*P0-1:0]       activation_addresses,
    input  logic [8*C0*P0-1:0]     activation_words,
    output logic [32*RESULTS-1:0]  first_addresses,
    input  logic [16*RESULTS-1:0]  first_elements,
    output logic [32*RESULTS-1:0]  second_addresses,
    input  logic [16*RESULTS-1:0]  second_elements,
    output result_write_t          result_write,
    output logic [RESULTS-1:0]     saturated,
    // Parameter memory
    output logic [31:0]            header_address,
    input  logic [511:0]           header_words,
    output logic [31:0]            operand_records_address,
    input  logic [64*C0-1:0]       operand_records,
    output logic [31:0]            decode_table,
    output logic [16*C0*P0-1:0]    operand_indices,
    input  logic [16*C0*P0-1:0]    operand_entries,
    output logic [31:0]            weight_table,
    output logic [8*C0*K0-1:0]     weight_codes,
    input  logic [16*C0*K0-1:0]    weight_entries,
    output logic [31:0]            second_decode_table,
    output logic [32*RESULTS-1:0]  first_record_addresses,
    input  logic [64*RESULTS-1:0]  first_records,
    output logic [16*RESULTS-1:0]  first_indices,
    input  logic [16*RESULTS-1:0]  first_entries,
    output logic [32*RESULTS-1:0]  second_record_addresses,
    input  logic [64*RESULTS-1:0]  second_records,
    output logic [16*RESULTS-1:0]  second_indices,
    input  logic [16*RESULTS-1:0]  second_entries,
    output logic [32*RESULTS-1:0]  result_record_addresses,
    input  logic [192*RESULTS-1:0] result_records,
    output logic [32*RESULTS-1:0]  placement_addresses,
    input  logic [64*RESULTS-1:0]  placements,
    output logic [31:0]            encode_table,
    output logic [8*RESULTS-1:0]   limit_selects,
    input  logic [96*RESULTS-1:0]  limits,
    output logic [128*RESULTS-1:0] threshold_indices,
    input  logic [256*RESULTS-1:0] thresholds,
    output logic [31:0]            code_map,
    output logic [8*RESULTS-1:0]   map_indices,
    input  logic [8*RESULTS-1:0]   map_codes,
    output logic [31:0]            segment_table,
    output logic [8*RESULTS-1:0]   segment_indices,
    input  logic [64*RESULTS-1:0]  segments
);
    localparam logic [31:0] COPY               = 32'd0;
    localparam logic [31:0] ADD                = 32'd2;
    localparam logic [31:0] QUANTIZE_LATENT    = 32'd3;
    localparam logic [31:0] RECONSTRUCT_LATENT = 32'd4;
    localparam logic [31:0] MAXIMUM            = 32'd8;
    localparam logic [31:0] REPLICATE          = 32'd9;

    // Phases of a command
    logic         reads_header, runs, begins;
    logic [511:0] header;

    assign begins = reads_header;

    always_ff @(posedge clock) begin
        if (reset) begin
            reads_header <= 1'b0;
            runs         <= 1'b0;
        end else begin
            reads_header <= start;
            if (reads_header) runs <= 1'b1;
            else if (done)    runs <= 1'b0;
        end
        if (reads_header) header <= header_words;
    end

    logic        is_elementwise, is_last, normalizes;
    logic [31:0] channel_block, work;
    assign is_elementwise = command[32*intaglio_constants::COMPUTE_KIND];
    assign is_last        = command[32*intaglio_constants::COMPUTE_PASS_FLAGS + 1];
    assign normalizes     = !is_elementwise &&
                            command[32*intaglio_constants::COMPUTE_PASS_FLAGS + 2];
    assign channel_block  = command[32*intaglio_constants::COMPUTE_CHANNEL_BLOCK +: 32];
    assign work           = command[32*intaglio_constants::ELEMENTWISE_FUNCTION +: 32];

    // Stored elements that pass unchanged
    logic moves;
    assign moves = work == COPY || work == MAXIMUM || work == REPLICATE;

    assign header_address      = channel_block;
    assign decode_table        = command[32*intaglio_constants::COMPUTE_DECODE_TABLE +: 32];
    assign second_decode_table = command[32*intaglio_constants::COMPUTE_SECOND_DECODE_TABLE +: 32];
    assign weight_table        = command[32*intaglio_constants::COMPUTE_WEIGHT_TABLE +: 32];
    assign encode_table        = command[32*intaglio_constants::COMPUTE_ENCODE_TABLE +: 32];
    assign code_map            = channel_block + header[32*9 +: 32];
    assign segment_table       = channel_block + header[32*15 +: 32];

    // Pass of the MAC array
    step_t       step;
    group_t      step_tag;
    logic [31:0] drain_cycles, record_channel;

    intaglio_step_sequencer steps (
        .clock(clock),
        .begins(begins && !is_elementwise),
        .runs(runs && !is_elementwise),
        .drain_cycles(drain_cycles),
        .command(command),
        .step(step),
        .tag(step_tag),
        .activation_addresses(activation_addresses),
        .weight_addresses(weight_addresses)
    );

    logic                              drain, drain_tag_bank, drain_bank;
    group_t                            drain_tag;
    logic [31:0]                       drain_first;
    logic [ACCUMULATOR_BITS*LANES-1:0] drain_sums;

    intaglio_mac_array #(.TAG_BITS($bits(group_t))) array (
        .clock(clock),
        .reset(reset),
        .operand_mode(command[32*intaglio_constants::COMPUTE_OPERAND +: 2]),
        .activation_bits(command[32*intaglio_constants::COMPUTE_ACTIVATION_BITS +: 5]),
        .fire(step.fire),
        .first_step(step.first_step),
        .last_step(step.last_step),
        .bank(step.bank),
        .tag(step_tag),
        .served_pixels(step.served_pixels),
        .served_weights(step.served_weights),
        .padding(step.padding),
        .first_lanes(step.first_lanes),
        .end_lanes(step.end_lanes),
        .channel_index(step.channel_index),
        .channels_left(step.channels_left),
        .activation_words(activation_words),
        .weight_words(weight_words),
        .record_channel(record_channel),
        .records(operand_records),
        .operand_indices(operand_indices),
        .operand_entries(operand_entries),
        .weight_codes(weight_codes),
        .weight_entries(weight_entries),
        .drain(drain),
        .drain_tag(drain_tag),
        .drain_tag_bank(drain_tag_bank),
        .drain_bank(drain_bank),
        .drain_first(drain_first),
        .drain_sums(drain_sums)
    );

    assign operand_records_address = channel_block + header[32*6 +: 32] + 8 * record_channel;

    logic [32*LANES-1:0]               partial_addresses;
    logic [ACCUMULATOR_BITS*LANES-1:0] partial_sums;
    partial_write_t                    partial_write;
    logic                              partial_last;

    intaglio_accumulator_buffer accumulator_buffer (
        .clock(clock),
        .read_addresses(partial_addresses),
        .read_sums(partial_sums),
        .write_lanes(partial_write.lanes),
        .write_addresses(partial_write.addresses),
        .write_sums(partial_write.sums)
    );

    operand_reads_t        value_reads;
    logic [32*RESULTS-1:0] drain_record_addresses;
    logic [16*RESULTS-1:0] first_values, second_values;
    unrounded_t            drain_results;

    intaglio_drain drain_engine (
        .clock(clock),
        .reset(reset),
        .command(command),
        .header(header),
        .drain_cycles(drain_cycles),
        .drain(drain),
        .drain_tag(drain_tag),
        .drain_tag_bank(drain_tag_bank),
        .drain_bank(drain_bank),
        .drain_first(drain_first),
        .drain_sums(drain_sums),
        .partial_addresses(partial_addresses),
        .partial_sums(partial_sums),
        .partial_write(partial_write),
        .partial_last(partial_last),
        .value_reads(value_reads),
        .value_elements(first_elements),
        .values(first_values),
        .record_addresses(drain_record_addresses),
        .records(result_records),
        .placement_addresses(placement_addresses),
        .placements(placements),
        .results(drain_results)
    );

    // Element-wise work
    operand_reads_t        work_reads, second_reads;
    logic [32*RESULTS-1:0] work_record_addresses;
    unrounded_t            work_results;

    intaglio_elementwise elementwise_engine (
        .clock(clock),
        .reset(reset),
        .begins(begins && is_elementwise),
        .runs(runs && is_elementwise),
        .command(command),
        .header(header),
        .first_reads(work_reads),
        .first_elements(first_elements),
        .first_values(first_values),
        .second_reads(second_reads),
        .second_elements(second_elements),
        .second_values(second_values),
        .record_addresses(work_record_addresses),
        .records(result_records),
        .results(work_results)
    );

    // The ports that both share
    operand_reads_t first_reads;
    unrounded_t     unrounded;
    assign first_reads             = is_elementwise ? work_reads : value_reads;
    assign unrounded               = is_elementwise ? work_results : drain_results;
    assign first_addresses         = first_reads.element_addresses;
    assign first_record_addresses  = first_reads.record_addresses;
    assign second_addresses        = second_reads.element_addresses;
    assign second_record_addresses = second_reads.record_addresses;
    assign result_record_addresses = is_elementwise ? work_record_addresses :
                                                      drain_record_addresses;

    logic [8*RESULTS-1:0] first_codes, second_codes;
    assign first_codes  = first_reads.codes;
    assign second_codes = second_reads.codes;

    generate
        for (genvar lane = 0; lane < RESULTS; lane++) begin : g_decode
            logic signed [15:0] unused_first, unused_second;
            intaglio_decode_lane first (
                .code(first_codes[8*lane +: 8]),
                .select(first_records[64*lane+32 +: 8]),
                .offset(first_records[64*lane +: 16]),
                .mode(2'd0),
                .shift(5'd0),
                .activation_bits(5'd16),
                .padding(1'b0),
                .entry_index(first_indices[16*lane +: 16]),
                .entry(first_entries[16*lane +: 16]),
                .value(first_values[16*lane +: 16]),
                .operand(unused_first)
            );
            intaglio_decode_lane second (
                .code(second_codes[8*lane +: 8]),
                .select(second_records[64*lane+32 +: 8]),
                .offset(second_records[64*lane +: 16]),
                .mode(2'd0),
                .shift(5'd0),
                .activation_bits(5'd16),
                .padding(1'b0),
                .entry_index(second_indices[16*lane +: 16]),
                .entry(second_entries[16*lane +: 16]),
                .value(second_values[16*lane +: 16]),
                .operand(unused_second)
            );
            wire unused = &{1'b0, unused_first, unused_second};
        end
    endgenerate

    // Results
    logic                  last, result_is_wide;
    logic [RESULTS-1:0]    result_lanes;
    logic [32*RESULTS-1:0] result_addresses;
    logic [16*RESULTS-1:0] result_elements;
    assign result_is_wide =
        command[32*intaglio_constants::COMPUTE_OUTPUT_BYTES_PER_ELEMENT +: 32] == 32'd2;
    assign result_write   = {result_lanes, result_is_wide, result_addresses, result_elements};

    intaglio_result_lanes results (
        .clock(clock),
        .reset(reset),
        .header(header),
        .normalizes(normalizes),
        .adds(is_elementwise && work == ADD),
        .bypasses(is_elementwise &&
                  (moves || work == QUANTIZE_LATENT || work == RECONSTRUCT_LATENT)),
        .is_integer16(result_is_wide || (is_elementwise && moves)),
        .unrounded(unrounded),
        .limit_selects(limit_selects),
        .limits(limits),
        .threshold_indices(threshold_indices),
        .thresholds(thresholds),
        .map_indices(map_indices),
        .map_codes(map_codes),
        .segment_indices(segment_indices),
        .segments(segments),
        .result_lanes(result_lanes),
        .result_addresses(result_addresses),
        .result_elements(result_elements),
        .last(last),
        .saturated(saturated)
    );

    assign done = runs && ((is_elementwise || is_last) ? last : partial_last);

    wire unused = &{1'b0, command, first_records, second_records};
endmodule
