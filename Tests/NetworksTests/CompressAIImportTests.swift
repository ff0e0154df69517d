import Architectures
import Diagnostics
import FileFormats
import Graph
import Importers
import Networks
import TestSupport
import Testing

@Suite struct CompressAIImportTests {
    private func imported(
        _ name: String, changing change: (inout [String: SafetensorsTensor]) -> Void = { _ in }
    ) throws -> CompressAIImport? {
        let path = try CompressAIFixture(name).stateDict
        var file = try SafetensorsFile(FileBytes.read(path), at: path)
        change(&file.tensors)
        return try withFolder { folder in
            try AtomicFile.write(file.bytes, to: "\(folder)/network.safetensors")
            return try CompressAIImport.ifOne("\(folder)/network.safetensors")
        }
    }

    private func refusal(_ name: String, changing change: (inout [String: SafetensorsTensor]) -> Void) -> Diagnostic? {
        do {
            _ = try imported(name, changing: change)
            return nil
        } catch { return error as? Diagnostic }
    }

    @Test("Family and widths follow from names and shapes", arguments: CompressAIFixture.names)
    func architectures(name: String) throws {
        let architecture = try #require(try imported(name)).architecture
        #expect(architecture.name == (name.hasPrefix("cheng") ? "\(name):4" : "\(name):4,6"))
    }

    @Test("A file that is no state dict is none")
    func others() throws {
        try withFolder { folder in
            #expect(try CompressAIImport.ifOne("\(folder)/none") == nil)
            try AtomicFile.write([1, 2, 3], to: "\(folder)/short")
            #expect(try CompressAIImport.ifOne("\(folder)/short") == nil)
        }
        #expect(try imported("mbt2018-mean") { $0 = ["g_a.0.weight": $0["g_a.0.weight"]!] } == nil)
        // As `Training` exports networks: --architecture names these.
        #expect(try imported("mbt2018-mean") { $0["gain"] = SafetensorsTensor([Float(1)], shape: [1, 1]) } == nil)
    }

    @Test("Prefixes, older spellings and empty tables give the same network", arguments: CompressAIFixture.names)
    func spellings(name: String) throws {
        let network = try #require(try imported(name)).network
        let prefixed = try imported(name) { tensors in
            tensors = Dictionary(uniqueKeysWithValues: tensors.map { ("module.\($0)", $1) })
        }
        let old = try imported(name) { tensors in
            tensors = Dictionary(
                uniqueKeysWithValues: tensors.map { name, tensor in
                    let singular = name.replacing(".matrices.", with: "._matrix").replacing(".biases.", with: "._bias")
                        .replacing(".factors.", with: "._factor").replacing(".skip.", with: ".downsample.")
                    return (singular, tensor)
                })
        }
        let underscored = try imported(name) { tensors in
            tensors = Dictionary(
                uniqueKeysWithValues: tensors.map { name, tensor in
                    (name.replacing("bottleneck.matrices", with: "bottleneck._matrices"), tensor)
                })
        }
        let empty = try imported(name) { tensors in
            for table in ["_quantized_cdf", "_offset", "_cdf_length"] {
                tensors["entropy_bottleneck.\(table)"] = SafetensorsTensor([Int32](), shape: [0])
            }
        }
        for other in [prefixed, old, underscored, empty] {
            let other = try #require(other).network
            #expect(other.graph == network.graph && other.parameters == network.parameters)
            #expect(other.prior == network.prior && network.prior != nil)
        }
    }

