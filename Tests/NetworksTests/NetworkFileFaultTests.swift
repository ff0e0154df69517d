import Diagnostics
import FileFormats
import Foundation
import Graph
import NetworkFiles
import Networks
import TestSupport
import Testing

/// What a network file must not say: its header, its graphs, their keys and names.
@Suite struct NetworkFileFaultTests {
    private let seed: UInt64 = 20_261_121

    private func failure(_ change: (inout SafetensorsFile) throws -> Void) throws -> DiagnosticCode? {
        var file = try SafetensorsFile(
            NetworkFile(float: Fixtures.floatNetwork(seed: seed), quantized: try Fixtures.quantizedNetwork(seed: seed))
                .bytes, at: "net")
        try change(&file)
        return code { _ = try NetworkFile(file.bytes, at: "net") }
    }

    @Test("Faults of the schema, the fields and the tensors have their codes")
    func fileFaults() throws {
        #expect(try failure { _ in } == nil)
        #expect(try failure { $0.metadata["schemaVersion"] = "2" } == .networkSchemaUnknown)
        #expect(try failure { $0.metadata["format"] = nil } == .networkSchemaUnknown)
        #expect(try failure { $0.metadata["float"] = "{" } == .networkHeaderMalformed)
        #expect(try failure { $0.metadata["float"] = nil } == .networkTensorUnused)
        #expect(try failure { $0.tensors["stray"] = $0.tensors["float.conv.bias"] } == .networkTensorUnused)
        #expect(try failure { $0.tensors["float.conv.bias"] = nil } == .networkTensorMissing)
        #expect(try failure { $0.tensors["quantized.gdn.beta"] = nil } == .networkTensorMissing)
        #expect(try failure { $0.tensors["float.conv.bias"]!.shape = [2, 2] } == .networkTensorMismatch)
        #expect(
            try failure { $0.tensors["quantized.conv.weightCodes"]!.elementType = .signed8 } == .networkTensorMismatch)
        #expect(
            try failure { file in
                file = SafetensorsFile(metadata: ["format": NetworkFile.format, "schemaVersion": "1"])
            } == .networkFieldInvalid)
    }

    @Test(
        "Faults of the graph have their codes",
        arguments: [
            ("\"operator\":\"gdn\"", "\"operator\":\"softmax\"", DiagnosticCode.graphUnsupportedOperator),
            ("\"strideY\":2", "\"strideY\":0", .networkFieldInvalid),
            ("\"strideY\":2", "\"strideY\":\"2\"", .networkFieldInvalid),
            ("\"strideY\":2,", "", .networkFieldInvalid),
            ("\"inputs\":[\"conv\"]", "\"inputs\":[\"convolution\"]", .graphUnknownTensor),
            ("\"name\":\"depthwise\"", "\"name\":\"conv\"", .graphDuplicateName),
            ("\"activation\":\"relu\"", "\"activation\":\"gelu\"", .networkFieldInvalid),
            ("\"outputs\":[\"shuffled\"", "\"outputs\":[\"nothing\"", .graphUnknownTensor),
            ("\"latents\":[\"latent\"]", "\"latents\":[\"nothing\"]", .graphUnknownTensor),
            ("\"sizeMultiple\":4", "\"sizeMultiple\":-4", .networkFieldInvalid),
            ("\"inputs\":[\"conv\"]", "\"inputs\":[]", .graphShapeMismatch),
        ])
    func graphFaults(_ old: String, _ new: String, _ expected: DiagnosticCode) throws {
        let found = try failure { file in
            let text = file.metadata["float"]!
            #expect(text.contains(old))
            let parts = text.split(separator: old, maxSplits: 1, omittingEmptySubsequences: false)
            file.metadata["float"] = parts.joined(separator: new)
        }
        #expect(found == expected, "\(new)")
    }

    /// Keys that nobody reads, at every level of both networks: each beside one that is read.
    @Test(
        "Keys without a use are refused at every level",
        arguments: [
            ("float", "\"sizeMultiple\":4"), ("float", "\"channels\":3"), ("float", "\"strideY\":2"),
            ("float", "\"factor\":2"), ("float", "\"slope\":0.01"),
            ("quantized", "\"sizeMultiple\":4"), ("quantized", "\"overflow\":\"proven\""),
            ("quantized", "\"kind\":\"codes\""), ("quantized", "\"kind\":\"integers16\""),
            ("quantized", "\"kind\":\"accumulation\""), ("quantized", "\"kind\":\"normalization\""),
            ("quantized", "\"kind\":\"addition\""), ("quantized", "\"kind\":\"none\""),
            ("quantized", "\"kind\":\"requantization\""),
        ])
    func unknownKeys(_ part: String, _ beside: String) throws {
        let found = try failure { file in
            let text = file.metadata[part]!
            let range = try #require(text.range(of: beside), "\(beside)")
            file.metadata[part] = text.replacingCharacters(in: range, with: beside + ",\"colour\":1")
        }
        #expect(found == .networkUnknownField)
    }

    @Test(
        "Keys of another operator, activation or kind are refused",
        arguments: [
            ("float", "\"operator\":\"fullyConnected\"", "\"groups\":1"),
            ("float", "\"activation\":\"relu\"", "\"slope\":0.5"),
            ("float", "\"operator\":\"gdn\"", "\"outputChannels\":4"),
            ("float", "\"operator\":\"transposedConvolution\"", "\"dilationY\":1"),
            ("float", "\"operator\":\"add\"", "\"low\":0.0"), ("float", "\"name\":\"conv\"", "\"activaton\":\"relu\""),
            ("quantized", "\"kind\":\"integers16\"", "\"codebooks\":1"),
            ("quantized", "\"kind\":\"none\"", "\"rounding\":\"single\""),
            ("quantized", "\"kind\":\"normalization\"", "\"indexBits\":3"),
            ("quantized", "\"kind\":\"addition\"", "\"law\":\"linear\""),
        ])
    func keysOfOthers(_ part: String, _ beside: String, _ key: String) throws {
        let found = try failure { file in
            let text = file.metadata[part]!
            let range = try #require(text.range(of: beside), "\(beside)")
            file.metadata[part] = text.replacingCharacters(in: range, with: beside + "," + key)
        }
        #expect(found == .networkUnknownField)
    }

    @Test(
        "Names of graphs, inputs and layers are plain",
        arguments: [
            "../x", "a/b", "", ".x", "a b", "a\\u0000b", "\\u001b[2J", "größe", String(repeating: "n", count: 129),
        ])
    func names(_ name: String) throws {
        for (part, old) in [
            ("float", "\"name\":\"every-operator\""), ("float", "\"name\":\"image\""), ("float", "\"name\":\"class\""),
            ("quantized", "\"name\":\"every-operator\""),
            ("quantized", "\"name\":\"image\""), ("quantized", "\"name\":\"class\""),
        ] {
            let found = try failure { file in
                let range = try #require(file.metadata[part]!.range(of: old))
                file.metadata[part]!.replaceSubrange(range, with: "\"name\":\"\(name)\"")
            }
            #expect(found == .networkNameNotPlain, "\(old)")
        }
    }

    @Test(
        "A name that stands twice in a list is refused",
        arguments: ["\"outputs\":[\"shuffled\"", "\"latents\":[\"latent\"", "\"rates\":[\"latent\""])
    func namesTwice(_ list: String) throws {
        let name = try #require(list.split(separator: "[").last)
        #expect(
            try failure {
                $0.metadata["float"] = $0.metadata["float"]!.replacingOccurrences(of: list, with: list + "," + name)
            } == .networkFieldInvalid)
    }

    @Test("The file's own metadata and the entries of its header hold nothing else")
    func metadata() throws {
        #expect(try failure { $0.metadata["flaot"] = "{}" } == .networkUnknownField)
        let bytes = NetworkFile(float: Fixtures.floatNetwork(seed: seed)).bytes
        let count = bytes[..<8].enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
        let header = String(decoding: bytes[8..<8 + count], as: UTF8.self).replacingOccurrences(
            of: "\"dtype\":\"F32\"", with: "\"dtype\":\"F32\",\"scale\":2")
        let changed =
            withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8)
            + bytes[(8 + count)...]
        #expect(code { _ = try NetworkFile(changed, at: "net") } == .networkHeaderMalformed)
    }

    @Test("A float network whose tensors are not read must still have its own, and no others")
    func unreadTensors() throws {
        let whole = try SafetensorsFile(
            NetworkFile(float: Fixtures.floatNetwork(seed: seed), quantized: try Fixtures.quantizedNetwork(seed: seed))
                .bytes, at: "net")
        func codeAfter(_ change: (inout SafetensorsFile) -> Void) throws -> DiagnosticCode? {
            var file = whole
            change(&file)
            return try withFolder { folder in
                try AtomicFile.write(file.bytes, to: folder + "/net")
                return code { _ = try NetworkFile.read(folder + "/net", includingFloat: false) }
            }
        }
        #expect(try codeAfter { _ in } == nil)
        #expect(
            try codeAfter { $0.tensors["float.conv.extra"] = $0.tensors["float.conv.bias"] } == .networkTensorUnused)
        #expect(try codeAfter { $0.tensors["other"] = $0.tensors["float.conv.bias"] } == .networkTensorUnused)
        #expect(try codeAfter { $0.tensors["float.conv.bias"] = nil } == .networkTensorMissing)
        #expect(try codeAfter { $0.metadata["float"] = nil } == .networkTensorUnused)
        #expect(
            try codeAfter {
                $0.metadata["float"] = $0.metadata["float"]!.replacingOccurrences(
                    of: "\"strideY\":2", with: "\"strideY\":2,\"strideZ\":2")
            } == .networkUnknownField)
    }
}
