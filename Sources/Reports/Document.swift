import Diagnostics
import FileFormats
public import MachineDescription
public import NetworkFiles

/// What every JSON document of the tool begins with: by whom, on which machine, of which network.
///
///     {"schemaVersion": 2, "tool": {"name": "intaglio", "version": "0.1.0"}, "machine": {...},
///      "network": {"name": ..., "digest": ..., "rate": ...}, ...}
public struct DocumentHeader: Encodable, Sendable {
    /// Of every document. Those of another version have other fields, or fields of another meaning.
    public static let schemaVersion = 2

    private struct Tool: Encodable {
        var name = ToolVersion.name
        var version = ToolVersion.version
    }

    private var schemaVersion = DocumentHeader.schemaVersion
    private var tool = Tool()
    private var machine: MachineDescription?
    private var network: NetworkIdentity?

    /// - Parameters:
    ///   - machine: nil for what no machine takes part in.
    ///   - network: likewise.
    public init(machine: MachineDescription? = nil, network: NetworkIdentity? = nil) {
        self.machine = machine
        self.network = network
    }
}

/// A JSON document: a header, and a result's fields beside it. The header's fields stand in the place of those of the
/// result that have the same name.
public struct Document<Result: Encodable>: Encodable {
    private let header: DocumentHeader
    private let result: Result

    public init(_ result: Result, _ header: DocumentHeader) {
        self.header = header
        self.result = result
    }

    public func encode(to encoder: any Encoder) throws {
        try result.encode(to: encoder)
        try header.encode(to: encoder)
    }

    /// Keys sorted: the same content gives the same bytes.
    public var text: String { JSONDocument.text(of: self) }
}