    @Test("A tensor renamed, missing or extra is refused by name", arguments: CompressAIFixture.names)
    func names(name: String) throws {
        let path = try CompressAIFixture(name).stateDict
        let file = try SafetensorsFile(FileBytes.read(path), at: path)
        let optional = ["_quantized_cdf", "_offset", "_cdf_length", "target", ".scale_table", ".scale_bound"]
        for tensor in file.tensors.keys.sorted()
        where !tensor.hasSuffix("lower_bound.bound") || tensor.contains("reparam") {
            guard !optional.contains(where: { tensor.hasSuffix($0) }), !tensor.hasSuffix("lower_bound_scale.bound")
            else { continue }
            let missing = refusal(name) { $0[tensor] = nil }
            #expect(missing?.code == .importTensorMismatch, "\(tensor): \(String(describing: missing))")
            let renamed = refusal(name) {
                $0["\(tensor)_"] = $0[tensor]
                $0[tensor] = nil
            }
            #expect([.importTensorMismatch, .importTensorUnused].contains(renamed?.code), "\(tensor)")
        }
        let extra = refusal(name) { $0["g_a.99.weight"] = SafetensorsTensor([Float(1)], shape: [1]) }
        #expect(extra?.code == .importTensorUnused && extra!.place.hasSuffix("tensor g_a.99.weight"))
        let missing = refusal(name) { $0["g_s.1.beta"] = nil }
        if !name.hasPrefix("cheng") { #expect(missing!.place.hasSuffix("tensor g_s.1.beta")) }
        let twice = refusal(name) {
            $0["entropy_bottleneck._matrix0"] = $0["entropy_bottleneck.matrices.0"]
        }
        #expect(twice?.code == .importTensorUnused)
    }

    @Test("Shapes, another parametrization, another mask and another smallest scale are refused")
    func contents() {
        func number(_ value: Float) -> SafetensorsTensor { SafetensorsTensor([value], shape: [1]) }
        let shape = refusal("mbt2018-mean") {
            $0["h_a.0.bias"] = SafetensorsTensor([Float](repeating: 0, count: 5), shape: [5])
        }
        #expect(shape?.code == .importTensorMismatch && shape!.place.hasSuffix("h_a.0.bias"))
        let pedestal = refusal("mbt2018-mean") { $0["g_a.1.beta_reparam.pedestal"] = number(1e-3) }
        #expect(pedestal?.code == .importTensorMismatch && pedestal!.found == "\(Double(Float(1e-3)))")
        let scale = refusal("mbt2018-mean") { $0["gaussian_conditional.lower_bound_scale.bound"] = number(0.2) }
        #expect(scale?.code == .importTensorMismatch)
        let mask = refusal("mbt2018") {
            $0["context_prediction.mask"] = SafetensorsTensor(
                [Float](repeating: 1, count: 12 * 6 * 25), shape: [12, 6, 5, 5])
        }
        #expect(mask?.code == .importTensorMismatch && mask!.place.hasSuffix("context_prediction.mask"))
    }

    @Test("The effective betas and gammas are those that the formula gives")
    func parametrization() throws {
        let path = try CompressAIFixture("mbt2018-mean").stateDict
        let stored = try SafetensorsFile(FileBytes.read(path), at: path).tensors
        guard case .normalization(let gamma, let beta)? = try imported("mbt2018-mean")?.network.parameters["g_s.3"]
        else {
            Issue.record("no GDN")
            return
        }
        #expect(stored["g_s.3.beta"]!.floats[0] < 0, "the recorded one lies below its bound")
        for (found, value) in zip(beta, stored["g_s.3.beta"]!.floats) {
            let bounded = max(Double(value), (1e-6 + 0x1p-36).squareRoot())
            #expect(abs(Double(found) - (bounded * bounded - 0x1p-36)) <= 1e-6 * Double(found))
        }
        for (found, value) in zip(gamma, stored["g_s.3.gamma"]!.floats) {
            let bounded = max(Double(value), 0x1p-18)
            #expect(abs(Double(found) - (bounded * bounded - 0x1p-36)) <= 1e-6)
        }
    }

    @Test("The prior is that of integers about the medians")
    func prior() throws {
        let prior = try #require(try imported("bmshj2018-hyperprior")?.network.prior)
        #expect(prior.channels == 4 && prior.stages.map(\.outputs) == [3, 3, 3, 3, 1])
        for channel in 0..<4 {
            let total = (-400...400).reduce(0) { $0 + prior.mass(of: $1, channel: channel) }
            #expect(abs(total - 1) < 1e-3, "\(channel): \(total)")
            let left = prior.mass(from: -400, to: 0.25, channel: channel)
            #expect(abs(left + prior.mass(from: 0.25, to: 400, channel: channel) - 1) < 1e-3)
        }
    }

    /// Floats in 16 bits: as the file's type, or as their values in F32.
    private func narrowed(
        _ tensors: [String: SafetensorsTensor], to type: SafetensorsTensor.ElementType, keepsType: Bool,
        exceptNumbers: Bool = false
    ) -> [String: SafetensorsTensor] {
        Dictionary(
            uniqueKeysWithValues: tensors.map { name, tensor in
                let isNumber = name.contains("reparam") || name.hasSuffix("bound")
                guard tensor.elementType == .float32, !exceptNumbers || !isNumber else { return (name, tensor) }
                let patterns = tensor.floats.map { value -> UInt16 in
                    if type == .float16 { return Float16(value).bitPattern }
                    // The nearest of the two bfloat16 about it; no test value lies in the middle.
                    let low = value.bitPattern >> 16
                    let distances = [low, low + 1].map { abs(Float(bitPattern: $0 << 16) - value) }
                    return UInt16(distances[0] <= distances[1] ? low : low + 1)
                }
                let bytes = patterns.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
                let narrow = SafetensorsTensor(elementType: type, shape: tensor.shape, bytes: bytes)
                return (name, keepsType ? narrow : SafetensorsTensor(narrow.floats, shape: tensor.shape))
            })
    }

    @Test(
        "A state dict of 16 bits is the network of its rounded values, also after they were made float32 again",
        arguments: CompressAIFixture.names, [SafetensorsTensor.ElementType.float16, .bfloat16])
    func halves(name: String, type: SafetensorsTensor.ElementType) throws {
        // The package's own numbers beside rounded weights: 2^-36 is 0 in float16.
        let expected = try #require(
            try imported(name) { $0 = narrowed($0, to: type, keepsType: false, exceptNumbers: true) }
        ).network
        for keepsType in [true, false] {
            let found = try #require(
                try imported(name) { $0 = narrowed($0, to: type, keepsType: keepsType) }
            ).network
            #expect(found.parameters == expected.parameters && found.prior == expected.prior, "\(keepsType)")
            #expect(found.graph == expected.graph)
        }
    }

    @Test("Doubles are refused, and how to make floats of them is said")
    func doubles() {
        let refusal = refusal("mbt2018-mean") { tensors in
            let bias = tensors["g_a.0.bias"]!
            tensors["g_a.0.bias"] = SafetensorsTensor(
                elementType: .float64, shape: bias.shape,
                bytes: bias.floats.flatMap { value in
                    (0..<8).map { UInt8(truncatingIfNeeded: Double(value).bitPattern >> (8 * $0)) }
                })
        }
        #expect(refusal?.code == .importTensorMismatch && refusal!.place.hasSuffix("tensor g_a.0.bias"))
        #expect(refusal?.expected == "F32, F16 or BF16" && refusal!.remedy.contains("intaglio_training convert"))
    }

    @Test("A beta or gamma whose square passes float32 is refused with its element")
    func squares() {
        let beta = refusal("mbt2018-mean") {
            var values = $0["g_s.3.beta"]!.floats
            values[2] = 1e30
            $0["g_s.3.beta"] = SafetensorsTensor(values, shape: [values.count])
        }
        #expect(beta?.code == .importTensorMismatch && beta!.place.hasSuffix("tensor g_s.3.beta"))
        #expect(beta?.found == "1e+30 in element [2], whose square passes float32")
        let gamma = refusal("mbt2018-mean") {
            let tensor = $0["g_a.1.gamma"]!
            var values = tensor.floats
            values[4 * 1 + 3] = 2e19
            $0["g_a.1.gamma"] = SafetensorsTensor(values, shape: tensor.shape)
        }
        #expect(gamma?.found == "2e+19 in element [1, 3], whose square passes float32")
    }

    @Test("Medians that take a bias or the prior past float32 are refused: a file could not hold these")
    func medians() {
        let refusal = refusal("mbt2018-mean") {
            let tensor = $0["entropy_bottleneck.quantiles"]!
            var values = tensor.floats
            values[1] = -3e38
            $0["entropy_bottleneck.quantiles"] = SafetensorsTensor(values, shape: tensor.shape)
            let bias = $0["h_a.4.bias"]!
            $0["h_a.4.bias"] = SafetensorsTensor([3e38] + bias.floats.dropFirst(), shape: bias.shape)
        }
        #expect(refusal?.code == .networkNotFinite && refusal?.place == "layer h_a.4, bias, element [0]")
    }

    @Test("Prefixes that stand several times before all names are taken off; before one name it is pointed at")
    func prefixes() throws {
        let network = try #require(try imported("mbt2018-mean")).network
        let twice = try #require(
            try imported("mbt2018-mean") { tensors in
                tensors = Dictionary(uniqueKeysWithValues: tensors.map { ("module.module.\($0)", $1) })
            }
        ).network
        #expect(twice.parameters == network.parameters && twice.prior == network.prior)
        let one = refusal("mbt2018-mean") {
            $0["module.g_a.0.weight"] = $0["g_a.0.weight"]
            $0["g_a.0.weight"] = nil
        }
        #expect(one?.found == "no such tensor but one called module.g_a.0.weight")
    }

    @Test("The name that is guessed is one that nothing else reads", arguments: CompressAIFixture.names)
    func guesses(name: String) {
        let last = ["cheng2020-anchor": "g_s.7.0", "cheng2020-attn": "g_s.9.0"][name] ?? "g_s.6"
        let weight = "\(last).weight"
        let missing = refusal(name) { $0[weight] = nil }
        #expect(missing?.place.hasSuffix("tensor \(weight)") == true && missing?.found == "no such tensor")
        #expect(missing?.expected == "the tensors of CompressAI's \(name)")
        let renamed = refusal(name) {
            $0["g_s.last.weight"] = $0[weight]
            $0[weight] = nil
        }
        #expect(renamed?.found == "no such tensor but one called g_s.last.weight")
        let extra = refusal(name) { $0["foo.bar"] = SafetensorsTensor([Float(1)], shape: [1]) }
        #expect(extra?.expected == "the tensors of CompressAI's \(name), no others")
    }

    @Test("Where the file does not say which hyperprior it is, both are named")
    func hyperpriors() {
        let all = refusal("mbt2018-mean") { tensors in
            tensors = tensors.filter { !$0.key.hasPrefix("h_s.") }
        }
        #expect(all?.place.hasSuffix("tensor h_s.0.weight") == true)
        #expect(all?.expected == "the tensors of CompressAI's bmshj2018-hyperprior or mbt2018-mean")
        // The layers before the last one say it.
        let last = refusal("mbt2018-mean") {
            $0["h_s.4.weight"] = nil
            $0["h_s.4.bias"] = nil
        }
        #expect(last?.place.hasSuffix("tensor h_s.4.weight") == true)
        #expect(last?.expected == "the tensors of CompressAI's mbt2018-mean")
        #expect(last?.found == "no such tensor; 1 more is missing: h_s.4.bias")
    }

    private func parameters(_ name: String) throws -> [String: SafetensorsTensor] {
        let path = try CompressAIFixture(name).stateDict
        let tensors = try SafetensorsFile(FileBytes.read(path), at: path).tensors
        return tensors.filter { tensor in
            [".weight", ".bias", ".beta", ".gamma"].contains { tensor.key.hasSuffix($0) }
                && ["g_", "h_", "context", "entropy_parameters"].contains { tensor.key.hasPrefix($0) }
        }
    }

    @Test(
        "A renamed tensor changes nothing of the family, and its new name is pointed at",
        arguments: CompressAIFixture.names)
    func renamed(name: String) throws {
        for tensor in try parameters(name).keys.sorted() {
            for suffix in ["_orig", "_v", "_"] {
                let refusal = refusal(name) {
                    $0[tensor + suffix] = $0[tensor]
                    $0[tensor] = nil
                }
                #expect(
                    refusal?.code == .importTensorMismatch && refusal!.place.hasSuffix("tensor \(tensor)"), "\(tensor)")
                #expect(refusal?.found == "no such tensor but one called \(tensor)\(suffix)", "\(tensor)")
                #expect(refusal?.expected == "the tensors of CompressAI's \(name)", "\(tensor)")
            }
        }
        let layer = name.hasPrefix("cheng") ? "g_a.0.conv1" : "g_a.0"
        // Unlike in its letters, but the only one beside it.
        let unlike = refusal(name) {
            $0["\(layer).kernel"] = $0["\(layer).weight"]
            $0["\(layer).weight"] = nil
        }
        #expect(unlike?.found == "no such tensor but one called \(layer).kernel")
        let both = refusal(name) {
            for part in ["weight", "bias"] {
                $0["\(layer).\(part)_orig"] = $0["\(layer).\(part)"]
                $0["\(layer).\(part)"] = nil
            }
        }
        #expect(both?.place.hasSuffix("tensor \(layer).weight") == true)
        #expect(
            both?.found == """
                no such tensor but one called \(layer).weight_orig; 1 more is missing: \(layer).bias (there is \
                \(layer).bias_orig)
                """)
        #expect(both?.expected == "the tensors of CompressAI's \(name)")
    }

    @Test(
        "A tensor of another shape is itself what is refused, with the family: widths are what most tensors have",
        arguments: CompressAIFixture.names)
    func oddShapes(name: String) throws {
        for (tensor, whole) in try parameters(name) {
            for dimension in whole.shape.indices.prefix(2) {
                for change in [-1, 1] where whole.shape[dimension] + change > 0 {
                    var shape = whole.shape
                    shape[dimension] += change
                    let odd = SafetensorsTensor(
                        [Float](repeating: 0.5, count: shape.reduce(1, *)), shape: shape)
                    let refusal = refusal(name) { $0[tensor] = odd }
                    #expect(refusal?.code == .importTensorMismatch, "\(tensor)")
                    #expect(refusal?.place.hasSuffix("tensor \(tensor)") == true, "\(tensor): \(refusal!.place)")
                    #expect(refusal?.found == "F32 of shape \(shape)", "\(tensor)")
                    #expect(
                        refusal?.expected == "F32, F16 or BF16 of shape \(whole.shape), as CompressAI's \(name) has it",
                        "\(tensor)")
                }
            }
        }
    }
}
