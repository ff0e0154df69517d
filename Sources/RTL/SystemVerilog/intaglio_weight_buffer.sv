// Weight codes in words of WORD_BYTES. Every cycle each output channel lane reads one word.
// The DMA writes bytes.
//
// A behavioural memory: its ports say what the banks must deliver together.
module intaglio_weight_buffer #(
    parameter int BYTES      = intaglio_constants::WEIGHT_BUFFER_BYTES,
    parameter int WORD_BYTES = intaglio_constants::INPUT_CHANNEL_LANES,
    parameter int READS      = intaglio_constants::OUTPUT_CHANNEL_LANES,
    parameter int DMA_BYTES  = intaglio_constants::MEMORY_BUS_BYTES
) (
    input  logic                          clock,
    input  logic [32*READS-1:0]           read_addresses,
    output logic [8*WORD_BYTES*READS-1:0] read_words,
    input  logic [DMA_BYTES-1:0]          write_lanes,
    input  logic [32*DMA_BYTES-1:0]       write_addresses,
    input  logic [8*DMA_BYTES-1:0]        write_data
);
    localparam int WORDS     = (BYTES + WORD_BYTES - 1) / WORD_BYTES;
    localparam int WORD_BITS = $clog2(WORDS);

    logic [8*WORD_BYTES-1:0] memory [0:WORDS-1] /* verilator public */;

`ifndef SYNTHESIS
    // What nobody has written is 0xA5.
    initial for (int word = 0; word < WORDS; word++) memory[word] = {WORD_BYTES{8'hA5}};
`endif

    generate
        for (genvar port = 0; port < READS; port++) begin : g_read
            logic [31:0] word;
            assign word = read_addresses[32*port +: 32] / WORD_BYTES;
            assign read_words[8*WORD_BYTES*port +: 8*WORD_BYTES] = memory[word[WORD_BITS-1:0]];
            wire unused = &{1'b0, word[31:WORD_BITS]};
        end
    endgenerate

    always_ff @(posedge clock) begin
        for (int lane = 0; lane < DMA_BYTES; lane++) begin
            if (write_lanes[lane])
                memory[WORD_BITS'(write_addresses[32*lane +: 32] / WORD_BYTES)]
                      [8*(write_addresses[32*lane +: 32] % WORD_BYTES) +: 8] <=
                    write_data[8*lane +: 8];
        end
    end
endmodule
