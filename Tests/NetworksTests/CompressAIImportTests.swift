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
}
