// Where the bytes of a transfer lie on chip. Their stream is cut into chunks of chunk_bytes;
// chunk i lies at buffer_address + i chunk_pitch.
//
// In each beat the valid lanes take the next positions of the stream.
// Their addresses are given in the same cycle.
module intaglio_chunk_stream #(
    parameter int WIDTH_BYTES = intaglio_constants::MEMORY_BUS_BYTES
) (
    input  logic                      clock,
    input  logic                      start,
    input  logic [31:0]               buffer_address,
    input  logic [31:0]               chunk_bytes,
    input  logic [31:0]               chunk_pitch,
    input  logic                      beat,
    input  logic [WIDTH_BYTES-1:0]    lanes,
    output logic [32*WIDTH_BYTES-1:0] addresses
);
    logic [31:0] chunk_address, chunk_position;
    logic [31:0] next_address, next_position;

    always_comb begin
        next_address  = chunk_address;
        next_position = chunk_position;
        for (int lane = 0; lane < WIDTH_BYTES; lane++) begin
            addresses[32*lane +: 32] = next_address + next_position;
            if (lanes[lane]) begin
                if (next_position == chunk_bytes - 32'd1) begin
                    next_position = 32'd0;
                    next_address  = next_address + chunk_pitch;
                end else begin
                    next_position = next_position + 32'd1;
                end
            end
        end
    end

    always_ff @(posedge clock) begin
        if (start) begin
            chunk_address  <= buffer_address;
            chunk_position <= 32'd0;
        end else if (beat) begin
            chunk_address  <= next_address;
            chunk_position <= next_position;
        end
    end
endmodule
