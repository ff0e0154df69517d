import Architectures
import Diagnostics
import NetworkFiles
import Networks
import ONNX
import ONNXImport
import TFLiteImport
import Text

/// A network to plan: one of codes, or one whose formats are assumed.
enum PlannedSource {
    case coded(NetworkSource)
    case weightless(WeightlessSource)

    /// - Parameters:
    ///   - shapes: what an ONNX model leaves open; ignored for other networks.
    ///   - takesFloat: whether a network file in real numbers is planned with assumed formats, too, or kept as it is.
    /// - Throws: the diagnostics of names, network files, topologies and imports. `onnxExternalRefused` where elements
    ///   of 8-bit operators lie in a file that is not there.
    static func opening(
        _ nameOrPath: String, shapes: [String: [Int]] = [:], takesFloat: Bool = true, memory: MemoryBudget
    ) throws(Diagnostic) -> PlannedSource {
        if let weightless = try WeightlessSource(nameOrPath) { return .weightless(weightless) }
        if let model = try ONNXModel.ifOne(nameOrPath, memory: memory, assumesMissing: true) {
            return try opening(model, at: nameOrPath, shapes: shapes, memory: memory)
        }
        let source = try NetworkSource.opening(nameOrPath, includingFloat: !takesFloat, memory: memory)
        guard takesFloat, source.file.quantized == nil, let network = source.file.float else { return .coded(source) }
        let notes = network.rateGains.isEmpty ? [] : ["its rates have the same cost"]
        return .weightless(
            WeightlessSource(place: nameOrPath, model: WeightlessNetwork(network, notes: notes), extent: source.extent))
    }

    private static func opening(
        _ model: ONNXModel, at place: String, shapes: [String: [Int]], memory: MemoryBudget
    ) throws(Diagnostic) -> PlannedSource {
        let imported = try ONNXImport(
            model, name: PlainName.ofModel(place), shapes: shapes, forShapes: true, at: place, memory: memory)
        let extent = NetworkSource.Extent(width: imported.report.width, height: imported.report.height)
        switch imported.network {
        case .quantized(let network):
            guard model.missing.isEmpty else {
                throw Diagnostic(
                    .onnxExternalRefused, at: place,
                    found: "\(model.missing.count) constants in files that are not there, \(model.missing[0]) first",
                    expected: "all elements of a graph of 8-bit operators",
                    remedy: "put the files with the elements beside the model")
            }
            return .coded(NetworkSource(place: place, imported: network, extent: extent))
        case .float(let network):
            var notes: [String] = []
            if !model.missing.isEmpty {
                notes.append("\(model.missing.count) constants whose file is not there: 0")
            }
            let host = imported.report.operators.filter { $0.destination == .host }.map(\.name)
            if !host.isEmpty { notes.append("left to the host, not planned: \(host.joined(separator: ", "))") }
            let weightless = WeightlessNetwork(
                network, codeMaps: imported.codeMaps, parameterCount: imported.report.parameters, notes: notes)
            return .weightless(WeightlessSource(place: place, model: weightless, extent: extent))
        }
    }

    /// - Throws: a sentence where shapes are given and no network is an ONNX model; exit code 2.
    static func refuseUnused(_ shapes: ShapeOptions, for networks: [String]) throws {
        guard !shapes.shape.isEmpty, !networks.contains(where: ONNXModel.isOne) else { return }
        try intaglio.refuseUnused(["--shape": true], goingWith: "an ONNX model")
    }
}
