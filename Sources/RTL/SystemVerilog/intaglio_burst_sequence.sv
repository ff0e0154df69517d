// Cuts one transfer into bursts: its rows, each split at the multiples of BURST_BYTES.
//
// asking is high from the start cycle of the transfer until its last burst is granted.
// address, bytes and last describe the burst that is asked for.
module intaglio_burst_sequence #(
    parameter int BURST_BYTES = intaglio_constants::MEMORY_BURST_BYTES
) (
    input  logic        clock,
    input  logic        reset,
    input  logic        start,
    input  logic [31:0] external_address,
    input  logic [31:0] planes,
    input  logic [31:0] plane_pitch,
    input  logic [31:0] rows,
    input  logic [31:0] row_pitch,
    input  logic [31:0] row_bytes,
    input  logic        granted,
    output logic        asking,
    output logic [31:0] address,
    output logic [31:0] bytes,
    output logic        last
);
    logic        running;
    logic [31:0] next_address, row_left, row_address, plane_address, rows_left, planes_left;
    logic [31:0] current_left, current_row_address, current_plane_address,
                 current_rows_left, current_planes_left;
    logic [31:0] to_boundary;
    logic        ends_row, ends_plane;

    // In the start cycle the registers are not loaded yet: the command itself is the state.
    assign asking                = start || running;
    assign address               = start ? external_address : next_address;
    assign current_left          = start ? row_bytes : row_left;
    assign current_row_address   = start ? external_address : row_address;
    assign current_plane_address = start ? external_address : plane_address;
    assign current_rows_left     = start ? rows : rows_left;
    assign current_planes_left   = start ? planes : planes_left;

    assign to_boundary = BURST_BYTES - (address & (BURST_BYTES - 1));
    assign bytes       = (current_left < to_boundary) ? current_left : to_boundary;
    assign ends_row    = bytes == current_left;
    assign ends_plane  = ends_row && current_rows_left == 32'd1;
    assign last        = ends_plane && current_planes_left == 32'd1;

    always_ff @(posedge clock) begin
        if (reset) begin
            running <= 1'b0;
        end else if (asking) begin
            running       <= !(granted && last);
            row_left      <= current_left;
            next_address  <= address;
            row_address   <= current_row_address;
            plane_address <= current_plane_address;
            rows_left     <= current_rows_left;
            planes_left   <= current_planes_left;
            if (granted) begin
                if (ends_plane) begin
                    next_address  <= current_plane_address + plane_pitch;
                    row_address   <= current_plane_address + plane_pitch;
                    plane_address <= current_plane_address + plane_pitch;
                    row_left      <= row_bytes;
                    rows_left     <= rows;
                    planes_left   <= current_planes_left - 32'd1;
                end else if (ends_row) begin
                    next_address <= current_row_address + row_pitch;
                    row_address  <= current_row_address + row_pitch;
                    row_left     <= row_bytes;
                    rows_left    <= current_rows_left - 32'd1;
                end else begin
                    next_address <= address + bytes;
                    row_left     <= current_left - bytes;
                end
            end
        end
    end
endmodule
