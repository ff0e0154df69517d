import Diagnostics
import EntropyCoding
import FileFormats
import Networks

extension CodecParameters {
    var json: JSONValue {
        .object([
            .init("scaleFractionBits", .integer(scaleFractionBits)), .init("lanes", .integer(lanes)),
            .init("hyperprior", .boolean(hyperLatentTables != nil)),
        ])
    }

    func tensors(prefix: String) -> [String: SafetensorsTensor] {
        var tensors = latentTables.tensors("\(prefix)codec.latents")
        if let hyperLatentTables {
            tensors.merge(hyperLatentTables.tensors("\(prefix)codec.hyperLatents")) { _, later in later }
        }
        tensors["\(prefix)codec.scaleThresholds"] = SafetensorsTensor(scaleThresholds, shape: [scaleThresholds.count])
        return tensors
    }

    /// - Throws: `codecTablesInvalid` for tables that cannot code or do not fit each other.
    init(_ fields: JSONFields, tensors: inout TensorTable) throws(Diagnostic) {
        let hasHyperprior = try fields.boolean("hyperprior")
        self.init(
            latentTables: try FrequencyTables("codec.latents", &tensors),
            scaleThresholds: try tensors.list("codec.scaleThresholds", .signed32, as: Int32.self),
            scaleFractionBits: try fields.integer("scaleFractionBits", in: 0...12),
            hyperLatentTables: hasHyperprior ? try FrequencyTables("codec.hyperLatents", &tensors) : nil,
            lanes: try fields.integer("lanes", in: InterleavedEncoder.lanes))
        let increases =
            zip(scaleThresholds, scaleThresholds.dropFirst()).allSatisfy { $0 < $1 } && (scaleThresholds.first ?? 1) > 0
        guard latentTables.count % 2 == 0, increases, !hasHyperprior || scaleThresholds.count == levelCount - 1 else {
            throw Diagnostic(
                .codecTablesInvalid, at: fields.place,
                found: "\(latentTables.count) tables with \(scaleThresholds.count) thresholds",
                expected: "two tables a level, and increasing positive thresholds between the levels",
                remedy: "quantize the network again")
        }
    }
}

extension FrequencyTables {
    fileprivate func tensors(_ name: String) -> [String: SafetensorsTensor] {
        [
            "\(name).firstSymbols": SafetensorsTensor(firstSymbols, shape: [count]),
            "\(name).slotCounts": SafetensorsTensor(slotCounts, shape: [count]),
            "\(name).starts": SafetensorsTensor(starts, shape: [starts.count]),
        ]
    }

    fileprivate init(_ name: String, _ tensors: inout TensorTable) throws(Diagnostic) {
        try self.init(
            firstSymbols: tensors.list("\(name).firstSymbols", .signed32, as: Int32.self),
            slotCounts: tensors.list("\(name).slotCounts", .signed32, as: Int32.self),
            starts: tensors.list("\(name).starts", .unsigned16, as: UInt16.self),
            at: "tensor \(name)")
    }
}
