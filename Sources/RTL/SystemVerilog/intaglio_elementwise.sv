// Element-wise work: reads the elements of a tile, decodes them and hands the values to the result
// lanes. Each cycle takes a group of up to RESULTS channels of one pixel.
//
//     cycle 1   elements are read                 register: elements
//     cycle 2   decoded, combined                 register: values
//     cycle 3   they stand at the result lanes
//
// The largest element of a window takes a cycle for each of its positions, and so does an element
// for each position that it is copied to.
//
// A two-stage addition takes two cycles more: its operands pass the scale lanes before they are
// combined.
module intaglio_elementwise
    import intaglio_bundles::operand_reads_t, intaglio_bundles::unrounded_t;
#(
    parameter int WORDS   = intaglio_constants::COMPUTE_WORDS,
    parameter int RESULTS = intaglio_constants::RESULT_LANES
) (
    input  logic                   clock,
    input  logic                   reset,
    input  logic                   begins,
    input  logic                   runs,
    input  logic [32*WORDS-1:0]    command,
    input  logic [511:0]           header,
    // Both operands: reads, elements as they lie in the activation buffer, values of codes
    output operand_reads_t         first_reads,
    input  logic [16*RESULTS-1:0]  first_elements,
    input  logic [16*RESULTS-1:0]  first_values,
    output operand_reads_t         second_reads,
    input  logic [16*RESULTS-1:0]  second_elements,
    input  logic [16*RESULTS-1:0]  second_values,
    // Records of the result
    output logic [32*RESULTS-1:0]  record_addresses,
    input  logic [192*RESULTS-1:0] records,
    // To the result lanes
    output unrounded_t             results
);
    localparam logic [31:0] COPY               = 32'd0;
    localparam logic [31:0] QUANTIZE_LATENT    = 32'd3;
    localparam logic [31:0] RECONSTRUCT_LATENT = 32'd4;
    localparam logic [31:0] MULTIPLY           = 32'd5;
    localparam logic [31:0] TWO_STAGE_ADD      = 32'd6;
    localparam logic [31:0] TWO_STAGE_SUBTRACT = 32'd7;
    localparam logic [31:0] MAXIMUM            = 32'd8;
    localparam logic [31:0] REPLICATE          = 32'd9;
    localparam int          SCALE_STAGES       = 2;

    logic [31:0] input_address, input_pitch, output_address, output_pitch, output_bytes,
                 rows, columns, channel_block, first_channel;
    logic [31:0] work, channels, input_bytes,
                 second_address, second_pitch, second_bytes, has_second,
                 fraction_bits, factor, area_reciprocal, reciprocal;
    logic [31:0] window_rows, window_columns, window_stride_y, window_stride_x,
                 window_offset_y, window_offset_x, tile_rows, tile_columns, fill;
    logic [31:0] input_ring_rows, input_ring_row, second_ring_rows, second_ring_row,
                 second_ring_pixel, output_ring_rows, output_ring_row;

    assign input_address  = command[32*intaglio_constants::COMPUTE_INPUT_ADDRESS +: 32];
    assign input_pitch    = command[32*intaglio_constants::COMPUTE_INPUT_PIXEL_PITCH_BYTES +: 32];
    assign output_address = command[32*intaglio_constants::COMPUTE_OUTPUT_ADDRESS +: 32];
    assign output_pitch   = command[32*intaglio_constants::COMPUTE_OUTPUT_PIXEL_PITCH_BYTES +: 32];
    assign output_bytes   = command[32*intaglio_constants::COMPUTE_OUTPUT_BYTES_PER_ELEMENT +: 32];
    assign rows           = command[32*intaglio_constants::COMPUTE_ROWS +: 32];
    assign columns        = command[32*intaglio_constants::COMPUTE_COLUMNS +: 32];
    assign channel_block  = command[32*intaglio_constants::COMPUTE_CHANNEL_BLOCK +: 32];
    assign first_channel  = command[32*intaglio_constants::ELEMENTWISE_FIRST_CHANNEL +: 32];
    assign work           = command[32*intaglio_constants::ELEMENTWISE_FUNCTION +: 32];
    assign channels       = command[32*intaglio_constants::ELEMENTWISE_CHANNELS +: 32];
    assign input_bytes =
        command[32*intaglio_constants::ELEMENTWISE_INPUT_BYTES_PER_ELEMENT +: 32];
    assign second_address = command[32*intaglio_constants::ELEMENTWISE_SECOND_ADDRESS +: 32];
    assign second_pitch =
        command[32*intaglio_constants::ELEMENTWISE_SECOND_PIXEL_PITCH_BYTES +: 32];
    assign second_bytes =
        command[32*intaglio_constants::ELEMENTWISE_SECOND_BYTES_PER_ELEMENT +: 32];
    assign has_second     = command[32*intaglio_constants::ELEMENTWISE_HAS_SECOND +: 32];
    assign fraction_bits  = command[32*intaglio_constants::ELEMENTWISE_FRACTION_BITS +: 32];
    assign factor         = command[32*intaglio_constants::ELEMENTWISE_SHUFFLE_FACTOR +: 32];
    assign area_reciprocal =
        command[32*intaglio_constants::ELEMENTWISE_SHUFFLE_AREA_RECIPROCAL +: 32];
    assign reciprocal     = command[32*intaglio_constants::ELEMENTWISE_SHUFFLE_RECIPROCAL +: 32];

    assign window_rows     = command[32*intaglio_constants::ELEMENTWISE_WINDOW_ROWS +: 32];
    assign window_columns  = command[32*intaglio_constants::ELEMENTWISE_WINDOW_COLUMNS +: 32];
    assign window_stride_y = command[32*intaglio_constants::ELEMENTWISE_WINDOW_STRIDE_Y +: 32];
    assign window_stride_x = command[32*intaglio_constants::ELEMENTWISE_WINDOW_STRIDE_X +: 32];
    assign window_offset_y = command[32*intaglio_constants::ELEMENTWISE_WINDOW_OFFSET_Y +: 32];
    assign window_offset_x = command[32*intaglio_constants::ELEMENTWISE_WINDOW_OFFSET_X +: 32];
    assign tile_rows       = command[32*intaglio_constants::ELEMENTWISE_TILE_ROWS +: 32];
    assign tile_columns    = command[32*intaglio_constants::ELEMENTWISE_ELEMENT_TILE_COLUMNS +: 32];
    assign fill            = command[32*intaglio_constants::ELEMENTWISE_FILL +: 32];

    assign input_ring_rows   = command[32*intaglio_constants::ELEMENTWISE_INPUT_RING_ROWS +: 32];
    assign input_ring_row    = command[32*intaglio_constants::ELEMENTWISE_INPUT_RING_ROW +: 32];
    assign second_ring_rows  = command[32*intaglio_constants::ELEMENTWISE_SECOND_RING_ROWS +: 32];
    assign second_ring_row   = command[32*intaglio_constants::ELEMENTWISE_SECOND_RING_ROW +: 32];
    assign second_ring_pixel = command[32*intaglio_constants::ELEMENTWISE_SECOND_RING_PIXEL +: 32];
    assign output_ring_rows  = command[32*intaglio_constants::ELEMENTWISE_OUTPUT_RING_ROWS +: 32];
    assign output_ring_row   = command[32*intaglio_constants::ELEMENTWISE_OUTPUT_RING_ROW +: 32];

    // Positions that follow each other before the next group of channels: of a window that is read,
    // or of a block that is written.
    logic [31:0] tap_rows, tap_columns, tap_row, tap_column, read_row_tap, read_column_tap,
                 write_row_tap, write_column_tap;
    logic        is_first_tap, is_last_tap;
    assign tap_rows         = (work == REPLICATE) ? factor : window_rows;
    assign tap_columns      = (work == REPLICATE) ? factor : window_columns;
    assign read_row_tap     = (work == REPLICATE) ? 32'd0 : tap_row;
    assign read_column_tap  = (work == REPLICATE) ? 32'd0 : tap_column;
    assign write_row_tap    = (work == REPLICATE) ? tap_row : 32'd0;
    assign write_column_tap = (work == REPLICATE) ? tap_column : 32'd0;
    assign is_first_tap     = tap_row == 32'd0 && tap_column == 32'd0;
    assign is_last_tap      = tap_row == tap_rows - 32'd1 && tap_column == tap_columns - 32'd1;

    // Row, column, first channel of the group; pixel of the second operand in the buffer.
    logic [31:0] row, column, channel, pixel;
    logic        finished, active, ends_channels, ends_columns, ends_rows, ends_ring;

    // Where the first operand is read, and whether the tile has that position.
    logic signed [31:0] read_row, read_column;
    logic        [31:0] read_place, buffer_row, read_pixel;
    logic               is_inside;
    assign read_row    = row * window_stride_y + read_row_tap - window_offset_y;
    assign read_column = column * window_stride_x + read_column_tap - window_offset_x;
    assign is_inside   = read_row >= 0 && read_row < $signed(tile_rows) &&
                         read_column >= 0 && read_column < $signed(tile_columns);
    // Without a ring of rows there is nothing to subtract.
    assign read_place  = input_ring_row + read_row;
    assign buffer_row  = (read_place >= input_ring_rows) ? read_place - input_ring_rows :
                                                           read_place;
    assign read_pixel  = is_inside ? buffer_row * tile_columns + read_column : 32'd0;

    assign active        = runs && !finished;
    assign ends_channels = channel + RESULTS >= channels;
    assign ends_columns  = column == columns - 32'd1;
    assign ends_rows     = row == rows - 32'd1;
    // Of the second operand; never without a ring of rows
    assign ends_ring     = second_ring_row + row + 32'd1 == second_ring_rows;

    always_ff @(posedge clock) begin
        if (begins) begin
            {row, column, channel, tap_row, tap_column, finished} <= '0;
            pixel <= second_ring_pixel;
        end else if (active && !is_last_tap) begin
            tap_column <= (tap_column == tap_columns - 32'd1) ? 32'd0 : tap_column + 32'd1;
            if (tap_column == tap_columns - 32'd1) tap_row <= tap_row + 32'd1;
        end else if (active) begin
            {tap_row, tap_column} <= '0;
            channel <= ends_channels ? 32'd0 : channel + RESULTS;
            if (ends_channels) begin
                pixel    <= (ends_columns && ends_ring) ? 32'd0 : pixel + 32'd1;
                column   <= ends_columns ? 32'd0 : column + 32'd1;
                if (ends_columns) row <= row + 32'd1;
                finished <= ends_columns && ends_rows;
            end
        end
    end

    // The members of the bundles, lane by lane
    logic [32*RESULTS-1:0]  first_addresses, second_addresses, first_record_addresses,
                            second_record_addresses, lane_addresses;
    logic [8*RESULTS-1:0]   first_codes, second_codes;
    logic [RESULTS-1:0]     lane_valid;
    logic                   lane_last;
    logic [64*RESULTS-1:0]  lane_sums;
    logic [16*RESULTS-1:0]  lane_firsts, lane_seconds;
    logic [192*RESULTS-1:0] lane_records;

    assign first_reads.element_addresses  = first_addresses;
    assign first_reads.record_addresses   = first_record_addresses;
    assign first_reads.codes              = first_codes;
    assign second_reads.element_addresses = second_addresses;
    assign second_reads.record_addresses  = second_record_addresses;
    assign second_reads.codes             = second_codes;
    assign results.valid                  = lane_valid;
    assign results.last                   = lane_last;
    assign results.sums                   = lane_sums;
    assign results.firsts                 = lane_firsts;
    assign results.seconds                = lane_seconds;
    assign results.records                = lane_records;
    assign results.addresses              = lane_addresses;

    logic moves, has_two_stages;
    assign moves = work == COPY || work == MAXIMUM || work == REPLICATE;
    assign has_two_stages = work == TWO_STAGE_ADD || work == TWO_STAGE_SUBTRACT;

    logic                    last_read;
    logic [SCALE_STAGES-1:0] last_scaled;
    always_ff @(posedge clock) begin
        last_read   <= active && is_last_tap && ends_channels && ends_columns && ends_rows &&
                       !reset;
        last_scaled <= reset ? '0 : {last_scaled[0], last_read};
        lane_last   <= (has_two_stages ? last_scaled[1] : last_read) && !reset;
    end

    generate
        for (genvar lane = 0; lane < RESULTS; lane++) begin : g_lane
            logic [31:0] c, k, rest, dy, dx, place, output_row, position;
            logic        valid, is_shuffled;
            assign c     = channel + lane;
            assign valid = active && c < channels;
            assign first_addresses[32*lane +: 32] =
                input_address + read_pixel * input_pitch + c * input_bytes;
            assign second_addresses[32*lane +: 32] =
                second_address + pixel * second_pitch + c * second_bytes;

            // With the shuffle factor f: k = c div f^2, dy = c mod f^2 div f, dx = c mod f.
            // The reciprocals turn the divisions into products.
            logic [63:0] area_product, factor_product;
            assign area_product   = 64'(c) * 64'(area_reciprocal);
            assign is_shuffled    = factor != 32'd1 && work != REPLICATE;
            assign k              = is_shuffled ? area_product[63:32] : c;
            assign rest           = is_shuffled ? c - k * factor * factor : 32'd0;
            assign factor_product = 64'(rest) * 64'(reciprocal);
            assign dy             = factor_product[63:32];
            assign dx             = rest - dy * factor;
            assign place          = output_ring_row + (row * factor + dy + write_row_tap);
            assign output_row     = (place >= output_ring_rows) ? place - output_ring_rows : place;
            assign position       = output_row * columns * factor +
                                    column * factor + dx + write_column_tap;

            // Register 1
            logic        read_valid, read_first_tap, read_inside;
            logic [15:0] first, second;
            logic [31:0] read_channel, read_address;
            always_ff @(posedge clock) begin
                read_valid     <= valid && (is_last_tap || work == REPLICATE) && !reset;
                read_first_tap <= is_first_tap;
                read_inside    <= is_inside;
                first        <= first_elements[16*lane +: 16];
                second       <= second_elements[16*lane +: 16];
                read_channel <= first_channel + c;
                read_address <= output_address + position * output_pitch + k * output_bytes;
            end

            assign first_record_addresses[32*lane +: 32] =
                channel_block + header[32*6 +: 32] + 8 * read_channel;
            assign second_record_addresses[32*lane +: 32] =
                channel_block + header[32*7 +: 32] + 8 * read_channel;
            assign record_addresses[32*lane +: 32] =
                channel_block + header[32*8 +: 32] + 24 * read_channel;
            assign first_codes[8*lane +: 8]  = first[7:0];
            assign second_codes[8*lane +: 8] = second[7:0];

            // The element at the position, and the largest of the window up to it
            logic signed [63:0] a, b, combined, element, held, largest;
            assign element = read_inside ? a : 64'($signed(fill));
            assign largest = (read_first_tap || element > held) ? element : held;
            always_ff @(posedge clock) held <= largest;
            assign a = (input_bytes == 32'd2) ? 64'($signed(first)) :
                       moves                  ? 64'(first[7:0]) :
                                                64'($signed(first_values[16*lane +: 16]));
            assign b = (has_second == 32'd0)   ? 64'sd0 :
                       (second_bytes == 32'd2) ? 64'($signed(second)) :
                                                 64'($signed(second_values[16*lane +: 16]));
            assign combined =
                (work == QUANTIZE_LATENT) ?
                    (a - b + ((fraction_bits == 32'd0) ? 64'sd0 :
                                                         64'sd1 <<< (fraction_bits - 32'd1))) >>>
                        fraction_bits :
                (work == RECONSTRUCT_LATENT) ? (a <<< fraction_bits) + b :
                (work == MULTIPLY)           ? a * b :
                (work == MAXIMUM)            ? largest :
                moves                        ? element :
                                               a;

            // The first stage of a two-stage addition, and what waits for it
            logic signed [32:0] scaled_a, scaled_b;
            intaglio_scale_lane first_scale (
                .clock(clock),
                .value(a[15:0]),
                .left_shift(fraction_bits[4:0]),
                .mantissa(header[32*4 +: 31]),
                .exponent(header[112 +: 8]),
                .scaled(scaled_a)
            );
            intaglio_scale_lane second_scale (
                .clock(clock),
                .value(b[15:0]),
                .left_shift(fraction_bits[4:0]),
                .mantissa(header[32*5 +: 31]),
                .exponent(header[120 +: 8]),
                .scaled(scaled_b)
            );

            logic [SCALE_STAGES-1:0]     scaled_valid;
            logic [192*SCALE_STAGES-1:0] scaled_records;
            logic [32*SCALE_STAGES-1:0]  scaled_addresses;
            always_ff @(posedge clock) begin
                scaled_valid     <= reset ? '0 : {scaled_valid[0], read_valid};
                scaled_records   <= {scaled_records[191:0], records[192*lane +: 192]};
                scaled_addresses <= {scaled_addresses[31:0], read_address};
            end

            logic signed [63:0] scaled_sum;
            assign scaled_sum = (work == TWO_STAGE_SUBTRACT) ? 64'(scaled_a) - 64'(scaled_b) :
                                                               64'(scaled_a) + 64'(scaled_b);

            // Register 2
            always_ff @(posedge clock) begin
                lane_firsts[16*lane +: 16]  <= a[15:0];
                lane_seconds[16*lane +: 16] <= b[15:0];
                if (has_two_stages) begin
                    lane_valid[lane]              <= scaled_valid[1] && !reset;
                    lane_sums[64*lane +: 64]      <= scaled_sum;
                    lane_records[192*lane +: 192] <= scaled_records[192 +: 192];
                    lane_addresses[32*lane +: 32] <= scaled_addresses[32 +: 32];
                end else begin
                    lane_valid[lane]              <= read_valid && !reset;
                    lane_sums[64*lane +: 64]      <= combined;
                    lane_records[192*lane +: 192] <= records[192*lane +: 192];
                    lane_addresses[32*lane +: 32] <= read_address;
                end
            end
            wire unused = &{1'b0, area_product, factor_product};
        end
    endgenerate

    wire unused = &{1'b0, command, header};
endmodule
