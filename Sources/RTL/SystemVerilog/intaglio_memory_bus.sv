// When the beats of one bus of the external memory move. Bursts are served in the order of their
// issue. A read begins at the earliest READ_LATENCY cycles after its issue, a write one cycle
// after. Behind each burst the bus is lost for the overhead of its direction; and of every
// EFFICIENCY_CYCLES in which bursts move the bus rests for all but EFFICIENCY_BEATS.
//
// A word of a read is offered until it is taken (read_ready): then it is a beat. Lane i of a word
// that is offered is the byte at beat_address + i.
module intaglio_memory_bus #(
    parameter int WIDTH_BYTES       = intaglio_constants::MEMORY_BUS_BYTES,
    parameter int SLOTS             = intaglio_constants::READ_OUTSTANDING
                                    + intaglio_constants::WRITE_OUTSTANDING,
    parameter int READ_LATENCY      = intaglio_constants::READ_LATENCY_CYCLES,
    parameter int READ_OVERHEAD     = intaglio_constants::READ_OVERHEAD_CYCLES,
    parameter int WRITE_OVERHEAD    = intaglio_constants::WRITE_OVERHEAD_CYCLES,
    parameter int EFFICIENCY_BEATS  = intaglio_constants::MEMORY_EFFICIENCY_BEATS,
    parameter int EFFICIENCY_CYCLES = intaglio_constants::MEMORY_EFFICIENCY_CYCLES
) (
    input  logic                   clock,
    input  logic                   reset,
    input  logic [31:0]            now,
    // Issue of a burst
    input  logic                   issue,
    input  logic                   issue_is_store,
    input  logic [31:0]            issue_address,
    input  logic [31:0]            issue_bytes,
    input  logic                   issue_last,
    // Beats
    input  logic                   read_ready,
    output logic                   offers,
    output logic                   beat,
    output logic                   beat_is_store,
    output logic                   beat_ends_burst,
    output logic                   beat_ends_transfer,
    output logic [31:0]            beat_address,
    output logic [WIDTH_BYTES-1:0] beat_lanes
);
    localparam int SLOT_BITS = (SLOTS > 1) ? $clog2(SLOTS) : 1;
    localparam logic [SLOT_BITS-1:0] LAST_SLOT = SLOT_BITS'(SLOTS - 1);
    // In EFFICIENCY_BEATS-ths of a cycle: what a beat adds to the rest that is due, and what a rest
    // takes.
    localparam logic [7:0] REST_DUE   = 8'(EFFICIENCY_CYCLES - EFFICIENCY_BEATS);
    localparam logic [7:0] REST_TAKEN = 8'(EFFICIENCY_BEATS);

    // Bursts in flight.
    logic [31:0]          slot_address [0:SLOTS-1];
    logic [31:0]          slot_bytes   [0:SLOTS-1];
    logic [31:0]          slot_ready   [0:SLOTS-1];
    logic                 slot_store   [0:SLOTS-1];
    logic                 slot_last    [0:SLOTS-1];
    logic [SLOT_BITS-1:0] head, tail;
    logic [SLOT_BITS:0]   count;
    // Until when the bus is lost behind the burst before, and the rest that is due before the next
    // beat.
    logic [31:0]          free;
    logic [7:0]           rest;

    logic        could_move;
    logic [31:0] address, left, skipped, moved;

    assign address            = slot_address[head];
    assign left               = slot_bytes[head];
    assign skipped            = address & (WIDTH_BYTES - 1);
    assign moved              = (left < WIDTH_BYTES - skipped) ? left : WIDTH_BYTES - skipped;
    assign could_move         = count != '0 && now >= slot_ready[head] && now >= free;
    assign offers             = could_move && rest < REST_TAKEN;
    assign beat               = offers && (beat_is_store || read_ready);
    assign beat_address       = address - skipped;
    assign beat_is_store      = slot_store[head];
    assign beat_ends_burst    = beat && moved == left;
    assign beat_ends_transfer = beat_ends_burst && slot_last[head];

    generate
        for (genvar lane = 0; lane < WIDTH_BYTES; lane++) begin : g_lane
            assign beat_lanes[lane] = offers && lane >= skipped && lane < skipped + moved;
        end
    endgenerate

    always_ff @(posedge clock) begin
        if (reset) begin
            head  <= '0;
            tail  <= '0;
            count <= '0;
            free  <= 32'd0;
            rest  <= REST_DUE;
        end else begin
            if (issue) begin
                slot_address[tail] <= issue_address;
                slot_bytes[tail]   <= issue_bytes;
                slot_ready[tail]   <= now + (issue_is_store ? 32'd1 : READ_LATENCY);
                slot_store[tail]   <= issue_is_store;
                slot_last[tail]    <= issue_last;
                tail               <= (tail == LAST_SLOT) ? '0 : tail + 1'b1;
            end
            if (beat)                       rest <= rest + REST_DUE;
            else if (could_move && !offers) rest <= rest - REST_TAKEN;
            if (beat_ends_burst) begin
                head <= (head == LAST_SLOT) ? '0 : head + 1'b1;
                free <= now + 32'd1 + (beat_is_store ? WRITE_OVERHEAD : READ_OVERHEAD);
            end else if (beat) begin
                slot_address[head] <= address + moved;
                slot_bytes[head]   <= left - moved;
            end
            if (issue && !beat_ends_burst)      count <= count + 1'b1;
            else if (!issue && beat_ends_burst) count <= count - 1'b1;
        end
    end
endmodule
