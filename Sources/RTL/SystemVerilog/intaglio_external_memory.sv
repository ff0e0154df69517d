// Behavioural external memory. Bursts are served in the order of their issue. The first beat of a
// burst comes at the earliest LATENCY cycles after the issue, then one of WIDTH_BYTES every cycle.
//
// In a beat, lane i is the byte at beat_address + i.
// In its cycle read_data is valid, and write_data is taken.
module intaglio_external_memory #(
    parameter int BYTES       = intaglio_constants::EXTERNAL_MEMORY_BYTES,
    parameter int WIDTH_BYTES = intaglio_constants::DMA_BYTES_PER_CYCLE,
    parameter int LATENCY     = intaglio_constants::DMA_LATENCY_CYCLES,
    parameter int OUTSTANDING = intaglio_constants::DMA_OUTSTANDING
) (
    input  logic                     clock,
    input  logic                     reset,
    // Issue of a burst
    input  logic                     issue,
    input  logic                     issue_is_store,
    input  logic [31:0]              issue_address,
    input  logic [31:0]              issue_bytes,
    input  logic                     issue_last,
    // Beats
    output logic                     beat,
    output logic                     beat_is_store,
    output logic                     beat_ends_burst,
    output logic                     beat_ends_transfer,
    output logic [31:0]              beat_address,
    output logic [WIDTH_BYTES-1:0]   beat_lanes,
    output logic [8*WIDTH_BYTES-1:0] read_data,
    input  logic [8*WIDTH_BYTES-1:0] write_data
);
    localparam int ADDRESS_BITS = $clog2(BYTES);
    localparam int SLOT_BITS    = (OUTSTANDING > 1) ? $clog2(OUTSTANDING) : 1;
    localparam logic [SLOT_BITS-1:0] LAST_SLOT = SLOT_BITS'(OUTSTANDING - 1);

    logic [7:0] memory [0:BYTES-1] /* verilator public */;

    // Bursts in flight.
    logic [31:0]          slot_address [0:OUTSTANDING-1];
    logic [31:0]          slot_bytes   [0:OUTSTANDING-1];
    logic [31:0]          slot_ready   [0:OUTSTANDING-1];
    logic                 slot_store   [0:OUTSTANDING-1];
    logic                 slot_last    [0:OUTSTANDING-1];
    logic [SLOT_BITS-1:0] head, tail;
    logic [SLOT_BITS:0]   count;
    logic [31:0]          now;

    logic [31:0] address, left, word_address, skipped, moved;

    assign address            = slot_address[head];
    assign left               = slot_bytes[head];
    assign skipped            = address & (WIDTH_BYTES - 1);
    assign word_address       = address - skipped;
    assign moved              = (left < WIDTH_BYTES - skipped) ? left : WIDTH_BYTES - skipped;
    assign beat_address       = word_address;
    assign beat               = count != '0 && now >= slot_ready[head];
    assign beat_is_store      = slot_store[head];
    assign beat_ends_burst    = beat && moved == left;
    assign beat_ends_transfer = beat_ends_burst && slot_last[head];

    generate
        for (genvar lane = 0; lane < WIDTH_BYTES; lane++) begin : g_lane
            logic [31:0] lane_address;
            assign lane_address              = word_address + lane;
            assign beat_lanes[lane]          = beat && lane >= skipped && lane < skipped + moved;
            assign read_data[8*lane +: 8]    = memory[lane_address[ADDRESS_BITS-1:0]];
            wire unused = &{1'b0, lane_address[31:ADDRESS_BITS]};
        end
    endgenerate

    always_ff @(posedge clock) begin
        for (int lane = 0; lane < WIDTH_BYTES; lane++) begin
            if (beat_lanes[lane] && beat_is_store)
                memory[word_address[ADDRESS_BITS-1:0] + ADDRESS_BITS'(lane)] <=
                    write_data[8*lane +: 8];
        end
        if (reset) begin
            now   <= 32'd0;
            head  <= '0;
            tail  <= '0;
            count <= '0;
        end else begin
            now <= now + 32'd1;
            if (issue) begin
                slot_address[tail] <= issue_address;
                slot_bytes[tail]   <= issue_bytes;
                slot_ready[tail]   <= now + LATENCY;
                slot_store[tail]   <= issue_is_store;
                slot_last[tail]    <= issue_last;
                tail               <= (tail == LAST_SLOT) ? '0 : tail + 1'b1;
            end
            if (beat_ends_burst) begin
                head <= (head == LAST_SLOT) ? '0 : head + 1'b1;
            end else if (beat) begin
                slot_address[head] <= address + moved;
                slot_bytes[head]   <= left - moved;
            end
            if (issue && !beat_ends_burst)      count <= count + 1'b1;
            else if (!issue && beat_ends_burst) count <= count - 1'b1;
        end
    end
endmodule
