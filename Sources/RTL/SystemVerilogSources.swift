/// The hand-written modules, as they are emitted beside the generated constants.
public enum SystemVerilogSources {
    /// File name and text, in an order in which every module stands before those that instantiate it.
    public static let files: [(name: String, text: String)] = [
        ("intaglio_decode_lane.sv", text(PackageResources.intaglio_decode_lane_sv)),
        ("intaglio_encode_step.sv", text(PackageResources.intaglio_encode_step_sv)),
        ("intaglio_encode_lane.sv", text(PackageResources.intaglio_encode_lane_sv)),
        ("intaglio_post_processor_lane.sv", text(PackageResources.intaglio_post_processor_lane_sv)),
        ("intaglio_normalization_digits.sv", text(PackageResources.intaglio_normalization_digits_sv)),
        ("intaglio_normalization_lane.sv", text(PackageResources.intaglio_normalization_lane_sv)),
        ("intaglio_linear_codec_lane.sv", text(PackageResources.intaglio_linear_codec_lane_sv)),
    ]

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
