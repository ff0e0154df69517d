// Grants bursts of load (0) and store (1) to the one channel: at most one burst per cycle, and at
// most OUTSTANDING in flight.
//
// While both ask, they take turns. The load comes first after reset, and after a cycle in which the
// channel could have issued a burst and none asked.
module intaglio_dma_channel #(
    parameter int OUTSTANDING = intaglio_constants::DMA_OUTSTANDING
) (
    input  logic       clock,
    input  logic       reset,
    input  logic [1:0] asking,
    input  logic       burst_done,
    output logic [1:0] granted
);
    localparam int COUNT_BITS = $clog2(OUTSTANDING + 1);
    localparam logic [COUNT_BITS-1:0] FULL = COUNT_BITS'(OUTSTANDING);

    logic [COUNT_BITS-1:0] in_flight;
    logic                  can_issue;
    logic                  store_was_last;

    assign can_issue = in_flight != FULL;
    assign granted   = !can_issue        ? 2'b00
                     : asking == 2'b11   ? (store_was_last ? 2'b01 : 2'b10)
                     : asking;

    always_ff @(posedge clock) begin
        if (reset) begin
            in_flight      <= '0;
            store_was_last <= 1'b1;
        end else begin
            if (granted != 2'b00 && !burst_done)      in_flight <= in_flight + 1'b1;
            else if (granted == 2'b00 && burst_done)  in_flight <= in_flight - 1'b1;
            if (can_issue) store_was_last <= granted != 2'b01;
        end
    end
endmodule
