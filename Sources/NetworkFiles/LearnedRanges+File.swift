import Diagnostics
import FileFormats
import Graph
import Networks

/// `LAYER.clips` and `TENSOR.activationRanges` as F32; the JSON lists their names, and has no such list where nothing
/// was learned.
extension LearnedRanges {
    var members: [JSONValue.Member] {
        [("clips", clips), ("activationRanges", activations)].compactMap { name, ranges in
            ranges.isEmpty ? nil : JSONValue.Member(name, .array(ranges.keys.sorted().map { .string($0) }))
        }
    }

    func tensors(prefix: String) -> [String: SafetensorsTensor] {
        var tensors: [String: SafetensorsTensor] = [:]
        for (layer, ranges) in clips {
            tensors["\(prefix)\(layer).clips"] = SafetensorsTensor(ranges, shape: [ranges.count])
        }
        for (tensor, ranges) in activations {
            tensors["\(prefix)\(tensor).activationRanges"] = SafetensorsTensor(ranges, shape: [ranges.count])
        }
        return tensors
    }

    init(_ fields: JSONFields, channels: [String: Int], tensors: inout TensorTable) throws(Diagnostic) {
        self.init()
        for name in try Self.names("clips", fields) {
            clips[name] = try tensors.floats("\(name).clips", shape: [Self.count(name, fields, channels)])
        }
        for name in try Self.names("activationRanges", fields) {
            activations[name] = try tensors.floats(
                "\(name).activationRanges", shape: [Self.count(name, fields, channels)])
        }
    }

    /// The names of the tensors that hold the ranges.
    static func tensorNames(_ fields: JSONFields) throws(Diagnostic) -> [String] {
        try names("clips", fields).map { "\($0).clips" }
            + names("activationRanges", fields).map { "\($0).activationRanges" }
    }

    private static func names(_ list: String, _ fields: JSONFields) throws(Diagnostic) -> [String] {
        fields.has(list) ? try fields.distinctStrings(list) : []
    }

    private static func count(_ name: String, _ fields: JSONFields, _ channels: [String: Int]) throws(Diagnostic) -> Int
    {
        guard let count = channels[name] else {
            throw JSONFields.invalid(
                fields.place, found: "learned ranges of '\(name)', which is no layer", expected: "a layer")
        }
        return count
    }
}

extension FloatNetwork {
    /// Learned ranges belong to layers that have weights and to tensors, with a positive number a channel.
    ///
    /// - Throws: `networkTensorMismatch`, `networkValueOutOfRange`.
    func validateRanges(channels: [String: Int]) throws(Diagnostic) {
        for (name, clips) in ranges.clips {
            try Self.require(
                clips, count: parameters[name] == nil ? nil : channels[name], at: "layer \(name), clips",
                owner: "a layer with weights")
        }
        for (name, activations) in ranges.activations {
            try Self.require(
                activations, count: graph[layer: name] == nil ? nil : channels[name],
                at: "layer \(name), activationRanges", owner: "a layer")
        }
    }

    private static func require(_ ranges: [Float], count: Int?, at place: String, owner: String) throws(Diagnostic) {
        guard let count, ranges.count == count else {
            throw Diagnostic(
                .networkTensorMismatch, at: place, found: "\(ranges.count) learned ranges",
                expected: count.map { "\($0), one a channel" } ?? owner,
                remedy: "export the network again")
        }
        if let channel = ranges.firstIndex(where: { !($0 > 0 && $0.isFinite) }) {
            throw Diagnostic(
                .networkValueOutOfRange, at: "\(place), channel \(channel)", found: "\(ranges[channel])",
                expected: "more than 0", remedy: "export the network again")
        }
    }
}
