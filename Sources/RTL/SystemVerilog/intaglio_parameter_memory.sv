// Tables and records of the layers, with a port for everything that a unit reads in one cycle.
//
// All addresses are bytes. Those of headers, records and tables are even. Records have fixed sizes
// (ChannelBlock, ParameterBlock).
//
// A behavioural memory with as many read ports as lanes need.
// Silicon keeps copies of the tables beside the lanes, written together.
module intaglio_parameter_memory #(
    parameter int BYTES          = intaglio_constants::PARAMETER_MEMORY_BYTES,
    parameter int INPUT_LANES    = intaglio_constants::INPUT_CHANNEL_LANES,
    parameter int OPERANDS       = intaglio_constants::INPUT_CHANNEL_LANES *
                                   intaglio_constants::PIXEL_LANES,
    parameter int WEIGHTS        = intaglio_constants::INPUT_CHANNEL_LANES *
                                   intaglio_constants::OUTPUT_CHANNEL_LANES,
    parameter int RESULTS        = intaglio_constants::RESULT_LANES,
    parameter int BY_TABLE       = intaglio_constants::NORMALIZATION_BY_TABLE,
    parameter int PHASES         = intaglio_constants::PHASES,
    parameter int DMA_BYTES      = intaglio_constants::MEMORY_BUS_BYTES
) (
    input  logic                      clock,
    // Header of a channel block: 64 bytes
    input  logic [31:0]               header_address,
    output logic [511:0]              header,
    // Operand records of the MAC array's input channel lanes: 8 bytes each, side by side
    input  logic [31:0]               operand_records_address,
    output logic [64*INPUT_LANES-1:0] operand_records,
    // Decode table: {select, code} of each operand
    input  logic [31:0]               decode_table,
    input  logic [16*OPERANDS-1:0]    operand_indices,
    output logic [16*OPERANDS-1:0]    operand_entries,
    // Weight table
    input  logic [31:0]               weight_table,
    input  logic [8*WEIGHTS-1:0]      weight_codes,
    output logic [16*WEIGHTS-1:0]     weight_entries,
    // Operand records and entries of the result lanes, two operands
    input  logic [31:0]               second_decode_table,
    input  logic [32*RESULTS-1:0]     first_record_addresses,
    output logic [64*RESULTS-1:0]     first_records,
    input  logic [16*RESULTS-1:0]     first_indices,
    output logic [16*RESULTS-1:0]     first_entries,
    input  logic [32*RESULTS-1:0]     second_record_addresses,
    output logic [64*RESULTS-1:0]     second_records,
    input  logic [16*RESULTS-1:0]     second_indices,
    output logic [16*RESULTS-1:0]     second_entries,
    // Result records: 24 bytes each
    input  logic [32*RESULTS-1:0]     result_record_addresses,
    output logic [192*RESULTS-1:0]    result_records,
    // Placements of lanes that are phases: 8 bytes each
    input  logic [32*RESULTS-1:0]     placement_addresses,
    output logic [64*RESULTS-1:0]     placements,
    // Encode table: count and limits of a codebook, thresholds {select, i} of the eight stages,
    // code map
    input  logic [31:0]               encode_table,
    input  logic [8*RESULTS-1:0]      limit_selects,
    output logic [96*RESULTS-1:0]     limits,
    input  logic [128*RESULTS-1:0]    threshold_indices,
    output logic [256*RESULTS-1:0]    thresholds,
    input  logic [31:0]               code_map,
    input  logic [8*RESULTS-1:0]      map_indices,
    output logic [8*RESULTS-1:0]      map_codes,
    // Segments of the normalization table: 8 bytes each
    input  logic [31:0]               segment_table,
    input  logic [8*RESULTS-1:0]      segment_indices,
    output logic [64*RESULTS-1:0]     segments,
    // DMA
    input  logic [DMA_BYTES-1:0]      write_lanes,
    input  logic [32*DMA_BYTES-1:0]   write_addresses,
    input  logic [8*DMA_BYTES-1:0]    write_data
);
    localparam int HALVES       = BYTES / 2;
    localparam int INDEX_BITS   = $clog2(HALVES);
    localparam int ENCODE_BYTES = 1032;

    // Half words of two bytes.
    logic [15:0] memory [0:HALVES-1] /* verilator public */;

