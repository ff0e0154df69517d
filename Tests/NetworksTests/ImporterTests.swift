import Diagnostics
import FileFormats
import FloatModel
import Foundation
import Graph
import Importers
import NetworkFiles
import Networks
import Tensors
import TestSupport
import Testing

@Suite struct ImporterTests {
    private static let weights = Checkout.shared("weights")

    @Test(
        "bls2017: kernels are turned into the orientation of the graph",
        .enabled(if: weights != nil, "shared weights are missing"))
    func bls2017() throws {
        let folder = "\(Self.weights!)/bls2017"
        let network = try NetworkImporter.read(architecture: "bls2017", from: folder)
        #expect(network.graph.latents == ["conv2"] && network.graph.sizeMultiple == 16)
        let shapes = try network.graph.shapes(height: 32, width: 48)
        #expect(shapes["conv2"] == TensorShape(height: 2, width: 3, channels: 128))
        #expect(shapes["deconv2"] == TensorShape(height: 32, width: 48, channels: 3))
        let analysis = try floats("\(folder)/ana_w.bin")
        let synthesis = try floats("\(folder)/syn_w.bin")
        guard case .accumulation(let conv0, _)? = network.parameters["conv0"],
            case .accumulation(let deconv2, let bias2)? = network.parameters["deconv2"],
            case .normalization(let gamma, _)? = network.parameters["gdn0"]
        else {
            Issue.record("parameters are missing")
            return
        }
        let (k, r, s, c) = (17, 2, 7, 1)
        #expect(conv0[((k * 9 + r) * 9 + s) * 3 + c] == analysis[((r * 9 + s) * 3 + c) * 128 + k])
        let start = synthesis.count - 9 * 9 * 128 * 3
        #expect(
            deconv2[((2 * 9 + r) * 9 + s) * 128 + 90] == synthesis[start + (((8 - r) * 9 + 8 - s) * 128 + 90) * 3 + 2])
        #expect(gamma[3 * 128 + 5] == analysis[9 * 9 * 3 * 128 + 5 * 128 + 3])
        #expect(bias2.count == 3)
        #expect(try NetworkFile(NetworkFile(float: network).bytes, at: "net").float?.parameters == network.parameters)
    }

    @Test("bls2017: a missing file, a wrong size and NaN have their codes")
    func bls2017Faults() throws {
        try withFolder { folder in
            #expect(code { _ = try NetworkImporter.read(architecture: "bls2017", from: folder) } == .importFileMissing)
            for name in ["ana_w", "ana_b", "syn_w", "syn_b"] {
                try AtomicFile.write([0, 0, 0, 0, 0], to: "\(folder)/\(name).bin")
            }
            #expect(
                code { _ = try NetworkImporter.read(architecture: "bls2017", from: folder) } == .importFileWrongSize)
            try AtomicFile.write([0, 0, 0xC0, 0x7F], to: "\(folder)/ana_w.bin")
            #expect(code { _ = try NetworkImporter.read(architecture: "bls2017", from: folder) } == .networkNotFinite)
            try AtomicFile.write([0, 0, 0, 0], to: "\(folder)/ana_g.bin")
            #expect(code { _ = try NetworkImporter.read(architecture: "bls2017", from: folder) } == .importTensorUnused)
            #expect(
                code { _ = try NetworkImporter.read(architecture: "resnet", from: folder) }
                    == .importArchitectureUnknown)
            #expect(
                code { _ = try NetworkImporter.read(architecture: "mean-scale-hyperprior", from: "\(folder)/none") }
                    == .importFileMissing)
        }
    }

    @Test(
        "Mean-scale hyperprior: shapes, orientation and gains",
        .enabled(if: weights != nil, "shared weights are missing"))
    func hyperprior() throws {
        let path = "\(Self.weights!)/hyperprior64.safetensors"
        let network = try NetworkImporter.read(architecture: "mean-scale-hyperprior", from: path)
        let source = try SafetensorsFile(FileBytes.read(path), at: path)
        let shapes = try network.graph.shapes(height: 128, width: 64)
        #expect(shapes["g_a.6"] == TensorShape(height: 8, width: 4, channels: 96))
        #expect(shapes["h_a.4"] == TensorShape(height: 2, width: 1, channels: 64))
        #expect(shapes["h_s.4"] == TensorShape(height: 8, width: 4, channels: 192))
        #expect(shapes["g_s.6"] == TensorShape(height: 128, width: 64, channels: 3))
        guard case .accumulation(let convolution, _)? = network.parameters["g_a.6"],
            case .accumulation(let transposed, _)? = network.parameters["h_s.2"]
        else {
            Issue.record("parameters are missing")
            return
        }
        let (k, r, s, c) = (70, 1, 3, 9)
        #expect(
            convolution[((k * 5 + r) * 5 + s) * 64 + c]
                == source.tensors["g_a.6.weight"]!.floats[((k * 64 + c) * 5 + r) * 5 + s])
        #expect(
            transposed[((k * 5 + r) * 5 + s) * 96 + c]
                == source.tensors["h_s.2.weight"]!.floats[((c * 144 + k) * 5 + r) * 5 + s])
        #expect(network.rateGains["g_a.6"]?.count == 4)
        #expect(network.rateGains["y_hat"]![2][5] == 1 / network.rateGains["g_a.6"]![2][5])

        #expect(network.ranges == LearnedRanges())
        try withFolder { folder in
            var tuned = source
            let clips = (0..<64).map { 1 + Float($0) }
            tuned.tensors["ranges.g_a.1.clips"] = SafetensorsTensor(clips, shape: [64])
            tuned.tensors["ranges.y8.activations"] = SafetensorsTensor(
                Array(repeating: Float(2), count: 96), shape: [96])
            try AtomicFile.write(tuned.bytes, to: "\(folder)/tuned")
            let ranges = try NetworkImporter.read(architecture: "mean-scale-hyperprior", from: "\(folder)/tuned").ranges
            #expect(
                ranges == LearnedRanges(clips: ["g_a.1": clips], activations: ["y8": Array(repeating: 2, count: 96)]))
        }
        try withFolder { folder in
            for name in ["g_a.8.weight", "h_a.0.weight.scale", "gains", "ranges.g_a.1.clip", "prior.a.9"] {
                var file = source
                file.tensors[name] = SafetensorsTensor([Float](repeating: 1, count: 4), shape: [4])
                try AtomicFile.write(file.bytes, to: "\(folder)/x")
                #expect(
                    code { _ = try NetworkImporter.read(architecture: "mean-scale-hyperprior", from: "\(folder)/x") }
                        == .importTensorUnused, "\(name)")
            }
        }
        try withFolder { folder in
            for (name, change) in [
                (
                    "ranges of two dimensions",
                    { (file: inout SafetensorsFile) in file.tensors["ranges.g_a.1.clips"] = file.tensors["g_a.1.gamma"]
                    }
                ),
                ("a missing tensor", { $0.tensors["h_a.2.bias"] = nil }),
                ("a wrong shape", { $0.tensors["g_s.2.weight"]!.shape = [64, 64, 25, 1] }),
                ("a wrong rank", { $0.tensors["g_a.0.weight"]!.shape = [4800] }),
                (
                    "a wrong type",
                    { $0.tensors["gain"] = SafetensorsTensor([Int32](repeating: 1, count: 384), shape: [4, 96]) }
                ),
            ] {
                var file = source
                change(&file)
                try AtomicFile.write(file.bytes, to: "\(folder)/x")
                #expect(
                    code { _ = try NetworkImporter.read(architecture: "mean-scale-hyperprior", from: "\(folder)/x") }
                        == .importTensorMismatch, "\(name)")
            }
        }
    }

    @Test(
        "mean-scale-hyperprior: a width that one tensor alone has is that tensor's fault",
        .enabled(if: weights != nil, "shared weights are missing"),
        arguments: [
            ("g_a.0.weight", 0), ("g_a.6.weight", 0), ("h_s.2.weight", 1), ("g_a.0.bias", 0), ("gain", 1),
            ("h_s.4.weight", 1),
        ])
    func oddWidths(tensor: String, dimension: Int) throws {
        let path = "\(Self.weights!)/hyperprior64.safetensors"
        var file = try SafetensorsFile(FileBytes.read(path), at: path)
        var shape = try #require(file.tensors[tensor]).shape
        shape[dimension] += 1
        file.tensors[tensor] = SafetensorsTensor([Float](repeating: 1, count: shape.reduce(1, *)), shape: shape)
        try withFolder { folder in
            try AtomicFile.write(file.bytes, to: "\(folder)/x")
            let refusal = #expect(throws: Diagnostic.self) {
                try NetworkImporter.read(architecture: "mean-scale-hyperprior", from: "\(folder)/x")
            }
            #expect(refusal?.code == .importTensorMismatch && refusal!.place.hasSuffix("tensor \(tensor)"))
            #expect(refusal?.found == "F32 of shape \(shape)")
            #expect(refusal?.expected.hasSuffix("as a mean-scale hyperprior has it") == true)
        }
    }

    @Test("Weights in CompressAI's own parametrization are refused by that name, whatever else is there")
    func parametrization() throws {
        for name in [
            "g_a.1.beta_reparam.pedestal", "g_a.1.gamma_reparam.lower_bound.bound",
            "g_s.1.beta_reparam.lower_bound.bound",
        ] {
            let file = SafetensorsFile(tensors: [
                name: SafetensorsTensor([Float(1)], shape: [1]), "gain": SafetensorsTensor([Float(1)], shape: [1, 1]),
            ])
            try withFolder { folder in
                try AtomicFile.write(file.bytes, to: "\(folder)/x")
                let found = try #require(throws: Diagnostic.self) {
                    _ = try NetworkImporter.read(architecture: "mean-scale-hyperprior", from: "\(folder)/x")
                }
                #expect(found.code == .importParametrization && found.remedy.contains("max(x, bound)^2 - pedestal"))
            }
        }
    }

    private func floats(_ path: String) throws -> [Float] {
        let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
        return bytes.withUnsafeBytes { raw in
            (0..<bytes.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
    }
}
