// Activations, with these ports:
//
//     MAC array       reads one word of WORD_BYTES for each pixel lane
//     result lanes    read elements of one or two bytes for two operands, write results
//     DMA             reads and writes bytes, writes words of windows
//
// A behavioural memory without banks. The step sequencer decides which words the banks of the chip
// can give in one cycle.
module intaglio_activation_buffer #(
    parameter int BYTES      = intaglio_constants::ACTIVATION_BUFFER_BYTES,
    parameter int WORD_BYTES = intaglio_constants::INPUT_CHANNEL_LANES,
    parameter int READS      = intaglio_constants::PIXEL_LANES,
    parameter int RESULTS    = intaglio_constants::RESULT_LANES,
    parameter int DMA_BYTES  = intaglio_constants::MEMORY_BUS_BYTES
) (
    input  logic                          clock,
    // Words of the MAC array
    input  logic [32*READS-1:0]           read_addresses,
    output logic [8*WORD_BYTES*READS-1:0] read_words,
    // Elements of the result lanes, little endian: the second byte is that of the next address
    input  logic [32*RESULTS-1:0]         first_addresses,
    output logic [16*RESULTS-1:0]         first_elements,
    input  logic [32*RESULTS-1:0]         second_addresses,
    output logic [16*RESULTS-1:0]         second_elements,
    // Results
    input  logic [RESULTS-1:0]            result_lanes,
    input  logic                          result_is_wide,
    input  logic [32*RESULTS-1:0]         result_addresses,
    input  logic [16*RESULTS-1:0]         result_elements,
    // DMA
    input  logic [DMA_BYTES-1:0]          write_lanes,
    input  logic [32*DMA_BYTES-1:0]       write_addresses,
    input  logic [8*DMA_BYTES-1:0]        write_data,
    input  logic [32*DMA_BYTES-1:0]       byte_addresses,
    output logic [8*DMA_BYTES-1:0]        byte_data,
    // A word of a window: lane i at window_address + i
    input  logic [WORD_BYTES-1:0]         window_lanes,
    input  logic [31:0]                   window_address,
    input  logic [8*WORD_BYTES-1:0]       window_data
);
    localparam int ADDRESS_BITS = $clog2(BYTES);

    logic [7:0] memory [0:BYTES-1] /* verilator public */;

`ifndef SYNTHESIS
    // What nobody has written is 0xA5.
    initial for (int address = 0; address < BYTES; address++) memory[address] = 8'hA5;
`endif

    generate
        for (genvar port = 0; port < READS; port++) begin : g_read
            for (genvar place = 0; place < WORD_BYTES; place++) begin : g_byte
                logic [31:0] address;
                assign address = read_addresses[32*port +: 32] + place;
                assign read_words[8*(WORD_BYTES*port + place) +: 8] =
                    memory[address[ADDRESS_BITS-1:0]];
                wire unused = &{1'b0, address[31:ADDRESS_BITS]};
            end
        end
        for (genvar lane = 0; lane < RESULTS; lane++) begin : g_element
            logic [31:0] first, second;
            assign first  = first_addresses[32*lane +: 32];
            assign second = second_addresses[32*lane +: 32];
            assign first_elements[16*lane +: 16]  = {memory[first[ADDRESS_BITS-1:0] + 1'b1],
                                                     memory[first[ADDRESS_BITS-1:0]]};
            assign second_elements[16*lane +: 16] = {memory[second[ADDRESS_BITS-1:0] + 1'b1],
                                                     memory[second[ADDRESS_BITS-1:0]]};
            wire unused = &{1'b0, first[31:ADDRESS_BITS], second[31:ADDRESS_BITS]};
        end
        for (genvar lane = 0; lane < DMA_BYTES; lane++) begin : g_dma
            logic [31:0] address;
            assign address = byte_addresses[32*lane +: 32];
            assign byte_data[8*lane +: 8] = memory[address[ADDRESS_BITS-1:0]];
            wire unused = &{1'b0, address[31:ADDRESS_BITS]};
        end
    endgenerate

    always_ff @(posedge clock) begin
        for (int lane = 0; lane < DMA_BYTES; lane++) begin
            if (write_lanes[lane])
                memory[write_addresses[32*lane +: ADDRESS_BITS]] <= write_data[8*lane +: 8];
        end
        for (int lane = 0; lane < WORD_BYTES; lane++) begin
            if (window_lanes[lane])
                memory[window_address[ADDRESS_BITS-1:0] + ADDRESS_BITS'(lane)] <=
                    window_data[8*lane +: 8];
        end
        for (int lane = 0; lane < RESULTS; lane++) begin
            if (result_lanes[lane]) begin
                memory[result_addresses[32*lane +: ADDRESS_BITS]] <= result_elements[16*lane +: 8];
                if (result_is_wide)
                    memory[result_addresses[32*lane +: ADDRESS_BITS] + 1'b1] <=
                        result_elements[16*lane+8 +: 8];
            end
        end
    end

    wire unused_addresses = &{1'b0, write_addresses, result_addresses, window_address};
endmodule
