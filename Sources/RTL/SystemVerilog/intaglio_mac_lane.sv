// One output channel of one pixel: INPUT_LANES products, their sum, and two accumulators.
// One accumulator is summed into while the other drains.
//
// Operands and weights come from registers, and the sum passes DELAY registers.
// accumulate, first and bank describe the sum that leaves the last of them.
module intaglio_mac_lane #(
    parameter int INPUT_LANES      = intaglio_constants::INPUT_CHANNEL_LANES,
    parameter int ACCUMULATOR_BITS = intaglio_constants::ACCUMULATOR_BITS,
    parameter int WEIGHT_BITS      = intaglio_constants::WEIGHT_BITS,
    parameter int DELAY            = intaglio_constants::PIPELINE_STAGES - 3
) (
    input  logic                               clock,
    input  logic [16*INPUT_LANES-1:0]          operands,
    input  logic [WEIGHT_BITS*INPUT_LANES-1:0] weights,
    input  logic                               accumulate,
    input  logic                               first,
    input  logic                               bank,
    output logic signed [ACCUMULATOR_BITS-1:0] sum_0,
    output logic signed [ACCUMULATOR_BITS-1:0] sum_1
);
    // 16 x WEIGHT_BITS products of INPUT_LANES channels.
    localparam int PRODUCT_BITS = 16 + WEIGHT_BITS + $clog2(INPUT_LANES);

    logic signed [PRODUCT_BITS-1:0]     tree;
    logic signed [PRODUCT_BITS-1:0]     delayed [0:DELAY-1];
    logic signed [ACCUMULATOR_BITS-1:0] term;

    always_comb begin
        tree = '0;
        for (int lane = 0; lane < INPUT_LANES; lane++) begin
            // Both operands are widened first: a product is as wide as its wider operand.
            tree = tree + PRODUCT_BITS'($signed(operands[16*lane +: 16])) *
                          PRODUCT_BITS'($signed(weights[WEIGHT_BITS*lane +: WEIGHT_BITS]));
        end
    end

    assign term = ACCUMULATOR_BITS'(delayed[DELAY-1]);

    always_ff @(posedge clock) begin
        delayed[0] <= tree;
        for (int stage = 1; stage < DELAY; stage++) delayed[stage] <= delayed[stage-1];
        if (accumulate && !bank) sum_0 <= first ? term : sum_0 + term;
        if (accumulate && bank)  sum_1 <= first ? term : sum_1 + term;
    end
endmodule
