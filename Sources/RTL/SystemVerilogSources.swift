/// The hand-written modules, as they are emitted beside the generated constants.
public enum SystemVerilogSources {
    /// File name and text, in an order in which every module stands before those that instantiate it.
    public static let files: [(name: String, text: String)] = [
        ("intaglio_decode_lane.sv", text(PackageResources.intaglio_decode_lane_sv)),
    ]

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
