// Partial sums of tiles whose input channels are split.
//
// LANES sums are read and WRITES sums are written per cycle, in two's complement of SUM_BITS.
module intaglio_accumulator_buffer #(
    parameter int SUMS     = intaglio_constants::ACCUMULATOR_BUFFER_SUMS,
    parameter int SUM_BITS = intaglio_constants::ACCUMULATOR_BITS,
    parameter int LANES    = intaglio_constants::DRAIN_LANES,
    parameter int WRITES   = intaglio_constants::OUTPUT_CHANNEL_LANES
) (
    input  logic                       clock,
    input  logic [32*LANES-1:0]        read_addresses,
    output logic [SUM_BITS*LANES-1:0]  read_sums,
    input  logic [WRITES-1:0]          write_lanes,
    input  logic [32*WRITES-1:0]       write_addresses,
    input  logic [SUM_BITS*WRITES-1:0] write_sums
);
    localparam int ADDRESS_BITS = $clog2(SUMS);

    logic [SUM_BITS-1:0] memory [0:SUMS-1];

    generate
        for (genvar lane = 0; lane < LANES; lane++) begin : g_lane
            assign read_sums[SUM_BITS*lane +: SUM_BITS] =
                memory[read_addresses[32*lane +: ADDRESS_BITS]];
        end
    endgenerate

    always_ff @(posedge clock) begin
        for (int lane = 0; lane < WRITES; lane++) begin
            if (write_lanes[lane])
                memory[write_addresses[32*lane +: ADDRESS_BITS]] <=
                    write_sums[SUM_BITS*lane +: SUM_BITS];
        end
    end

    wire unused = &{1'b0, read_addresses, write_addresses};
endmodule
