import Diagnostics
import FileFormats
import FixedPoint
import Foundation
import Graph
import NetworkFiles
import Networks
import Quantization
import Tensors
import TestSupport
import Testing

@Suite struct NetworkFileTests {
    private let seed: UInt64 = 20_261_121

    private func failure(_ change: (inout SafetensorsFile) throws -> Void) throws -> DiagnosticCode? {
        var file = try SafetensorsFile(
            NetworkFile(float: Fixtures.floatNetwork(seed: seed), quantized: try Fixtures.quantizedNetwork(seed: seed))
                .bytes, at: "net")
        try change(&file)
        return code { _ = try NetworkFile(file.bytes, at: "net") }
    }

    private func quantizedFailure(_ change: (inout QuantizedNetwork) throws -> Void) throws -> DiagnosticCode? {
        var network = try Fixtures.quantizedNetwork(seed: seed)
        try change(&network)
        return code { try network.validate() }
    }

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

    @Test("Values that executors could not run are refused")
    func values() throws {
        #expect(try quantizedFailure { _ in } == nil)
        #expect(try quantizedFailure { $0.widths.activationBits = 9 } == .codebookValueTooWide)
        #expect(try quantizedFailure { $0.widths.weightBits = 11 } == .codebookValueTooWide)
        #expect(try quantizedFailure { $0.widths.accumulatorBits = 63 } == .networkValueOutOfRange)
        #expect(try quantizedFailure { $0.widths.accumulatorBits = 30 } == .networkValueOutOfRange)
        #expect(try quantizedFailure { $0.formats["up"] = nil } == .networkTensorMissing)
        #expect(try quantizedFailure { $0.parameters["up"] = LayerParameters.none } == .networkTensorMissing)
        #expect(try quantizedFailure { $0.formats["symbols"] = $0.formats["hat"] } == .networkValueOutOfRange)
        #expect(
            try quantizedFailure { $0.formats["joined"] = .codes(.uniform(.linearSigned, channels: 8, step: 0.1)) }
                == .networkValueOutOfRange)
        #expect(
            try quantizedFailure {
                $0.formats["shuffled"] = .codes(.uniform(.linearSigned, channels: 1, step: 0.25, offset: 1))
            } == .networkValueOutOfRange)
        #expect(
            try quantizedFailure { $0.formats["conv"] = .codes(.uniform(.linearSigned, channels: 3, step: 1)) }
                == .networkValueOutOfRange)
        #expect(try quantizedFailure { $0.formats["hat"] = .integers16(step: 1) } == .networkValueOutOfRange)
        #expect(try quantizedFailure { $0.rateMultipliers["latent"]![1].removeLast() } == .networkValueOutOfRange)
        #expect(
            try quantizedFailure { $0.rateMultipliers["gdn"] = $0.rateMultipliers["latent"] } == .networkValueOutOfRange
        )
        let normalizationFaults: [(inout NormalizationParameters) -> Void] = [
            { $0.beta[0] = 0 }, { $0.scaleMantissas[0] = 0 }, { $0.scaleMantissas[0] = 1 << 24 },
            { $0.scaleShifts[0] = 63 }, { $0.operandShifts[0] = -1 },
            { $0.table = .product(baseBits: 17) },
            {
                $0.table = .derived(for: .gdn)
                $0.table!.slopes[0] = 1 << 20
            },
            { $0.gammaCodes.removeLast() }, { $0.gammaDecoder = .linear() }, { $0.resultBits = 16 },
            {
                $0.clipLow = 1
                $0.clipHigh = 0
            },
        ]
        for (index, fault) in normalizationFaults.enumerated() {
            let found = try quantizedFailure { network in
                guard case .normalization(var normalization)? = network.parameters["gdn"] else { return }
                normalization.gammaCodes[0] = 0
                fault(&normalization)
                network.parameters["gdn"] = .normalization(normalization)
            }
            #expect(found == .networkValueOutOfRange, "fault \(index)")
        }
        let accumulationFaults: [(inout AccumulationParameters) -> Void] = [
            { $0.weightCodes.removeLast() }, { $0.bias.removeLast() }, { $0.bias[0] = 1 << 35 },
            { $0.postProcessing.multipliers.removeLast() },
            { $0.postProcessing.codeMap = [1] }, { $0.postProcessing.resultBits = 31 },
        ]
        for (index, fault) in accumulationFaults.enumerated() {
            let found = try quantizedFailure { network in
                guard case .accumulation(var accumulation)? = network.parameters["conv"] else { return }
                fault(&accumulation)
                network.parameters["conv"] = .accumulation(accumulation)
            }
            #expect(found == .networkValueOutOfRange, "fault \(index)")
        }
        for addition in [
            AdditionParameters(mantissaA: 1 << 31, mantissaB: 0, exponent: 0, rounding: .single),
            AdditionParameters(mantissaA: .min, mantissaB: 0, exponent: 0, rounding: .single),
            AdditionParameters(mantissaA: 0, mantissaB: .min, exponent: 0, rounding: .single),
            AdditionParameters(mantissaA: 1, mantissaB: 0, exponent: 31, rounding: .single),
            AdditionParameters(mantissaA: 1, mantissaB: 0, exponent: 0, rounding: .tosaDouble),
        ] {
            #expect(try quantizedFailure { $0.parameters["sum"] = .addition(addition) } == .networkValueOutOfRange)
        }
    }

    @Test("A code map stores codes that its output has: those that its codebooks can give are looked at, no others")
    func codeMaps() throws {
        func failure(_ entries: Int, _ change: (inout [UInt8]) -> Void) throws -> DiagnosticCode? {
            try quantizedFailure { network in
                let book = try! Codebook(entries: (0..<Int32(entries)).map { $0 })
                network.formats["hat"] = .codes(.uniform(book, channels: 8, step: 0.1))
                guard case .requantization(var post)? = network.parameters["hat"] else { return }
                var map = [UInt8](0...255)
                change(&map)
                post.codeMap = map
                network.parameters["hat"] = .requantization(post)
            }
        }
        #expect(try failure(16) { _ in } == nil)
        #expect(try failure(16) { $0[15] = 16 } == .networkCodeMapUnfit)
        #expect(try failure(16) { $0[0] = 200 } == .networkCodeMapUnfit)
        #expect(try failure(16) { $0[16] = 200 } == nil)
        #expect(try failure(256) { $0[0] = 255 } == nil)
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

    @Test("A step is a finite number of more than 0, also of 16-bit integers")
    func steps() throws {
        for step in [0, -1, Double.infinity] {
            #expect(try quantizedFailure { $0.formats["latent"] = .integers16(step: step) } == .networkValueOutOfRange)
        }
    }

    @Test("A picture of another size than a fully connected layer's weights are for is what is refused")
    func pictureSize() throws {
        let network = try Fixtures.quantizedNetwork(seed: seed)
        // "class" has 2 x 4 x 4 weights: 4 pixels of 4 channels, which a picture of 4x4 gives after a stride of 2.
        #expect(try network.shapes(height: 4, width: 4)["class"]?.channels == 2)
        let refusal = #expect(throws: Diagnostic.self) { try network.shapes(height: 8, width: 4) }
        #expect(refusal?.code == .graphPictureUnfit && refusal?.place == "layer class")
        #expect(
            refusal?.found.contains("8 pixels") == true && refusal?.expected.contains("4 pixels") == true,
            "\(String(describing: refusal))")
        let float = Fixtures.floatNetwork(seed: seed)
        #expect(throws: Never.self) { try float.requirePicture(height: 4, width: 4, rate: 1) }
        #expect(code { try float.requirePicture(height: 4, width: 8) } == .graphPictureUnfit)
        #expect(code { try float.requirePicture(height: 4, width: 4, rate: 2) } == .rateOutOfRange)
        #expect(code { try float.requirePicture(height: 4, width: 4, channels: 1) } == .networkHasNoPicture)
    }

    @Test("Float networks with parameters that do not fit are refused")
    func floatValues() throws {
        func failure(_ change: (inout FloatNetwork) -> Void) -> DiagnosticCode? {
            var network = Fixtures.floatNetwork(seed: seed)
            change(&network)
            return code { try network.validate() }
        }
        #expect(failure { _ in } == nil)
        #expect(
            failure { $0.parameters["conv"] = .accumulation(weights: [1], bias: [0, 0, 0, 0]) }
                == .networkTensorMismatch)
        #expect(failure { $0.parameters["gdn"] = nil } == .networkTensorMissing)
        #expect(failure { $0.parameters["sum"] = .accumulation(weights: [1], bias: [1]) } == .networkTensorMissing)
        #expect(
            failure {
                $0.parameters["gdn"] = .normalization(gamma: Array(repeating: 1, count: 16), beta: [1, 1, 0, 1])
            } == .networkValueOutOfRange)
        #expect(
            failure {
                $0.parameters["gdn"] = .normalization(gamma: Array(repeating: -1, count: 16), beta: [1, 1, 1, 1])
            } == .networkValueOutOfRange)
        #expect(failure { $0.rateGains["latent"]![0][0] = 0 } == .networkValueOutOfRange)
        #expect(failure { $0.rateGains["conv"] = [[1, 1, 1, 1]] } == .networkValueOutOfRange)
    }
}
