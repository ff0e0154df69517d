public import Diagnostics
import Text

/// A TensorFlow Lite model, read from a file of schema version 3: a FlatBuffer whose tables are checked in every offset
/// and carried over into values. What the operators mean is not judged here.
///
///     model ── operator codes
///           ── buffers ─────────────── ranges of the file
///           ── subgraphs ── tensors ── name, shape, element type, quantization, index of a buffer
///                        ── operators ── index of a code, indices of tensors, options
///           ── metadata, signatures
///
/// Time and memory are linear in the file's length: see `FlatBuffer`.
public struct TFLiteModel: Equatable, Sendable {
    /// What the converter says of itself.
    public let description: String
    public let operatorCodes: [TFLiteOperatorCode]
    /// At least one.
    public let subgraphs: [TFLiteSubgraph]
    /// Where in `bytes` the contents of each buffer lie; empty ranges where it has none.
    public let buffers: [Range<Int>]
    public let metadata: [TFLiteMetadata]
    public let signatures: [TFLiteSignature]
    /// The whole file.
    public let bytes: [UInt8]
    /// The file in diagnostics.
    let place: String

    /// Whether a file begins as one of this format.
    public static func begins(_ bytes: some Collection<UInt8>) -> Bool { bytes.dropFirst(4).starts(with: identifier) }

    private static let identifier = Array("TFL3".utf8)
    private static let schemaVersion = 3

    /// Reads a whole file. `place` names it in diagnostics.
    ///
    /// - Throws: `tfliteNotOne`, `tfliteVersionUnknown`, `tfliteTruncated`, `tfliteMalformed`, `tfliteTooLarge`,
    ///   `tfliteIndexOutOfRange`, `tfliteValueOutOfRange`.
    public init(_ bytes: [UInt8], at place: String) throws(Diagnostic) {
        guard Self.begins(bytes) else {
            throw Diagnostic(
                .tfliteNotOne, at: place,
                found: bytes.count < 8 ? bytes.count.counted("byte") : "\(Array(bytes[4..<8])) there",
                expected: "\(Self.identifier), TFL3, in bytes 4 to 7", remedy: "name a .tflite file")
        }
        let model = try FlatBufferTable.root(of: FlatBuffer(bytes), place: .file(place))
        let version = try model.index(0)
        guard version == Self.schemaVersion else {
            throw Diagnostic(
                .tfliteVersionUnknown, at: place, found: "schema version \(version)",
                expected: "\(Self.schemaVersion)", remedy: "convert the model again with a converter of today")
        }
        let codes = try model.tables(1, "operator code") { (table) throws(Diagnostic) in try TFLiteOperatorCode(table) }
        let buffers = try model.tables(4, "buffer") { (table) throws(Diagnostic) in try table.bufferRange() }
        let subgraphs = try model.tables(2, "subgraph") { (table) throws(Diagnostic) in
            try TFLiteSubgraph(table, codes: codes, bufferCount: buffers.count)
        }
        guard !subgraphs.isEmpty else {
            throw FlatBuffer.malformed(.file(place), found: "no subgraph", expected: "one at least")
        }
        description = try model.string(3, "description")
        operatorCodes = codes
        self.subgraphs = subgraphs
        self.buffers = buffers
        metadata = try model.tables(6, "metadata") { (table) throws(Diagnostic) in
            try TFLiteMetadata(table, bufferCount: buffers.count)
        }
        signatures = try model.tables(7, "signature") { (table) throws(Diagnostic) in
            try TFLiteSignature(table, subgraphs: subgraphs)
        }
        self.bytes = bytes
        self.place = place
    }
}
