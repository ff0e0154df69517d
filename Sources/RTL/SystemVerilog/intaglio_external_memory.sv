// Behavioural external memory with one bus for both directions or one each (full duplex); reads are
// 0, writes 1. A read is done with its last beat, a write WRITE_LATENCY cycles after it, when its
// response comes.
//
// A word of a read is offered (read_valid) until it is taken (read_ready), which is its beat.
// While it is offered read_data is valid. In the cycle of a write's beat write_data is taken.
// Lane i of read_lanes is the byte at the bus word's address + i, of write_lanes that at
// write_address + i.
module intaglio_external_memory #(
    parameter int BYTES             = intaglio_constants::EXTERNAL_MEMORY_BYTES,
    parameter int WIDTH_BYTES       = intaglio_constants::MEMORY_BUS_BYTES,
    parameter int FULL_DUPLEX       = intaglio_constants::MEMORY_FULL_DUPLEX,
    parameter int WRITE_LATENCY     = intaglio_constants::WRITE_LATENCY_CYCLES,
    parameter int WRITE_OUTSTANDING = intaglio_constants::WRITE_OUTSTANDING
) (
    input  logic                     clock,
    input  logic                     reset,
    // Issue of bursts
    input  logic [1:0]               issue,
    input  logic [63:0]              issue_addresses,
    input  logic [63:0]              issue_bytes,
    input  logic [1:0]               issue_last,
    // Beats and ends
    output logic                     read_valid,
    input  logic                     read_ready,
    output logic [1:0]               beat,
    output logic [1:0]               burst_done,
    output logic [1:0]               transfer_done,
    output logic [31:0]              write_address,
    output logic [WIDTH_BYTES-1:0]   read_lanes,
    output logic [WIDTH_BYTES-1:0]   write_lanes,
    output logic [8*WIDTH_BYTES-1:0] read_data,
    input  logic [8*WIDTH_BYTES-1:0] write_data
);
    localparam int ADDRESS_BITS = $clog2(BYTES);
    localparam int SLOT_BITS    = (WRITE_OUTSTANDING > 1) ? $clog2(WRITE_OUTSTANDING) : 1;
    localparam logic [SLOT_BITS-1:0] LAST_SLOT = SLOT_BITS'(WRITE_OUTSTANDING - 1);

    logic [7:0] memory [0:BYTES-1] /* verilator public */;

    logic [31:0] now, read_address;
    logic [1:0]  ends_burst, ends_transfer;

    generate
        if (FULL_DUPLEX != 0) begin : g_two
            wire [1:0] is_store;
            wire       offers_write;
            intaglio_memory_bus reads (
                .clock(clock),
                .reset(reset),
                .now(now),
                .issue(issue[0]),
                .issue_is_store(1'b0),
                .issue_address(issue_addresses[31:0]),
                .issue_bytes(issue_bytes[31:0]),
                .issue_last(issue_last[0]),
                .read_ready(read_ready),
                .offers(read_valid),
                .beat(beat[0]),
                .beat_is_store(is_store[0]),
                .beat_ends_burst(ends_burst[0]),
                .beat_ends_transfer(ends_transfer[0]),
                .beat_address(read_address),
                .beat_lanes(read_lanes)
            );
            intaglio_memory_bus writes (
                .clock(clock),
                .reset(reset),
                .now(now),
                .issue(issue[1]),
                .issue_is_store(1'b1),
                .issue_address(issue_addresses[63:32]),
                .issue_bytes(issue_bytes[63:32]),
                .issue_last(issue_last[1]),
                .read_ready(1'b0),
                .offers(offers_write),
                .beat(beat[1]),
                .beat_is_store(is_store[1]),
                .beat_ends_burst(ends_burst[1]),
                .beat_ends_transfer(ends_transfer[1]),
                .beat_address(write_address),
                .beat_lanes(write_lanes)
            );
            wire unused = &{1'b0, is_store, offers_write};
        end else begin : g_one
            wire                   offers, moves, is_store, last_beat, last_of_transfer;
            wire [31:0]            address;
            wire [WIDTH_BYTES-1:0] lanes;
            intaglio_memory_bus both (
                .clock(clock),
                .reset(reset),
                .now(now),
                .issue(issue != 2'b00),
                .issue_is_store(issue[1]),
                .issue_address(issue[1] ? issue_addresses[63:32] : issue_addresses[31:0]),
                .issue_bytes(issue[1] ? issue_bytes[63:32] : issue_bytes[31:0]),
                .issue_last(issue[1] ? issue_last[1] : issue_last[0]),
                .read_ready(read_ready),
                .offers(offers),
                .beat(moves),
                .beat_is_store(is_store),
                .beat_ends_burst(last_beat),
                .beat_ends_transfer(last_of_transfer),
                .beat_address(address),
                .beat_lanes(lanes)
            );
            assign read_valid    = offers && !is_store;
            assign beat          = {moves && is_store, moves && !is_store};
            assign ends_burst    = {last_beat && is_store, last_beat && !is_store};
            assign ends_transfer = {last_of_transfer && is_store, last_of_transfer && !is_store};
            assign read_address  = address;
            assign write_address = address;
            assign read_lanes    = is_store ? '0 : lanes;
            assign write_lanes   = is_store ? lanes : '0;
        end
        for (genvar lane = 0; lane < WIDTH_BYTES; lane++) begin : g_lane
            logic [31:0] lane_address;
            assign lane_address           = read_address + lane;
            assign read_data[8*lane +: 8] = memory[lane_address[ADDRESS_BITS-1:0]];
            wire unused = &{1'b0, lane_address[31:ADDRESS_BITS]};
        end
    endgenerate

    // Responses to writes on their way.
    logic [31:0]          response_time [0:WRITE_OUTSTANDING-1];
    logic                 response_last [0:WRITE_OUTSTANDING-1];
    logic [SLOT_BITS-1:0] head, tail;
    logic [SLOT_BITS:0]   count;
    logic                 responds;

    assign responds      = count != '0 && now >= response_time[head];
    assign burst_done    = {responds, ends_burst[0]};
    assign transfer_done = {responds && response_last[head], ends_transfer[0]};

    always_ff @(posedge clock) begin
        for (int lane = 0; lane < WIDTH_BYTES; lane++) begin
            if (write_lanes[lane])
                memory[write_address[ADDRESS_BITS-1:0] + ADDRESS_BITS'(lane)] <=
                    write_data[8*lane +: 8];
        end
        if (reset) begin
            now   <= 32'd0;
            head  <= '0;
            tail  <= '0;
            count <= '0;
        end else begin
            now <= now + 32'd1;
            if (ends_burst[1]) begin
                response_time[tail] <= now + WRITE_LATENCY;
                response_last[tail] <= ends_transfer[1];
                tail                <= (tail == LAST_SLOT) ? '0 : tail + 1'b1;
            end
            if (responds) head <= (head == LAST_SLOT) ? '0 : head + 1'b1;
            if (ends_burst[1] && !responds)      count <= count + 1'b1;
            else if (!ends_burst[1] && responds) count <= count - 1'b1;
        end
    end
endmodule
