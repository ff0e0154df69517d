// Grants bursts of load (0) and store (1), each with a number in flight of its own.
//
// On one bus (half duplex) one burst is granted in a cycle. While both could issue they take turns;
// the first turn after reset is the load's. On two buses each direction is granted by itself.
module intaglio_dma_channel #(
    parameter int FULL_DUPLEX       = intaglio_constants::MEMORY_FULL_DUPLEX,
    parameter int READ_OUTSTANDING  = intaglio_constants::READ_OUTSTANDING,
    parameter int WRITE_OUTSTANDING = intaglio_constants::WRITE_OUTSTANDING
) (
    input  logic       clock,
    input  logic       reset,
    input  logic [1:0] asking,
    input  logic [1:0] burst_done,
    output logic [1:0] granted
);
    localparam int COUNT_BITS =
        $clog2(((READ_OUTSTANDING > WRITE_OUTSTANDING) ? READ_OUTSTANDING : WRITE_OUTSTANDING) + 1);
    localparam logic [COUNT_BITS-1:0] READ_FULL  = COUNT_BITS'(READ_OUTSTANDING);
    localparam logic [COUNT_BITS-1:0] WRITE_FULL = COUNT_BITS'(WRITE_OUTSTANDING);

    logic [COUNT_BITS-1:0] reads, writes;
    logic [1:0]            can_issue;
    logic                  store_was_last;

    assign can_issue = asking & {writes != WRITE_FULL, reads != READ_FULL};
    assign granted   = (FULL_DUPLEX != 0 || can_issue != 2'b11) ? can_issue
                     : store_was_last ? 2'b01 : 2'b10;

    always_ff @(posedge clock) begin
        if (reset) begin
            reads          <= '0;
            writes         <= '0;
            store_was_last <= 1'b1;
        end else begin
            if (granted[0] && !burst_done[0])      reads <= reads + 1'b1;
            else if (!granted[0] && burst_done[0]) reads <= reads - 1'b1;
            if (granted[1] && !burst_done[1])      writes <= writes + 1'b1;
            else if (!granted[1] && burst_done[1]) writes <= writes - 1'b1;
            if (granted != 2'b00) store_was_last <= granted[1];
        end
    end
endmodule
