/// The hand-written modules, as they are emitted beside the generated constants.
public enum SystemVerilogSources {
    /// File name and text: the bundles, which others import; lanes of the datapath, memories, engines, and the
    /// machine.
    public static let files: [(name: String, text: String)] = [
        ("intaglio_bundles.sv", text(PackageResources.intaglio_bundles_sv)),
        ("intaglio_decode_lane.sv", text(PackageResources.intaglio_decode_lane_sv)),
        ("intaglio_encode_step.sv", text(PackageResources.intaglio_encode_step_sv)),
        ("intaglio_encode_lane.sv", text(PackageResources.intaglio_encode_lane_sv)),
        ("intaglio_post_processor_lane.sv", text(PackageResources.intaglio_post_processor_lane_sv)),
        ("intaglio_normalization_digits.sv", text(PackageResources.intaglio_normalization_digits_sv)),
        ("intaglio_normalization_lane.sv", text(PackageResources.intaglio_normalization_lane_sv)),
        ("intaglio_table_normalization_lane.sv", text(PackageResources.intaglio_table_normalization_lane_sv)),
        ("intaglio_linear_codec_lane.sv", text(PackageResources.intaglio_linear_codec_lane_sv)),
        ("intaglio_mac_lane.sv", text(PackageResources.intaglio_mac_lane_sv)),
        ("intaglio_delay.sv", text(PackageResources.intaglio_delay_sv)),
        ("intaglio_weight_buffer.sv", text(PackageResources.intaglio_weight_buffer_sv)),
        ("intaglio_activation_buffer.sv", text(PackageResources.intaglio_activation_buffer_sv)),
        ("intaglio_parameter_memory.sv", text(PackageResources.intaglio_parameter_memory_sv)),
        ("intaglio_accumulator_buffer.sv", text(PackageResources.intaglio_accumulator_buffer_sv)),
        ("intaglio_burst_sequence.sv", text(PackageResources.intaglio_burst_sequence_sv)),
        ("intaglio_chunk_stream.sv", text(PackageResources.intaglio_chunk_stream_sv)),
        ("intaglio_window_writer.sv", text(PackageResources.intaglio_window_writer_sv)),
        ("intaglio_dma_channel.sv", text(PackageResources.intaglio_dma_channel_sv)),
        ("intaglio_dma.sv", text(PackageResources.intaglio_dma_sv)),
        ("intaglio_step_sequencer.sv", text(PackageResources.intaglio_step_sequencer_sv)),
        ("intaglio_mac_array.sv", text(PackageResources.intaglio_mac_array_sv)),
        ("intaglio_drain.sv", text(PackageResources.intaglio_drain_sv)),
        ("intaglio_scale_lane.sv", text(PackageResources.intaglio_scale_lane_sv)),
        ("intaglio_elementwise.sv", text(PackageResources.intaglio_elementwise_sv)),
        ("intaglio_result_lanes.sv", text(PackageResources.intaglio_result_lanes_sv)),
        ("intaglio_compute_engine.sv", text(PackageResources.intaglio_compute_engine_sv)),
        ("intaglio_command_queue.sv", text(PackageResources.intaglio_command_queue_sv)),
        ("intaglio_sequencer.sv", text(PackageResources.intaglio_sequencer_sv)),
        ("intaglio_machine.sv", text(PackageResources.intaglio_machine_sv)),
        ("intaglio_memory_bus.sv", text(PackageResources.intaglio_memory_bus_sv)),
        ("intaglio_external_memory.sv", text(PackageResources.intaglio_external_memory_sv)),
        ("intaglio_testbench.sv", text(PackageResources.intaglio_testbench_sv)),
        ("intaglio_clock.sv", text(PackageResources.intaglio_clock_sv)),
    ]

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
