// The accelerator: sequencer, DMA, on-chip memories and compute engine.
// External memory and the three command queues (load, compute, store) stand outside.
//
// start and done of an engine are high in the first and the last cycle of a command.
// The head of a queue stays at its command port until done of that engine pops it.
module intaglio_machine import intaglio_bundles::result_write_t; (
    input  logic                                              clock,
    input  logic                                              reset,
    // Heads of the queues: load, compute, store
    input  logic [2:0]                                        head_valid,
    input  logic [32*intaglio_constants::TRANSFER_WORDS-1:0]  load_command,
    input  logic [32*intaglio_constants::COMPUTE_WORDS-1:0]   compute_command,
    input  logic [32*intaglio_constants::TRANSFER_WORDS-1:0]  store_command,
    output logic [2:0]                                        start,
    output logic [2:0]                                        done,
    output logic                                              finished,
    // Results of this cycle that saturate, for counting
    output logic [intaglio_constants::RESULT_LANES-1:0]       saturated,
    // External memory: reads are 0, writes 1
    output logic [1:0]                                        issue,
    output logic [63:0]                                       issue_addresses,
    output logic [63:0]                                       issue_bytes,
    output logic [1:0]                                        issue_last,
    output logic                                              read_ready,
    input  logic                                              read_valid,
    input  logic [1:0]                                        beat,
    input  logic [1:0]                                        burst_done,
    input  logic [1:0]                                        transfer_done,
    input  logic [intaglio_constants::MEMORY_BUS_BYTES-1:0]   read_lanes,
    input  logic [intaglio_constants::MEMORY_BUS_BYTES-1:0]   write_lanes,
    input  logic [8*intaglio_constants::MEMORY_BUS_BYTES-1:0] read_data,
    output logic [8*intaglio_constants::MEMORY_BUS_BYTES-1:0] write_data
);
    localparam int C0             = intaglio_constants::INPUT_CHANNEL_LANES;
    localparam int K0             = intaglio_constants::OUTPUT_CHANNEL_LANES;
    localparam int P0             = intaglio_constants::PIXEL_LANES;
    localparam int RESULTS        = intaglio_constants::RESULT_LANES;
    localparam int DMA_BYTES      = intaglio_constants::MEMORY_BUS_BYTES;

    // Buffers as the transfer's word names them
    localparam logic [31:0] WEIGHTS     = 32'd0;
    localparam logic [31:0] ACTIVATIONS = 32'd1;
    localparam logic [31:0] PARAMETERS  = 32'd2;

    intaglio_sequencer sequencer (
        .clock(clock),
        .reset(reset),
        .head_valid(head_valid),
        .waits({store_command[31:0], compute_command[31:0], load_command[31:0]}),
        .signals({store_command[63:32], compute_command[63:32], load_command[63:32]}),
        .done(done),
        .start(start),
        .finished(finished)
    );

    // DMA
    logic [DMA_BYTES-1:0]    load_lanes;
    logic [31:0]             load_buffer;
    logic [32*DMA_BYTES-1:0] load_addresses, store_addresses;
    logic [C0-1:0]           window_lanes;
    logic [31:0]             window_address;
    logic [8*C0-1:0]         window_data;

    intaglio_dma dma (
        .clock(clock),
        .reset(reset),
        .start({start[2], start[0]}),
        .done({done[2], done[0]}),
        .load_command(load_command),
        .store_command(store_command),
        .issue(issue),
        .issue_addresses(issue_addresses),
        .issue_bytes(issue_bytes),
        .issue_last(issue_last),
        .beat(beat),
        .burst_done(burst_done),
        .transfer_done(transfer_done),
        .read_valid(read_valid),
        .read_ready(read_ready),
        .read_lanes(read_lanes),
        .read_data(read_data),
        .write_lanes(write_lanes),
        .load_lanes(load_lanes),
        .load_buffer(load_buffer),
        .load_addresses(load_addresses),
        .store_addresses(store_addresses),
        .window_lanes(window_lanes),
        .window_address(window_address),
        .window_data(window_data)
    );