`ifndef SYNTHESIS
    initial for (int half = 0; half < HALVES; half++) memory[half] = 16'hA5A5;
`endif

    generate
        for (genvar half = 0; half < 32; half++) begin : g_header
            assign header[16*half +: 16] = memory[header_address[INDEX_BITS:1] + INDEX_BITS'(half)];
        end
        for (genvar half = 0; half < 4 * INPUT_LANES; half++) begin : g_operand_record
            assign operand_records[16*half +: 16] =
                memory[operand_records_address[INDEX_BITS:1] + INDEX_BITS'(half)];
        end
        for (genvar lane = 0; lane < OPERANDS; lane++) begin : g_operand
            assign operand_entries[16*lane +: 16] =
                memory[decode_table[INDEX_BITS:1] + INDEX_BITS'(operand_indices[16*lane +: 16])];
        end
        for (genvar lane = 0; lane < WEIGHTS; lane++) begin : g_weight
            assign weight_entries[16*lane +: 16] =
                memory[weight_table[INDEX_BITS:1] + INDEX_BITS'(weight_codes[8*lane +: 8])];
        end
        for (genvar lane = 0; lane < RESULTS; lane++) begin : g_result
            logic [31:0] limit_address;
            assign limit_address = encode_table + ENCODE_BYTES * 32'(limit_selects[8*lane +: 8]);
            assign first_entries[16*lane +: 16] =
                memory[decode_table[INDEX_BITS:1] + INDEX_BITS'(first_indices[16*lane +: 16])];
            assign second_entries[16*lane +: 16] =
                memory[second_decode_table[INDEX_BITS:1] +
                       INDEX_BITS'(second_indices[16*lane +: 16])];
            for (genvar half = 0; half < 4; half++) begin : g_record
                assign first_records[64*lane + 16*half +: 16] =
                    memory[first_record_addresses[32*lane+1 +: INDEX_BITS] + INDEX_BITS'(half)];
                assign second_records[64*lane + 16*half +: 16] =
                    memory[second_record_addresses[32*lane+1 +: INDEX_BITS] + INDEX_BITS'(half)];
            end
            for (genvar half = 0; half < 12; half++) begin : g_result_record
                assign result_records[192*lane + 16*half +: 16] =
                    memory[result_record_addresses[32*lane+1 +: INDEX_BITS] + INDEX_BITS'(half)];
            end
            if (PHASES != 0) begin : g_placements
                for (genvar half = 0; half < 4; half++) begin : g_placement
                    assign placements[64*lane + 16*half +: 16] =
                        memory[placement_addresses[32*lane+1 +: INDEX_BITS] + INDEX_BITS'(half)];
                end
            end else begin : g_no_placements
                assign placements[64*lane +: 64] = 64'd0;
            end
            for (genvar half = 0; half < 6; half++) begin : g_limit
                assign limits[96*lane + 16*half +: 16] =
                    memory[limit_address[INDEX_BITS:1] + INDEX_BITS'(half)];
            end
            for (genvar stage = 0; stage < 8; stage++) begin : g_threshold
                logic [31:0] address;
                // Threshold i = 1...255 stands behind the three words of count and limits.
                assign address =
                    encode_table
                    + ENCODE_BYTES * 32'(threshold_indices[128*lane + 16*stage + 8 +: 8])
                    + 4 * 32'(threshold_indices[128*lane + 16*stage +: 8]) + 8;
                assign thresholds[256*lane + 32*stage +: 32] =
                    {memory[address[INDEX_BITS:1] + 1'b1], memory[address[INDEX_BITS:1]]};
                wire unused = &{1'b0, address[31:INDEX_BITS+1], address[0]};
            end
            if (BY_TABLE != 0) begin : g_segments
                logic [31:0] segment_address;
                assign segment_address = segment_table + 8 * 32'(segment_indices[8*lane +: 8]);
                for (genvar half = 0; half < 4; half++) begin : g_segment
                    assign segments[64*lane + 16*half +: 16] =
                        memory[segment_address[INDEX_BITS:1] + INDEX_BITS'(half)];
                end
                wire unused_segment = &{1'b0, segment_address[31:INDEX_BITS+1], segment_address[0]};
            end else begin : g_no_segments
                assign segments[64*lane +: 64] = 64'd0;
            end
            logic [31:0] map_address;
            logic [15:0] map_half;
            assign map_address = code_map + 32'(map_indices[8*lane +: 8]);
            assign map_half    = memory[map_address[INDEX_BITS:1]];
            assign map_codes[8*lane +: 8] = map_address[0] ? map_half[15:8] : map_half[7:0];
            wire unused = &{1'b0, limit_address[31:INDEX_BITS+1], limit_address[0],
                            map_address[31:INDEX_BITS+1]};
        end
    endgenerate

    always_ff @(posedge clock) begin
        for (int lane = 0; lane < DMA_BYTES; lane++) begin
            if (write_lanes[lane]) begin
                if (write_addresses[32*lane])
                    memory[write_addresses[32*lane+1 +: INDEX_BITS]][15:8] <=
                        write_data[8*lane +: 8];
                else
                    memory[write_addresses[32*lane+1 +: INDEX_BITS]][7:0] <=
                        write_data[8*lane +: 8];
            end
        end
    end

    wire unused = &{1'b0, header_address, operand_records_address, decode_table, weight_table,
                    second_decode_table, first_record_addresses, segment_table, segment_indices,
                    second_record_addresses, result_record_addresses, placement_addresses,
                    write_addresses};
endmodule
