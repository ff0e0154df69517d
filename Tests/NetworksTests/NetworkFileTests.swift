import Diagnostics
import FileFormats
import Foundation
import Graph
import NetworkFiles
import Networks
import Quantization
import TestSupport
import Testing

@Suite struct NetworkFileTests {
    private let seed: UInt64 = 20_261_121

    @Test("Both networks, with every operator, survive writing and reading; equal networks give equal bytes")
    func roundTrip() throws {
        let float = Fixtures.floatNetwork(seed: seed)
        let quantized = try Fixtures.quantizedNetwork(seed: seed)
        let bytes = NetworkFile(float: float, quantized: quantized).bytes
        let read = try NetworkFile(bytes, at: "net")
        #expect(read.quantized == quantized)
        #expect(read.float?.graph == float.graph)
        #expect(read.float?.parameters == float.parameters)
        #expect(read.float?.rateGains == float.rateGains)
        #expect(read.bytes == bytes)
        #expect(read.float?.ranges == LearnedRanges())
        let alone = try NetworkFile(NetworkFile(quantized: quantized).bytes, at: "net")
        #expect(alone.float == nil && alone.quantized == quantized)
    }

    @Test("Learned ranges travel with the float network; of the wrong layer or shape they are refused")
    func learnedRanges() throws {
        var float = Fixtures.floatNetwork(seed: seed)
        float.ranges = LearnedRanges(
            clips: ["conv": [1, 0.5, 0.25, 0.125], "gdn": [2, 3, 4, 5]], activations: ["hat": [1, 2, 3, 4, 5, 6, 7, 8]])
        let bytes = NetworkFile(float: float).bytes
        let read = try NetworkFile(bytes, at: "net")
        #expect(read.float?.ranges == float.ranges && read.bytes == bytes)
        let file = try SafetensorsFile(bytes, at: "net")
        func codeAfter(_ change: (inout SafetensorsFile) -> Void) -> DiagnosticCode? {
            var changed = file
            change(&changed)
            return code { _ = try NetworkFile(changed.bytes, at: "net") }
        }
        #expect(codeAfter { $0.tensors["float.hat.activationRanges"] = nil } == .networkTensorMissing)
        #expect(codeAfter { $0.tensors["float.conv.clips"]!.shape = [2, 2] } == .networkTensorMismatch)
        #expect(
            codeAfter {
                $0.tensors["float.conv.clips"] = SafetensorsTensor([Float](repeating: -1, count: 4), shape: [4])
            } == .networkValueOutOfRange)
        #expect(
            codeAfter { $0.tensors["float.up.clips"] = SafetensorsTensor([Float](repeating: 1, count: 4), shape: [4]) }
                == .networkTensorUnused)
        #expect(
            codeAfter {
                $0.metadata["float"] = $0.metadata["float"]!.replacingOccurrences(
                    of: "\"clips\":[\"conv\"", with: "\"clips\":[\"none\"")
            } == .networkFieldInvalid)
    }

    @Test(
        "Normalization tables survive, with their own widths, and none where a form only multiplies",
        arguments: NormalizationForm.allCases)
    func tables(form: NormalizationForm) throws {
        let widths = NormalizationTable.Widths(indexBits: 3, offsetBits: 5, baseBits: 11, slopeBits: 7)
        var network = try Fixtures.quantizedNetwork(seed: seed)
        guard case .normalization(var normalization)? = network.parameters["gdn"] else { return }
        normalization.table = .derived(for: form, widths: widths)
        network.parameters["gdn"] = .normalization(normalization)
        if !form.isSquareRootForm { normalization.operandShifts = [0, 0, 0, 0] }
        network.parameters["gdn"] = .normalization(normalization)
        let index = try #require(network.graph.layers.firstIndex { $0.name == "gdn" })
        network.graph.layers[index].operator = .normalization(form)
        let bytes = NetworkFile(quantized: network).bytes
        let read = try NetworkFile(bytes, at: "net")
        #expect(read.quantized == network && read.bytes == bytes)
        var file = try SafetensorsFile(bytes, at: "net")
        #expect((file.tensors["quantized.gdn.tableBases"]?.shape == [8]) == (form != .igdn1))
        if form != .igdn1 {
            file.tensors["quantized.gdn.tableSlopes"] = nil
            #expect(code { _ = try NetworkFile(file.bytes, at: "net") } == .networkTensorMissing)
        }
        func refused(_ old: String, _ new: String) throws -> DiagnosticCode? {
            var file = try SafetensorsFile(bytes, at: "net")
            let text = file.metadata["quantized"]!
            #expect(text.contains(old), "\(old)")
            file.metadata["quantized"] = text.replacingOccurrences(of: old, with: new)
            return code { _ = try NetworkFile(file.bytes, at: "net") }
        }
        #expect(try refused("\"method\":\"table\"", "\"method\":\"tables\"") == .networkFieldInvalid)
        // An exact normalization has no use for a table's widths.
        #expect(try refused("\"method\":\"table\"", "\"method\":\"exact\"") == .networkUnknownField)
        #expect(try refused("\"baseBits\":11", "\"baseBits\":19") == .networkValueOutOfRange)
        #expect(try refused("\"baseBits\":11,", "") == .networkFieldInvalid)
    }

    @Test("Weights that half precision holds are stored in it, layer by layer, and come back the same")
    func halfWeights() throws {
        var float = Fixtures.floatNetwork(seed: seed)
        let whole = NetworkFile(float: float).bytes.count
        let name = try #require(float.graph.layers.first { if case .convolution = $0.operator { true } else { false } })
            .name
        guard case .accumulation(let weights, let bias)? = float.parameters[name] else { throw Missing() }
        let rounded = weights.map { ($0 * 64).rounded() / 64 }
        float.parameters[name] = .accumulation(weights: rounded, bias: bias)
        let bytes = NetworkFile(float: float).bytes
        #expect(
            (whole - bytes.count - 2 * weights.count).magnitude < 16,
            "\(whole) and \(bytes.count) bytes, \(weights.count) weights; the header is padded to 8")
        #expect(try NetworkFile(bytes, at: "net").float?.parameters == float.parameters)
    }

    private struct Missing: Error {}

    @Test("A file on disk is written whole and read back; a missing one has its code")
    func disk() throws {
        try withFolder { folder in
            let network = NetworkFile(float: Fixtures.floatNetwork(seed: seed))
            try network.write("\(folder)/a.safetensors")
            #expect(try NetworkFile.read("\(folder)/a.safetensors").bytes == network.bytes)
            #expect(code { _ = try NetworkFile.read("\(folder)/b.safetensors") } == .networkFileMissing)
            #expect(code { _ = try NetworkFile.read(folder) } == .networkFileMissing)
            #expect(code { try network.write("\(folder)/none/a.safetensors") } == .outputUnwritable)
            #expect(code { try network.write("/dev/full") } == .outputDeviceFull)
        }
    }

    @Test("A run reads the quantized network alone where there are both, and the float one where it is the only one")
    func withoutFloat() throws {
        try withFolder { folder in
            let quantized = try Fixtures.quantizedNetwork(seed: seed)
            try NetworkFile(float: Fixtures.floatNetwork(seed: seed), quantized: quantized).write("\(folder)/both")
            let read = try NetworkFile.read("\(folder)/both", includingFloat: false)
            #expect(read.float == nil)
            #expect(read.bytes == NetworkFile(quantized: quantized).bytes)
            try NetworkFile(float: Fixtures.floatNetwork(seed: seed)).write("\(folder)/float")
            #expect(try NetworkFile.read("\(folder)/float", includingFloat: false).float != nil)
        }
    }

    @Test("A sparse file beyond the limit is refused before it is read")
    func tooLarge() throws {
        try withFolder { folder in
            let path = "\(folder)/large"
            try AtomicFile.write([0], to: path)
            #expect(truncate(path, Int(FileBytes.largestFileBytes) + 1) == 0)
            #expect(code { _ = try NetworkFile.read(path) } == .networkFileTooLarge)
        }
    }

    @Test("A float network without rates may leave the list out")
    func noRates() throws {
        var float = Fixtures.floatNetwork(seed: seed)
        float.rateGains = [:]
        var file = try SafetensorsFile(NetworkFile(float: float).bytes, at: "net")
        let without = file.metadata["float"]!.replacingOccurrences(of: ",\"rates\":[]", with: "")
        #expect(without != file.metadata["float"])
        file.metadata["float"] = without
        let read = try NetworkFile(file.bytes, at: "net").float
        #expect(read?.rateGains == [:] && read?.graph == float.graph && read?.parameters == float.parameters)
    }

    @Test("Clip limits may be infinite: a limit that limits nothing is left out of the file")
    func infiniteLimits() throws {
        for (low, high) in [(-Double.infinity, 4.5), (-4, .infinity), (-.infinity, .infinity), (-3.4e38, 3.4e38)] {
            var network = Fixtures.floatNetwork(seed: seed)
            let index = try #require(network.graph.layers.firstIndex { $0.name == "hat" })
            network.graph.layers[index].activation = .clip(low: low, high: high)
            let file = NetworkFile(float: network)
            #expect(try NetworkFile(file.bytes, at: "file").float?.graph == network.graph)
        }
    }
}
