public import Diagnostics
import FileFormats

extension Schedule {
    /// Reads a schedule. Every key is required (but `second` and `weights` of layers that have none, `lanes`, which are
    /// `channels` without it, and `kernelRows` and `kernelColumns`, which are all); an unknown key is refused.
    ///
    /// - Parameter path: for diagnostics, which say `path:line:column`.
    /// - Throws: `scheduleSyntax`, `scheduleUnknownKey`, `scheduleMissingKey`, `scheduleWrongValue`,
    ///   `scheduleUnknownWord`, `scheduleFusionUnsupported`, `scheduleDuplicateName`, `scheduleNameNotPlain`.
    public init(yaml: String, path: String = "schedule") throws(Diagnostic) {
        let root = try YAMLFields(
            document: yaml, path: path, codes: .schedule, keys: ["network", "machine", "height", "width", "layers"],
            optional: ["groups"])
        var layers: [LayerSchedule] = []
        var names: Set<String> = []
        for element in try root.mappings(
            "layers", keys: ["name", "tile", "order", "buffers"], optional: ["lanes", "fusion"])
        {
            let layer = try LayerSchedule(element)
            guard names.insert(layer.name).inserted else {
                throw Diagnostic(
                    .scheduleDuplicateName, at: element.place(of: "name"), found: "layer '\(layer.name)' a second time",
                    expected: "each layer once",
                    remedy: "remove one of the two")
            }
            layers.append(layer)
        }
        self.init(
            network: try root.name("network"), machine: try root.name("machine"),
            height: try root.integer("height", in: 1...(1 << 20)),
            width: try root.integer("width", in: 1...(1 << 20)), layers: layers, groups: try Self.groups(root))
    }
}

extension Schedule {
    private static func groups(_ root: YAMLFields) throws(Diagnostic) -> [LayerGroup] {
        guard root.has("groups") else { return [] }
        var groups: [LayerGroup] = []
        for element in try root.mappings("groups", keys: ["layers"], optional: ["inputRows", "ringRows"]) {
            groups.append(
                LayerGroup(
                    layers: try element.names("layers"),
                    ringRows: element.has("ringRows") ? try element.integers("ringRows", in: 1...(1 << 20)) : [],
                    inputRows: element.has("inputRows") ? try element.integers("inputRows", in: 0...(1 << 20)) : []))
        }
        return groups
    }
}

extension YAMLCodes {
    fileprivate static let schedule = YAMLCodes(
        syntax: .scheduleSyntax, unknownKey: .scheduleUnknownKey, missingKey: .scheduleMissingKey,
        wrongType: .scheduleWrongValue, outOfRange: .scheduleWrongValue,
        unknownWord: .scheduleUnknownWord, duplicateKey: .scheduleDuplicateName, notPlainName: .scheduleNameNotPlain,
        example: "intaglio schedule writes a whole schedule")
}

extension LayerSchedule {
    fileprivate init(_ fields: YAMLFields) throws(Diagnostic) {
        // Of older files.
        if fields.has("fusion"), try fields.name("fusion") != "none" {
            throw Diagnostic(
                .scheduleFusionUnsupported, at: fields.place(of: "fusion"),
                found: "fusion is \(try fields.name("fusion"))", expected: "none, or no such line",
                remedy: "remove the line; groups say which layers run together")
        }
        self.init(
            name: try fields.name("name"),
            lanes: fields.has("lanes") ? try fields.word("lanes", as: Lanes.self) : .channels,
            tile: try Tile(
                fields.mapping(
                    "tile", keys: ["outputRows", "outputColumns", "outputChannels", "inputChannels"],
                    optional: ["kernelRows", "kernelColumns"])),
            order: try fields.word("order", as: LoopOrder.self),
            buffers: try BufferAllocation(
                fields.mapping("buffers", keys: ["input", "output", "accumulators"], optional: ["second", "weights"])))
    }
}

/// Larger than any buffer or tensor, and small enough that products of two fit an Int.
private let largest = 1 << 31

extension Tile {
    fileprivate init(_ fields: YAMLFields) throws(Diagnostic) {
        self.init(
            outputRows: try fields.integer("outputRows", in: 1...largest),
            outputColumns: try fields.integer("outputColumns", in: 1...largest),
            outputChannels: try fields.integer("outputChannels", in: 1...largest),
            inputChannels: try fields.integer("inputChannels", in: 1...largest),
            kernelRows: fields.has("kernelRows") ? try fields.integer("kernelRows", in: 1...largest) : nil,
            kernelColumns: fields.has("kernelColumns") ? try fields.integer("kernelColumns", in: 1...largest) : nil)
    }
}

extension BufferAllocation {
    fileprivate init(_ fields: YAMLFields) throws(Diagnostic) {
        self.init(
            input: try fields.integers("input", in: 0...largest),
            second: fields.has("second") ? try fields.integers("second", in: 0...largest) : [],
            output: try fields.integers("output", in: 0...largest),
            weights: fields.has("weights") ? try fields.integers("weights", in: 0...largest) : [],
            accumulators: try fields.integer("accumulators", in: 0...largest))
    }
}
