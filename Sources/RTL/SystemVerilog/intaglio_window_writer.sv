// Lays the rows of a load as windows, one for each output column, that overlap where those of the
// convolution do: byte q of window j is byte j step - lead + q of the row.
//
// A window has up to WORDS words of C0 bytes. A word ends with the bus word that brings its last
// byte that lies in the row. One word is written a cycle, so that a bus word is taken (ready) in
// the cycle of the last of the words that end with it. Bytes outside the row are not written.
//
//     reach       of the next window's word: bytes that end with it, from the bus word's first on
//     previous    the C0 bytes before the bus word
module intaglio_window_writer #(
    parameter int WIDTH_BYTES = intaglio_constants::MEMORY_BUS_BYTES,
    parameter int C0          = intaglio_constants::INPUT_CHANNEL_LANES,
    parameter int WORDS       = intaglio_constants::WINDOW_WORDS
) (
    input  logic                     clock,
    // The load: windows is 0 where its rows are not laid so
    input  logic                     start,
    input  logic [31:0]              buffer_address,
    input  logic [31:0]              chunk_bytes,
    input  logic [31:0]              chunk_pitch,
    input  logic [31:0]              row_bytes,
    input  logic [31:0]              windows,
    input  logic signed [31:0]       step,
    input  logic signed [31:0]       lead,
    // The bus word that is offered, with at least one byte
    input  logic                     valid,
    input  logic [WIDTH_BYTES-1:0]   lanes,
    input  logic [8*WIDTH_BYTES-1:0] data,
    output logic                     ready,
    // A word for the activation buffer
    output logic [C0-1:0]            write_lanes,
    output logic [31:0]              write_address,
    output logic [8*C0-1:0]          write_data
);
    logic signed [31:0] reach   [0:WORDS-1];
    logic        [31:0] address [0:WORDS-1];
    logic        [31:0] left    [0:WORDS-1];
    logic signed [31:0] taken;
    logic [8*C0-1:0]    previous;

    // What the bus word has
    logic signed [31:0]            skipped, moved;
    logic                          ends_row;
    logic [8*(C0+WIDTH_BYTES)-1:0] bytes, aligned;

    always_comb begin
        skipped = 32'sd0;
        moved   = 32'sd0;
        for (int lane = WIDTH_BYTES - 1; lane >= 0; lane--) begin
            if (lanes[lane]) begin
                skipped = lane;
                moved   = moved + 32'sd1;
            end
        end
    end

    assign ends_row = taken + moved == $signed(row_bytes);
    assign aligned  = {{8*C0{1'b0}}, data} >> (8 * skipped);
    assign bytes    = {aligned[8*WIDTH_BYTES-1:0], previous};

    // The words that end with it, whether those of the next windows do, too, and the first of them
    logic [WORDS-1:0]   due, next_due, written;
    logic signed [31:0] word_bytes, word_reach, offset;

    always_comb begin
        word_bytes    = 32'sd0;
        word_reach    = 32'sd0;
        write_address = 32'd0;
        for (int word = WORDS - 1; word >= 0; word--) begin
            due[word] = left[word] != 32'd0 && (ends_row || reach[word] <= moved);
            next_due[word] = left[word] > 32'd1 && (ends_row || reach[word] + step <= moved);
            if (due[word]) begin
                word_bytes    = (chunk_bytes < 32'(C0 * (word + 1))) ?
                                    $signed(chunk_bytes) - C0 * word : C0;
                word_reach    = reach[word];
                write_address = address[word];
            end
        end
    end

    assign written    = due & (~due + 1'b1);
    assign ready      = windows == 32'd0 || (due == written && (due & next_due) == '0);
    // Place of the word's first byte, counted from the bytes before the bus word
    assign offset     = word_reach - word_bytes + C0;
    assign write_data = (8*C0)'(bytes >> (8 * offset));

    generate
        for (genvar lane = 0; lane < C0; lane++) begin : g_lane
            assign write_lanes[lane] = valid && windows != 32'd0 && due != '0 &&
                                       lane < word_bytes && taken + offset + lane >= C0 &&
                                       offset + lane < C0 + moved;
        end
    endgenerate

    always_ff @(posedge clock) begin
        if (start) begin
            taken <= 32'sd0;
            for (int word = 0; word < WORDS; word++) begin
                reach[word]   <= ((chunk_bytes < 32'(C0 * (word + 1))) ?
                                      $signed(chunk_bytes) : C0 * (word + 1)) - lead;
                address[word] <= buffer_address + 32'(C0 * word);
                left[word]    <= (32'(C0 * word) < chunk_bytes) ? windows : 32'd0;
            end
        end else if (valid) begin
            for (int word = 0; word < WORDS; word++) begin
                if (written[word]) address[word] <= address[word] + chunk_pitch;
                if (ready && ends_row) begin
                    reach[word] <= ((chunk_bytes < 32'(C0 * (word + 1))) ?
                                        $signed(chunk_bytes) : C0 * (word + 1)) - lead;
                    left[word]  <= (32'(C0 * word) < chunk_bytes) ? windows : 32'd0;
                end else begin
                    reach[word] <= reach[word] + (written[word] ? step : 32'sd0)
                                               - (ready ? moved : 32'sd0);
                    if (written[word]) left[word] <= left[word] - 32'd1;
                end
            end
            if (ready) begin
                taken    <= ends_row ? 32'sd0 : taken + moved;
                previous <= (8*C0)'(bytes >> (8 * moved));
            end
        end
    end

    wire unused = &{1'b0, aligned};
endmodule
