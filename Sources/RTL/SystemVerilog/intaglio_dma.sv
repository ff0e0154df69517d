// Load and store engine, on one bus or on one each. In pairs of signals 0 is the load's, 1 the
// store's.
module intaglio_dma #(
    parameter int WORDS       = intaglio_constants::TRANSFER_WORDS,
    parameter int WIDTH_BYTES = intaglio_constants::MEMORY_BUS_BYTES,
    parameter int C0          = intaglio_constants::INPUT_CHANNEL_LANES,
    parameter int KERNEL_ROW  = intaglio_constants::KERNEL_ROW
) (
    input  logic                      clock,
    input  logic                      reset,
    // Commands
    input  logic [1:0]                start,
    output logic [1:0]                done,
    input  logic [32*WORDS-1:0]       load_command,
    input  logic [32*WORDS-1:0]       store_command,
    // External memory: a store's burst is done with its response
    output logic [1:0]                issue,
    output logic [63:0]               issue_addresses,
    output logic [63:0]               issue_bytes,
    output logic [1:0]                issue_last,
    input  logic [1:0]                beat,
    input  logic [1:0]                burst_done,
    input  logic [1:0]                transfer_done,
    input  logic                      read_valid,
    output logic                      read_ready,
    input  logic [WIDTH_BYTES-1:0]    read_lanes,
    input  logic [8*WIDTH_BYTES-1:0]  read_data,
    input  logic [WIDTH_BYTES-1:0]    write_lanes,
    // On-chip memories: a load writes the bytes of load_lanes at load_addresses of load_buffer,
    // a store reads store_addresses of the activation buffer
    output logic [WIDTH_BYTES-1:0]    load_lanes,
    output logic [31:0]               load_buffer,
    output logic [32*WIDTH_BYTES-1:0] load_addresses,
    output logic [32*WIDTH_BYTES-1:0] store_addresses,
    // Words of windows for the activation buffer, of a load that lays its rows so
    output logic [C0-1:0]             window_lanes,
    output logic [31:0]               window_address,
    output logic [8*C0-1:0]           window_data
);
    logic [1:0]  asking, granted, last;
    logic [31:0] load_address, load_bytes, store_address, store_bytes;

    intaglio_burst_sequence load_bursts (
        .clock(clock),
        .reset(reset),
        .start(start[0]),
        .external_address(load_command[32*intaglio_constants::TRANSFER_EXTERNAL_ADDRESS +: 32]),
        .planes(load_command[32*intaglio_constants::TRANSFER_PLANES +: 32]),
        .plane_pitch(load_command[32*intaglio_constants::TRANSFER_PLANE_PITCH_BYTES +: 32]),
        .rows(load_command[32*intaglio_constants::TRANSFER_ROWS +: 32]),
        .row_pitch(load_command[32*intaglio_constants::TRANSFER_ROW_PITCH_BYTES +: 32]),
        .row_bytes(load_command[32*intaglio_constants::TRANSFER_ROW_BYTES +: 32]),
        .granted(granted[0]),
        .asking(asking[0]),
        .address(load_address),
        .bytes(load_bytes),
        .last(last[0])
    );

    intaglio_burst_sequence store_bursts (
        .clock(clock),
        .reset(reset),
        .start(start[1]),
        .external_address(store_command[32*intaglio_constants::TRANSFER_EXTERNAL_ADDRESS +: 32]),
        .planes(store_command[32*intaglio_constants::TRANSFER_PLANES +: 32]),
        .plane_pitch(store_command[32*intaglio_constants::TRANSFER_PLANE_PITCH_BYTES +: 32]),
        .rows(store_command[32*intaglio_constants::TRANSFER_ROWS +: 32]),
        .row_pitch(store_command[32*intaglio_constants::TRANSFER_ROW_PITCH_BYTES +: 32]),
        .row_bytes(store_command[32*intaglio_constants::TRANSFER_ROW_BYTES +: 32]),
        .granted(granted[1]),
        .asking(asking[1]),
        .address(store_address),
        .bytes(store_bytes),
        .last(last[1])
    );

    intaglio_dma_channel channel (
        .clock(clock),
        .reset(reset),
        .asking(asking),
        .burst_done(burst_done),
        .granted(granted)
    );

    assign issue           = granted;
    assign issue_addresses = {store_address, load_address};
    assign issue_bytes     = {store_bytes, load_bytes};
    assign issue_last      = last;
    assign done            = transfer_done;

    intaglio_chunk_stream load_stream (
        .clock(clock),
        .start(start[0]),
        .buffer_address(load_command[32*intaglio_constants::TRANSFER_BUFFER_ADDRESS +: 32]),
        .chunk_bytes(load_command[32*intaglio_constants::TRANSFER_CHUNK_BYTES +: 32]),
        .chunk_pitch(load_command[32*intaglio_constants::TRANSFER_CHUNK_PITCH_BYTES +: 32]),
        .beat(beat[0]),
        .lanes(load_lanes),
        .addresses(load_addresses)
    );

    intaglio_chunk_stream store_stream (
        .clock(clock),
        .start(start[1]),
        .buffer_address(store_command[32*intaglio_constants::TRANSFER_BUFFER_ADDRESS +: 32]),
        .chunk_bytes(store_command[32*intaglio_constants::TRANSFER_CHUNK_BYTES +: 32]),
        .chunk_pitch(store_command[32*intaglio_constants::TRANSFER_CHUNK_PITCH_BYTES +: 32]),
        .beat(beat[1]),
        .lanes(write_lanes),
        .addresses(store_addresses)
    );

    logic [31:0] windows;
    assign windows = load_command[32*intaglio_constants::TRANSFER_WINDOWS +: 32];

    generate
        if (KERNEL_ROW != 0) begin : g_windows
            intaglio_window_writer writer (
                .clock(clock),
                .start(start[0]),
                .buffer_address(load_command[32*intaglio_constants::TRANSFER_BUFFER_ADDRESS +: 32]),
                .chunk_bytes(load_command[32*intaglio_constants::TRANSFER_CHUNK_BYTES +: 32]),
                .chunk_pitch(load_command[32*intaglio_constants::TRANSFER_CHUNK_PITCH_BYTES +: 32]),
                .row_bytes(load_command[32*intaglio_constants::TRANSFER_ROW_BYTES +: 32]),
                .windows(windows),
                .step(load_command[32*intaglio_constants::TRANSFER_WINDOW_STEP_BYTES +: 32]),
                .lead(load_command[32*intaglio_constants::TRANSFER_WINDOW_LEAD_BYTES +: 32]),
                .valid(read_valid),
                .lanes(read_lanes),
                .data(read_data),
                .ready(read_ready),
                .write_lanes(window_lanes),
                .write_address(window_address),
                .write_data(window_data)
            );
            assign load_lanes = (windows == 32'd0) ? read_lanes : '0;
        end else begin : g_no_windows
            assign read_ready     = 1'b1;
            assign window_lanes   = '0;
            assign window_address = 32'd0;
            assign window_data    = '0;
            assign load_lanes     = read_lanes;
            wire unused = &{1'b0, read_valid, read_data};
        end
    endgenerate

`ifndef SYNTHESIS
    always @(posedge clock) begin
        if (start[0] && KERNEL_ROW == 0 && windows != 32'd0)
            $fatal(1, "a load lays windows on a machine without kernelRow");
    end
`endif

    assign load_buffer = load_command[32*intaglio_constants::TRANSFER_BUFFER +: 32];

    // The sequencer reads the semaphores; the last words are free.
    wire unused = &{1'b0, load_command, store_command};
endmodule
