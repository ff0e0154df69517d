// Issues the steps of a pass. Each group of K0 output channels and P0 pixels has a step for every
// tap and every C0 input channels, the input channels innermost.
//
// A step takes as many cycles as the weights' bandwidth and the busiest activation bank ask for.
// fire is high in the last of them.
//
// A group takes at least drain_cycles, so that the group before has left its bank of accumulators.
module intaglio_step_sequencer
    import intaglio_bundles::group_t, intaglio_bundles::step_t;
#(
    parameter int WORDS        = intaglio_constants::COMPUTE_WORDS,
    parameter int K0           = intaglio_constants::OUTPUT_CHANNEL_LANES,
    parameter int P0           = intaglio_constants::PIXEL_LANES,
    parameter int BANKS        = intaglio_constants::ACTIVATION_BANKS,
    parameter int DEINTERLEAVE = intaglio_constants::ACTIVATION_DEINTERLEAVE,
    parameter int WEIGHT_BYTES = intaglio_constants::WEIGHT_BYTES_PER_CYCLE,
    parameter int KERNEL_ROW   = intaglio_constants::KERNEL_ROW
) (
    input  logic                clock,
    input  logic                begins,
    input  logic                runs,
    input  logic [31:0]         drain_cycles,
    input  logic [32*WORDS-1:0] command,
    // This cycle of this step, and the sums that it belongs to
    output step_t               step,
    output group_t              tag,
    output logic [32*P0-1:0]    activation_addresses,
    output logic [32*K0-1:0]    weight_addresses
);
    localparam int C0            = intaglio_constants::INPUT_CHANNEL_LANES;
    localparam int LANE_BITS     = $clog2(C0 + 1);
    localparam int WEIGHT_CYCLES = (C0 * K0 + WEIGHT_BYTES - 1) / WEIGHT_BYTES;

    logic signed [31:0] input_address, pixel_pitch, origin_y, origin_x, tile_columns, group_pitch,
                        height, width, ring_rows, ring_row;
    logic signed [31:0] groups, input_channels, first_input_channel, output_channels;
    logic signed [31:0] rows, columns, first_row, first_column,
                        stride_y, stride_x, offset_y, offset_x;
    logic signed [31:0] tap_rows, tap_columns, tap_step_y, tap_step_x, weight_address, tap_pitch;

    assign input_address   = command[32*intaglio_constants::COMPUTE_INPUT_ADDRESS +: 32];
    assign pixel_pitch     = command[32*intaglio_constants::COMPUTE_INPUT_PIXEL_PITCH_BYTES +: 32];
    assign origin_y        = command[32*intaglio_constants::COMPUTE_ORIGIN_Y +: 32];
    assign origin_x        = command[32*intaglio_constants::COMPUTE_ORIGIN_X +: 32];
    assign tile_columns    = command[32*intaglio_constants::COMPUTE_TILE_COLUMNS +: 32];
    assign group_pitch     = command[32*intaglio_constants::COMPUTE_INPUT_GROUP_PITCH_BYTES +: 32];
    assign height          = command[32*intaglio_constants::COMPUTE_INPUT_HEIGHT +: 32];
    assign width           = command[32*intaglio_constants::COMPUTE_INPUT_WIDTH +: 32];
    assign groups          = command[32*intaglio_constants::COMPUTE_GROUPS +: 32];
    assign input_channels  = command[32*intaglio_constants::COMPUTE_INPUT_CHANNELS +: 32];
    assign first_input_channel =
        command[32*intaglio_constants::COMPUTE_FIRST_INPUT_CHANNEL +: 32];
    assign output_channels = command[32*intaglio_constants::COMPUTE_OUTPUT_CHANNELS +: 32];
    assign rows            = command[32*intaglio_constants::COMPUTE_ROWS +: 32];
    assign columns         = command[32*intaglio_constants::COMPUTE_COLUMNS +: 32];
    assign first_row       = command[32*intaglio_constants::COMPUTE_FIRST_ROW +: 32];
    assign first_column    = command[32*intaglio_constants::COMPUTE_FIRST_COLUMN +: 32];
    assign stride_y        = command[32*intaglio_constants::COMPUTE_INPUT_STRIDE_Y +: 32];
    assign stride_x        = command[32*intaglio_constants::COMPUTE_INPUT_STRIDE_X +: 32];
    assign offset_y        = command[32*intaglio_constants::COMPUTE_INPUT_OFFSET_Y +: 32];
    assign offset_x        = command[32*intaglio_constants::COMPUTE_INPUT_OFFSET_X +: 32];
    assign tap_rows        = command[32*intaglio_constants::COMPUTE_TAP_ROWS +: 32];
    assign tap_columns     = command[32*intaglio_constants::COMPUTE_TAP_COLUMNS +: 32];
    assign tap_step_y      = command[32*intaglio_constants::COMPUTE_TAP_STEP_Y +: 32];
    assign tap_step_x      = command[32*intaglio_constants::COMPUTE_TAP_STEP_X +: 32];
    assign weight_address  = command[32*intaglio_constants::COMPUTE_WEIGHT_ADDRESS +: 32];
    assign tap_pitch       = command[32*intaglio_constants::COMPUTE_WEIGHT_TAP_PITCH_BYTES +: 32];
    assign ring_rows       = command[32*intaglio_constants::COMPUTE_INPUT_RING_ROWS +: 32];
    assign ring_row        = command[32*intaglio_constants::COMPUTE_INPUT_RING_ROW +: 32];

    // The members of the bundles
    logic             fire, first_step, last_step, last_group, bank;
    logic [P0-1:0]    served_pixels, padding;
    logic [C0*K0-1:0] served_weights;
    logic [31:0]      channel_index, channels_left, group, row, column, channel;
    logic [LANE_BITS*P0-1:0] first_lanes, end_lanes;

    assign step.fire           = fire;
    assign step.first_step     = first_step;
    assign step.last_step      = last_step;
    assign step.bank           = bank;
    assign step.channel_index  = channel_index;
    assign step.channels_left  = channels_left;
    assign step.padding        = padding;
    assign step.first_lanes    = first_lanes;
    assign step.end_lanes      = end_lanes;
    assign step.served_pixels  = served_pixels;
    assign step.served_weights = served_weights;
    assign tag                 = {last_group, group, row, column, channel};

    // Counters, outermost first: group, row, column, channel of the group of sums; tap_row,
    // tap_column, input_channel of the step; part, the cycle of the step.
    // waited counts the cycles since the group began.
    logic signed [31:0] tap_row, tap_column, input_channel, part, waited;
    logic               finished, steps_done, active;
    logic               no_taps;
    logic               ends_step, ends_group, ends_channels, ends_columns, ends_rows, ends_groups;

    assign no_taps = tap_rows == 32'sd0 || tap_columns == 32'sd0;
    assign active  = runs && !finished && !steps_done;

    // Words of the same bank come one after another: that of pixel lane p in cycle rank[p] of the
    // step, where rank[p] counts the lanes before p that read the same bank.
    logic [31:0] rank [0:P0-1];
    logic [31:0] parts;
    always_comb begin
        parts = WEIGHT_CYCLES;
        for (int p = 0; p < P0; p++) begin
            rank[p] = 32'd0;
            for (int q = 0; q < P0; q++) begin
                if (q < p && (DEINTERLEAVE != 0 ? ((p - q) % BANKS == 0) :
                                                  (((p - q) * stride_x) % BANKS == 0)))
                    rank[p] = rank[p] + 32'd1;
            end
            if (rank[p] + 32'd1 > parts) parts = rank[p] + 32'd1;
        end
    end

    assign ends_step     = part == parts - 32'd1;
    assign fire          = active && ends_step;
    assign first_step    = (tap_row == 32'sd0 && tap_column == 32'sd0 && input_channel == 32'sd0);
    assign last_step     = no_taps || (tap_row == tap_rows - 32'sd1 &&
                                       tap_column == tap_columns - 32'sd1 &&
                                       input_channel + C0 >= input_channels);
    assign ends_group    = (steps_done || (fire && last_step)) && waited + 32'sd1 >= drain_cycles;
    assign ends_channels = $signed(channel) + K0 >= output_channels;
    assign ends_columns  = $signed(column) + P0 >= columns;
    assign ends_rows     = row == rows - 32'd1;
    assign ends_groups   = group == groups - 32'd1;
    assign last_group    = ends_channels && ends_columns && ends_rows && ends_groups;

    always_ff @(posedge clock) begin
        if (begins) begin
            {group, row, column, channel, tap_row, tap_column, input_channel, part, waited} <= '0;
            {finished, steps_done, bank} <= '0;
        end else if (runs && !finished) begin
            waited <= ends_group ? 32'd0 : waited + 32'd1;
            if (active) begin
                part <= ends_step ? 32'd0 : part + 32'd1;
                if (ends_step) begin
                    if (last_step) begin
                        {tap_row, tap_column, input_channel} <= '0;
                        steps_done <= !ends_group;
                    end else if (input_channel + C0 < input_channels) begin
                        input_channel <= input_channel + C0;
                    end else begin
                        input_channel <= 32'sd0;
                        tap_column    <= (tap_column == tap_columns - 32'sd1) ? 32'sd0 :
                                                                                tap_column + 32'sd1;
                        if (tap_column == tap_columns - 32'sd1) tap_row <= tap_row + 32'sd1;
                    end
                end
            end
            if (ends_group) begin
                steps_done <= 1'b0;
                bank       <= !bank;
                finished   <= last_group;
                channel    <= ends_channels ? 32'd0 : channel + K0;
                if (ends_channels) begin
                    column <= ends_columns ? 32'd0 : column + P0;
                    if (ends_columns) begin
                        row <= ends_rows ? 32'd0 : row + 32'd1;
                        if (ends_rows) group <= group + 32'd1;
                    end
                end
            end
        end
    end

    // Addresses of this step. Without a ring of rows there is nothing to subtract.
    logic signed [31:0] y, x, ring_place, buffer_row, pixel, weight_base, weight_row;

    assign y           = (first_row + $signed(row)) * stride_y +
                         tap_row * tap_step_y + offset_y;
    assign x           = (first_column + $signed(column)) * stride_x +
                         tap_column * tap_step_x + offset_x;
    assign ring_place  = ring_row + y - origin_y;
    assign buffer_row  = (ring_place >= ring_rows) ? ring_place - ring_rows : ring_place;
    assign pixel       = input_address +
                         (buffer_row * tile_columns + x - origin_x) * pixel_pitch +
                         $signed(group) * group_pitch + input_channel;
    assign weight_row  = tap_rows * tap_columns * tap_pitch;
    assign weight_base = weight_address +
                         ($signed(group) * output_channels + $signed(channel)) * weight_row +
                         (tap_row * tap_columns + tap_column) * tap_pitch + input_channel;

    assign channel_index = first_input_channel + $signed(group) * input_channels + input_channel;
    assign channels_left = input_channels - input_channel;

    generate
        for (genvar p = 0; p < P0; p++) begin : g_pixel
            logic signed [31:0] lane_x;
            assign lane_x           = x + p * stride_x;
            assign padding[p]       = no_taps || y < 0 || y >= height || lane_x < 0 ||
                                      lane_x >= width || $signed(column) + p >= columns;
            assign served_pixels[p] = active && $unsigned(part) == rank[p];
            assign activation_addresses[32*p +: 32] = pixel + p * stride_x * pixel_pitch;
        end
        for (genvar k = 0; k < K0; k++) begin : g_channel
            assign weight_addresses[32*k +: 32] = weight_base + k * weight_row;
            for (genvar c = 0; c < C0; c++) begin : g_byte
                assign served_weights[C0*k + c] = active && part == (C0 * k + c) / WEIGHT_BYTES;
            end
        end
    endgenerate

    // Windows: lanes whose codes lie outside the picture's row are 0. The place of the first code
    // of each pixel lane's window, in the row, is a sum.
    generate
        if (KERNEL_ROW != 0) begin : g_windows
            // Of the first pixel lane, of the one looked at, and of the next group of pixels
            logic signed [31:0] window, place, next_window;
            // Codes of this step's word before the row's first, and up to its last
            logic signed [31:0] ahead, rest;
            logic signed [31:0] window_start, window_step, window_limit;

            assign window_start = command[32*intaglio_constants::COMPUTE_WINDOW_START +: 32];
            assign window_step  = command[32*intaglio_constants::COMPUTE_WINDOW_STEP +: 32];
            assign window_limit = command[32*intaglio_constants::COMPUTE_WINDOW_LIMIT +: 32];

            always_comb begin
                place = window;
                ahead = 32'sd0;
                rest  = 32'sd0;
                for (int p = 0; p < P0; p++) begin
                    ahead = -place - input_channel;
                    rest  = ahead + window_limit;
                    first_lanes[LANE_BITS*p +: LANE_BITS] =
                        (ahead <= 0) ? '0 : (ahead >= C0) ? LANE_BITS'(C0) : LANE_BITS'(ahead);
                    end_lanes[LANE_BITS*p +: LANE_BITS] =
                        (rest <= 0) ? '0 : (rest >= C0) ? LANE_BITS'(C0) : LANE_BITS'(rest);
                    place = place + window_step;
                end
                next_window = place;
            end

            always_ff @(posedge clock) begin
                if (begins) window <= window_start;
                else if (runs && !finished && ends_group && ends_channels)
                    window <= ends_columns ? window_start : next_window;
            end
        end else begin : g_no_windows
            assign first_lanes = '0;
            assign end_lanes   = {P0{LANE_BITS'(C0)}};
        end
    endgenerate

    wire unused = &{1'b0, command};

`ifndef SYNTHESIS
    // The channels of one group follow those of the other: here in channel_index, in the drain in
    // the addresses of records and partial sums.
    always @(posedge clock) begin
        if (begins && groups != 32'sd1 &&
            !(command[32*intaglio_constants::COMPUTE_LAYER_GROUP_INPUT_CHANNELS +: 32] ==
                  $unsigned(input_channels) &&
              command[32*intaglio_constants::COMPUTE_LAYER_GROUP_OUTPUT_CHANNELS +: 32] ==
                  $unsigned(output_channels) &&
              command[32*intaglio_constants::COMPUTE_PASS_FLAGS +: 2] == 2'b11))
            $fatal(1, "a pass of %0d groups takes a part of their channels", groups);
    end
`endif
endmodule
