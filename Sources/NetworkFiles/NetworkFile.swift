public import Diagnostics
import FileFormats
public import Networks
import Text

/// A network in one `.safetensors` file: the float network, the quantized network, or both; the graphs are JSON in the
/// metadata.
///
///     __metadata__   format: "intaglio network", schemaVersion: "1", float: JSON, quantized: JSON
///     tensors        float.LAYER.weights ...      quantized.LAYER.weightCodes ...
///
/// Reading validates everything that executors rely on (`validate()` of the networks); what cannot be used is refused,
/// never skipped.
public struct NetworkFile: Sendable {
    public var float: FloatNetwork?
    public var quantized: QuantizedNetwork?

    public init(float: FloatNetwork? = nil, quantized: QuantizedNetwork? = nil) {
        precondition(float != nil || quantized != nil, "a network file holds a network")
        self.float = float
        self.quantized = quantized
    }

    public static let format = "intaglio network"
    public static let schemaVersion = 1

    /// The whole file; equal networks give equal bytes.
    public var bytes: [UInt8] {
        var file = SafetensorsFile(metadata: ["format": Self.format, "schemaVersion": String(Self.schemaVersion)])
        if let float {
            file.metadata["float"] = float.json.text
            file.tensors.merge(float.tensors(prefix: "float.")) { _, later in later }
        }
        if let quantized {
            file.metadata["quantized"] = quantized.json.text
            file.tensors.merge(quantized.tensors(prefix: "quantized.")) { _, later in later }
        }
        return file.bytes
    }

    /// Reads and validates. `place` names the file in diagnostics.
    ///
    /// - Throws: the codes of `SafetensorsFile`, `networkSchemaUnknown`, `networkFieldInvalid`, `networkTensorMissing`,
    ///   `networkTensorMismatch`, `networkTensorUnused`, `networkValueOutOfRange`, and those of graphs and codebooks.
    public init(_ bytes: [UInt8], at place: String) throws(Diagnostic) {
        try self.init(SafetensorsFile(bytes, at: place), at: place, includingFloat: true)
    }

    private init(_ file: SafetensorsFile, at place: String, includingFloat: Bool) throws(Diagnostic) {
        try Self.requireVersion(file.metadata, at: place)
        guard file.metadata["float"] != nil || file.metadata["quantized"] != nil else {
            throw JSONFields.invalid(
                "\(place), metadata", found: "neither 'float' nor 'quantized'", expected: "at least one network")
        }
        if let key = file.metadata.keys.filter({ !Self.metadataKeys.contains($0) }).min() {
            throw Diagnostic(
                .networkUnknownField, at: "\(place), metadata",
                found: "a key '\(key.prefix(80))' that nothing here has a use for",
                expected: "no key but \(Self.metadataKeys.joined(separator: ", "))",
                remedy: closestName(to: key, among: Self.metadataKeys.filter { file.metadata[$0] == nil }).map {
                    "did you mean '\($0)'?"
                } ?? "remove the key")
        }
        if let name = (file.unreadTensors + file.tensors.keys).filter({
            !($0.hasPrefix("float.") || $0.hasPrefix("quantized."))
        }).min() {
            throw Diagnostic(
                .networkTensorUnused, at: "\(place), tensor \(name)", found: "a tensor of no network",
                expected: "names that begin with 'float.' or 'quantized.'",
                remedy: "remove the tensor")
        }
        let floatFields = try Self.fields(file, "float", at: place)
        if includingFloat || file.metadata["quantized"] == nil {
            var floatTable = TensorTable(file.tensors, prefix: "float.", at: place)
            if let floatFields { float = try FloatNetwork(floatFields, tensors: &floatTable) }
            try floatTable.requireAllTaken()
        } else {
            let names = (file.unreadTensors + file.tensors.keys).filter { $0.hasPrefix("float.") }.map {
                String($0.dropFirst("float.".count))
            }
            try FloatNetwork.requireTensors(of: floatFields, found: Set(names), at: place)
        }
        var quantizedTable = TensorTable(file.tensors, prefix: "quantized.", at: place)
        if let fields = try Self.fields(file, "quantized", at: place) {
            quantized = try QuantizedNetwork(fields, tensors: &quantizedTable)
        }
        try quantizedTable.requireAllTaken()
    }

    /// The JSON of one of the two networks, where the file has it.
    private static func fields(
        _ file: SafetensorsFile, _ name: String, at place: String
    ) throws(Diagnostic) -> JSONFields? {
        guard let text = file.metadata[name] else { return nil }
        return try JSONFields(
            try JSONParser.parse(Array(text.utf8), at: "\(place), metadata \(name)"), at: "\(place), \(name)")
    }

    /// The format's name and version. Version 1 is the first; what it meant it means for ever.
    private static func requireVersion(_ metadata: [String: String], at place: String) throws(Diagnostic) {
        let (format, version) = (metadata["format"], metadata["schemaVersion"])
        func refusal(_ found: String, remedy: String) -> Diagnostic {
            Diagnostic(
                .networkSchemaUnknown, at: place, found: found,
                expected: "format '\(Self.format)', schemaVersion '\(Self.schemaVersion)'", remedy: remedy)
        }
        guard format == Self.format else {
            throw refusal(
                "a safetensors file of " + (format.map { "format '\($0)'" } ?? "no format that it names"),
                remedy: "make a network of the weights: intaglio import --architecture NAME \(place) --output FILE")
        }
        guard version != String(Self.schemaVersion) else { return }
        let number = version.flatMap { Int($0) }
        if let number, number > Self.schemaVersion {
            throw refusal(
                "schemaVersion '\(number)', of a newer version of intaglio",
                remedy: "use that version, or quantize the network again with this one")
        }
        throw refusal(
            "schemaVersion '\(version ?? "none")', which no version of intaglio wrote",
            remedy: "write the number \(Self.schemaVersion) where the rest of the file follows docs/network-file.md")
    }

    /// Of a file's metadata, what a network file may hold.
    private static let metadataKeys = ["format", "schemaVersion", "float", "quantized"]

    /// Reads and validates the file at a path.
    ///
    /// - Parameter includingFloat: whether to read the float network too where a quantized one is there; a run that
    ///   does not need it starts sooner.
    public static func read(
        _ path: String, includingFloat: Bool = true, memory: MemoryBudget = .standard
    ) throws(Diagnostic) -> NetworkFile {
        let file = try SafetensorsFile(readingFrom: path, memory: memory, isWanted: wanted(includingFloat))
        return try NetworkFile(file, at: path, includingFloat: includingFloat)
    }

    /// Reads and validates a file that lies in memory; `place` names it in diagnostics.
    static func read(
        _ memory: UnsafeRawBufferPointer, at place: String, includingFloat: Bool
    ) throws(Diagnostic) -> NetworkFile {
        let file = try SafetensorsFile(readingFrom: memory, at: place, isWanted: wanted(includingFloat))
        return try NetworkFile(file, at: place, includingFloat: includingFloat)
    }

    /// Which tensors are read, by name and by the file's metadata.
    private static func wanted(_ includingFloat: Bool) -> (String, [String: String]) -> Bool {
        { name, metadata in includingFloat || metadata["quantized"] == nil || !name.hasPrefix("float.") }
    }

    /// Writes the file whole or not at all.
    public func write(_ path: String) throws(Diagnostic) {
        try AtomicFile.write(bytes, to: path)
    }
}
