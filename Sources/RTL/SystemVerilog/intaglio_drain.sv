// Takes finished groups out of the accumulators, one slot of lanes per cycle, k fastest.
//
// It adds the partial sums of the passes before. Then it hands the sums to the result lanes, or
// writes them to the accumulator buffer where another pass follows.
//
//     slot cycle      sums, partial sums and result records are read into a register
//     the next cycle  they stand at the result lanes (results),
//                     or go into the accumulator buffer (partial_write)
//
// Where the output lanes are phases of a transposed convolution, a position is a block of results.
// Each lane's placement says where in the block its result lies, and which row and column of phases
// it belongs to: of the first and the last blocks some lie outside the output tile.
module intaglio_drain
    import intaglio_bundles::group_t, intaglio_bundles::operand_reads_t,
           intaglio_bundles::partial_write_t, intaglio_bundles::unrounded_t;
#(
    parameter int WORDS            = intaglio_constants::COMPUTE_WORDS,
    parameter int ACCUMULATOR_BITS = intaglio_constants::ACCUMULATOR_BITS,
    parameter int LANES            = intaglio_constants::DRAIN_LANES,
    parameter int RESULTS          = intaglio_constants::RESULT_LANES
) (
    input  logic                              clock,
    input  logic                              reset,
    input  logic [32*WORDS-1:0]               command,
    input  logic [511:0]                      header,
    output logic [31:0]                       drain_cycles,
    // From the MAC array
    input  logic                              drain,
    input  group_t                            drain_tag,
    input  logic                              drain_tag_bank,
    output logic                              drain_bank,
    output logic [31:0]                       drain_first,
    input  logic [ACCUMULATOR_BITS*LANES-1:0] drain_sums,
    // Accumulator buffer; partial_last with the last sums of a pass
    output logic [32*LANES-1:0]               partial_addresses,
    input  logic [ACCUMULATOR_BITS*LANES-1:0] partial_sums,
    output partial_write_t                    partial_write,
    output logic                              partial_last,
    // Values of the normalization unit, and records
    output operand_reads_t                    value_reads,
    input  logic [16*RESULTS-1:0]             value_elements,
    input  logic [16*RESULTS-1:0]             values,
    output logic [32*RESULTS-1:0]             record_addresses,
    input  logic [192*RESULTS-1:0]            records,
    // u32 offset, u8 phase row, u8 phase column
    output logic [32*RESULTS-1:0]             placement_addresses,
    input  logic [64*RESULTS-1:0]             placements,
    // To the result lanes
    output unrounded_t                        results
);
    localparam int K0             = intaglio_constants::OUTPUT_CHANNEL_LANES;
    localparam int P0             = intaglio_constants::PIXEL_LANES;
    localparam int NORMALIZATIONS = intaglio_constants::NORMALIZATION_LANES;
    localparam int PHASES         = intaglio_constants::PHASES;

    logic signed [31:0] input_address, pixel_pitch, columns, output_channels, first_output_channel;
    logic signed [31:0] output_address, output_pitch, output_bytes, output_columns,
                        output_group_pitch, output_stride_y, output_stride_x,
                        output_offset_y, output_offset_x;
    logic signed [31:0] channel_block, accumulator_address;
    logic signed [31:0] rows, last_phase_rows, last_phase_columns;
    logic signed [31:0] input_ring_rows, input_ring_row, output_ring_rows, output_ring_row;
    logic               is_first, is_last, normalizes, joins_phases;

    assign input_address   = command[32*intaglio_constants::COMPUTE_INPUT_ADDRESS +: 32];
    assign pixel_pitch     = command[32*intaglio_constants::COMPUTE_INPUT_PIXEL_PITCH_BYTES +: 32];
    assign columns         = command[32*intaglio_constants::COMPUTE_COLUMNS +: 32];
    assign output_channels = command[32*intaglio_constants::COMPUTE_OUTPUT_CHANNELS +: 32];
    assign first_output_channel =
        command[32*intaglio_constants::COMPUTE_FIRST_OUTPUT_CHANNEL +: 32];
    assign output_address  = command[32*intaglio_constants::COMPUTE_OUTPUT_ADDRESS +: 32];
    assign output_pitch    = command[32*intaglio_constants::COMPUTE_OUTPUT_PIXEL_PITCH_BYTES +: 32];
    assign output_bytes    = command[32*intaglio_constants::COMPUTE_OUTPUT_BYTES_PER_ELEMENT +: 32];
    assign output_columns  = command[32*intaglio_constants::COMPUTE_OUTPUT_TILE_COLUMNS +: 32];
    assign output_group_pitch =
        command[32*intaglio_constants::COMPUTE_OUTPUT_GROUP_PITCH_BYTES +: 32];
    assign output_stride_y = command[32*intaglio_constants::COMPUTE_OUTPUT_STRIDE_Y +: 32];
    assign output_stride_x = command[32*intaglio_constants::COMPUTE_OUTPUT_STRIDE_X +: 32];
    assign output_offset_y = command[32*intaglio_constants::COMPUTE_OUTPUT_OFFSET_Y +: 32];
    assign output_offset_x = command[32*intaglio_constants::COMPUTE_OUTPUT_OFFSET_X +: 32];
    assign channel_block   = command[32*intaglio_constants::COMPUTE_CHANNEL_BLOCK +: 32];
    assign accumulator_address =
        command[32*intaglio_constants::COMPUTE_ACCUMULATOR_ADDRESS +: 32];
    assign rows            = command[32*intaglio_constants::COMPUTE_ROWS +: 32];
    assign last_phase_rows = command[32*intaglio_constants::COMPUTE_LAST_PHASE_ROWS +: 32];
    assign last_phase_columns =
        command[32*intaglio_constants::COMPUTE_LAST_PHASE_COLUMNS +: 32];
    assign input_ring_rows = command[32*intaglio_constants::COMPUTE_INPUT_RING_ROWS +: 32];
    assign input_ring_row  = command[32*intaglio_constants::COMPUTE_INPUT_RING_ROW +: 32];
    assign output_ring_rows = command[32*intaglio_constants::COMPUTE_OUTPUT_RING_ROWS +: 32];
    assign output_ring_row = command[32*intaglio_constants::COMPUTE_OUTPUT_RING_ROW +: 32];
    assign joins_phases    = PHASES != 0 && last_phase_rows != 32'sd0;
    assign is_first        = command[32*intaglio_constants::COMPUTE_PASS_FLAGS];
    assign is_last         = command[32*intaglio_constants::COMPUTE_PASS_FLAGS + 1];
    assign normalizes      = command[32*intaglio_constants::COMPUTE_PASS_FLAGS + 2];

    // Lanes in use, and slots of a group.
    // A slot is the K0 sums of one pixel where they go to the accumulator buffer.
    logic [31:0] lanes, slots;
    assign lanes        = !is_last ? K0 : normalizes ? NORMALIZATIONS : RESULTS;
    assign slots        = !is_last   ? P0 :
                          normalizes ? (K0*P0 + NORMALIZATIONS - 1) / NORMALIZATIONS :
                                       (K0*P0 + RESULTS - 1) / RESULTS;
    assign drain_cycles = slots;

    // The group that drains: as it arrives, then from the register.
    logic                drains, held_bank;
    logic [31:0]         slot, held_slot;
    group_t              tag, held_tag;
    logic                active;

    assign active      = drain || drains;
    assign slot        = drain ? 32'd0 : held_slot;
    assign tag         = drain ? drain_tag : held_tag;
    assign drain_bank  = drain ? drain_tag_bank : held_bank;
    assign drain_first = slot * lanes;

    always_ff @(posedge clock) begin
        if (reset) drains <= 1'b0;
        else if (active) drains <= slot != slots - 32'd1;
        if (active) begin
            held_tag  <= tag;
            held_bank <= drain_bank;
            held_slot <= slot + 32'd1;
        end
    end

    logic signed [31:0] group, row, column, channel;
    logic               last_group;
    assign {last_group, group, row, column, channel} = tag;

    // The buffer's rows of values and results. Without a ring of rows there is nothing to
    // subtract.
    logic signed [31:0] value_place, value_row, output_place, output_row;
    assign value_place  = input_ring_row + row;
    assign value_row    = (value_place >= input_ring_rows) ? value_place - input_ring_rows :
                                                             value_place;
    assign output_place = output_ring_row + row * output_stride_y + output_offset_y;
    assign output_row   = (output_place >= output_ring_rows) ? output_place - output_ring_rows :
                                                               output_place;

    // The members of the bundles, lane by lane
    logic [K0-1:0]                  sum_lanes;
    logic [32*K0-1:0]               sum_addresses;
    logic [ACCUMULATOR_BITS*K0-1:0] sums;
    logic [32*RESULTS-1:0]          value_addresses, value_record_addresses;
    logic [8*RESULTS-1:0]           value_codes;
    logic [RESULTS-1:0]             lane_valid;
    logic                           lane_last;
    logic [64*RESULTS-1:0]          lane_sums;
    logic [192*RESULTS-1:0]         lane_records;
    logic [32*RESULTS-1:0]          lane_addresses;

    assign partial_write.lanes           = sum_lanes;
    assign partial_write.addresses       = sum_addresses;
    assign partial_write.sums            = sums;
    assign value_reads.element_addresses = value_addresses;
    assign value_reads.record_addresses  = value_record_addresses;
    assign value_reads.codes             = value_codes;
    assign results.valid                 = lane_valid;
    assign results.last                  = lane_last;
    assign results.sums                  = lane_sums;
    assign results.firsts                = values;
    assign results.seconds               = '0;
    assign results.records               = lane_records;
    assign results.addresses             = lane_addresses;

    generate
        for (genvar lane = 0; lane < LANES; lane++) begin : g_lane
            logic signed [31:0] element, p, k, j, address;
            logic               valid;
            assign element = drain_first + lane;
            assign p       = element / K0;
            assign k       = channel + element % K0;
            assign j       = column + p;
            assign valid   = active && lane < lanes && p < P0 && j < columns && k < output_channels;

            // Partial sums: (i columns + j) outputChannels + k. Passes of several groups have none.
            logic signed [ACCUMULATOR_BITS-1:0] sum;
            assign partial_addresses[32*lane +: 32] =
                accumulator_address + (row * columns + j) * output_channels + k;
            assign sum = drain_sums[ACCUMULATOR_BITS*lane +: ACCUMULATOR_BITS]
                       + (is_first ? '0 : partial_sums[ACCUMULATOR_BITS*lane +: ACCUMULATOR_BITS]);

            if (lane < K0) begin : g_sum
                always_ff @(posedge clock) begin
                    sum_lanes[lane]              <= valid && !is_last && !reset;
                    sum_addresses[32*lane +: 32] <= partial_addresses[32*lane +: 32];
                    sums[ACCUMULATOR_BITS*lane +: ACCUMULATOR_BITS] <= sum;
                end
            end

            assign address = output_address +
                             (output_row * output_columns +
                              j * output_stride_x + output_offset_x) * output_pitch +
                             group * output_group_pitch;

            if (lane < RESULTS) begin : g_result
                logic [31:0] layer_channel, held_channel;
                // Whether the lane's result lies in the output tile
                logic signed [31:0] offset, phase_row, phase_column;
                logic               in_tile;
                assign placement_addresses[32*lane +: 32] =
                    channel_block + header[32*15 +: 32] + 8 * layer_channel;
                assign phase_row    = {24'd0, placements[64*lane+32 +: 8]};
                assign phase_column = {24'd0, placements[64*lane+40 +: 8]};
                assign offset       = joins_phases ? $signed(placements[64*lane +: 32]) :
                                                     k * output_bytes;
                assign in_tile      = !joins_phases ||
                    (!(row == 32'sd0 && phase_row + output_offset_y < 32'sd0) &&
                     !(row == rows - 32'sd1 && phase_row >= last_phase_rows) &&
                     !(j == 32'sd0 && phase_column + output_offset_x < 32'sd0) &&
                     !(j == columns - 32'sd1 && phase_column >= last_phase_columns));
                assign layer_channel = first_output_channel + group * output_channels + k;
                assign record_addresses[32*lane +: 32] =
                    channel_block + header[32*8 +: 32] + 24 * layer_channel;
                assign value_record_addresses[32*lane +: 32] =
                    channel_block + header[32*6 +: 32] + 8 * held_channel;
                // Normalization reads and writes the same positions, and all channels of each.
                assign value_addresses[32*lane +: 32] =
                    input_address + (value_row * columns + j) * pixel_pitch +
                    first_output_channel + k;
                always_ff @(posedge clock) begin
                    lane_valid[lane]              <= valid && in_tile && is_last && !reset;
                    lane_sums[64*lane +: 64]      <= 64'(sum);
                    lane_records[192*lane +: 192] <= records[192*lane +: 192];
                    lane_addresses[32*lane +: 32] <= address + offset;
                    value_codes[8*lane +: 8]      <= value_elements[16*lane +: 8];
                    held_channel                  <= layer_channel;
                end
            end else begin : g_no_result
                wire unused = &{1'b0, address};
            end
        end
    endgenerate

    always_ff @(posedge clock) begin
        lane_last    <= active && is_last && last_group && slot == slots - 32'd1 && !reset;
        partial_last <= active && !is_last && last_group && slot == slots - 32'd1 && !reset;
    end

    wire unused = &{1'b0, command, header, value_elements, placements};

`ifndef SYNTHESIS
    function automatic logic [31:0] word(input int field);
        word = command[32*field +: 32];
    endfunction

    // Placements are read by the channel block's own lanes.
    always @(posedge clock) begin
        if (drain && last_phase_rows != 32'sd0 && output_ring_rows != 32'sd0)
            $fatal(1, "blocks of phases to a ring of rows");
        if (drain && last_phase_rows != 32'sd0 && (PHASES == 0 || !header[12] || normalizes))
            $fatal(1, "lanes that are phases without placements");
    end

    // What value_addresses rely on.
    always @(posedge clock) begin
        if (drain && normalizes &&
            !(is_first && is_last &&
              word(intaglio_constants::COMPUTE_GROUPS) == 32'd1 &&
              word(intaglio_constants::COMPUTE_FIRST_INPUT_CHANNEL) == 32'd0 &&
              word(intaglio_constants::COMPUTE_INPUT_STRIDE_Y) == 32'd1 &&
              word(intaglio_constants::COMPUTE_INPUT_STRIDE_X) == 32'd1 &&
              word(intaglio_constants::COMPUTE_INPUT_OFFSET_Y) == 32'd0 &&
              word(intaglio_constants::COMPUTE_INPUT_OFFSET_X) == 32'd0 &&
              word(intaglio_constants::COMPUTE_FIRST_ROW) ==
                  word(intaglio_constants::COMPUTE_ORIGIN_Y) &&
              word(intaglio_constants::COMPUTE_FIRST_COLUMN) ==
                  word(intaglio_constants::COMPUTE_ORIGIN_X) &&
              word(intaglio_constants::COMPUTE_TILE_COLUMNS) == $unsigned(columns)))
            $fatal(1, "normalization of other positions or channels than its input tile has");
    end
`endif
endmodule