`ifndef SYNTHESIS
    always @(posedge clock) begin
        if (start[2] &&
            store_command[32*intaglio_constants::TRANSFER_BUFFER +: 32] != ACTIVATIONS)
            $fatal(1, "a store reads another memory than the activation buffer");
    end
`endif

    // On-chip memories
    logic [32*K0-1:0]       weight_addresses;
    logic [8*C0*K0-1:0]     weight_words;
    logic [32*P0-1:0]       activation_addresses;
    logic [8*C0*P0-1:0]     activation_words;
    logic [32*RESULTS-1:0]  first_addresses, second_addresses;
    logic [16*RESULTS-1:0]  first_elements, second_elements;
    result_write_t          result_write;
    logic [31:0]            header_address, operand_records_address, decode_table, weight_table,
                            second_decode_table, encode_table, code_map;
    logic [511:0]           header;
    logic [64*C0-1:0]       operand_records;
    logic [16*C0*P0-1:0]    operand_indices, operand_entries;
    logic [8*C0*K0-1:0]     weight_codes;
    logic [16*C0*K0-1:0]    weight_entries;
    logic [32*RESULTS-1:0]  first_record_addresses, second_record_addresses,
                            result_record_addresses, placement_addresses;
    logic [64*RESULTS-1:0]  first_records, second_records;
    logic [16*RESULTS-1:0]  first_indices, first_entries, second_indices, second_entries;
    logic [192*RESULTS-1:0] result_records;
    logic [64*RESULTS-1:0]  placements;
    logic [8*RESULTS-1:0]   limit_selects, map_indices, map_codes;
    logic [96*RESULTS-1:0]  limits;
    logic [128*RESULTS-1:0] threshold_indices;
    logic [31:0]            segment_table;
    logic [8*RESULTS-1:0]   segment_indices;
    logic [64*RESULTS-1:0]  segments;
    logic [256*RESULTS-1:0] thresholds;

    intaglio_weight_buffer weight_buffer (
        .clock(clock),
        .read_addresses(weight_addresses),
        .read_words(weight_words),
        .write_lanes((load_buffer == WEIGHTS) ? load_lanes : '0),
        .write_addresses(load_addresses),
        .write_data(read_data)
    );

    intaglio_activation_buffer activation_buffer (
        .clock(clock),
        .read_addresses(activation_addresses),
        .read_words(activation_words),
        .first_addresses(first_addresses),
        .first_elements(first_elements),
        .second_addresses(second_addresses),
        .second_elements(second_elements),
        .result_lanes(result_write.lanes),
        .result_is_wide(result_write.is_wide),
        .result_addresses(result_write.addresses),
        .result_elements(result_write.elements),
        .write_lanes((load_buffer == ACTIVATIONS) ? load_lanes : '0),
        .write_addresses(load_addresses),
        .write_data(read_data),
        .byte_addresses(store_addresses),
        .byte_data(write_data),
        .window_lanes(window_lanes),
        .window_address(window_address),
        .window_data(window_data)
    );

    intaglio_parameter_memory parameter_memory (
        .clock(clock),
        .header_address(header_address),
        .header(header),
        .operand_records_address(operand_records_address),
        .operand_records(operand_records),
        .decode_table(decode_table),
        .operand_indices(operand_indices),
        .operand_entries(operand_entries),
        .weight_table(weight_table),
        .weight_codes(weight_codes),
        .weight_entries(weight_entries),
        .second_decode_table(second_decode_table),
        .first_record_addresses(first_record_addresses),
        .first_records(first_records),
        .first_indices(first_indices),
        .first_entries(first_entries),
        .second_record_addresses(second_record_addresses),
        .second_records(second_records),
        .second_indices(second_indices),
        .second_entries(second_entries),
        .result_record_addresses(result_record_addresses),
        .result_records(result_records),
        .placement_addresses(placement_addresses),
        .placements(placements),
        .encode_table(encode_table),
        .limit_selects(limit_selects),
        .limits(limits),
        .threshold_indices(threshold_indices),
        .thresholds(thresholds),
        .code_map(code_map),
        .map_indices(map_indices),
        .map_codes(map_codes),
        .segment_table(segment_table),
        .segment_indices(segment_indices),
        .segments(segments),
        .write_lanes((load_buffer == PARAMETERS) ? load_lanes : '0),
        .write_addresses(load_addresses),
        .write_data(read_data)
    );

    intaglio_compute_engine compute (
        .clock(clock),
        .reset(reset),
        .start(start[1]),
        .done(done[1]),
        .command(compute_command),
        .weight_addresses(weight_addresses),
        .weight_words(weight_words),
        .activation_addresses(activation_addresses),
        .activation_words(activation_words),
        .first_addresses(first_addresses),
        .first_elements(first_elements),
        .second_addresses(second_addresses),
        .second_elements(second_elements),
        .result_write(result_write),
        .saturated(saturated),
        .header_address(header_address),
        .header_words(header),
        .operand_records_address(operand_records_address),
        .operand_records(operand_records),
        .decode_table(decode_table),
        .operand_indices(operand_indices),
        .operand_entries(operand_entries),
        .weight_table(weight_table),
        .weight_codes(weight_codes),
        .weight_entries(weight_entries),
        .second_decode_table(second_decode_table),
        .first_record_addresses(first_record_addresses),
        .first_records(first_records),
        .first_indices(first_indices),
        .first_entries(first_entries),
        .second_record_addresses(second_record_addresses),
        .second_records(second_records),
        .second_indices(second_indices),
        .second_entries(second_entries),
        .result_record_addresses(result_record_addresses),
        .result_records(result_records),
        .placement_addresses(placement_addresses),
        .placements(placements),
        .encode_table(encode_table),
        .limit_selects(limit_selects),
        .limits(limits),
        .threshold_indices(threshold_indices),
        .thresholds(thresholds),
        .code_map(code_map),
        .map_indices(map_indices),
        .map_codes(map_codes),
        .segment_table(segment_table),
        .segment_indices(segment_indices),
        .segments(segments)
    );
endmodule
