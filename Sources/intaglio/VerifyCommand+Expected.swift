import Diagnostics
import Explanations
import Foundation
import Geometry
import Graph
import NetworkFiles
import Networks
import Simulation
import Tensors
import Text

extension VerifyCommand {
    /// The model against a user's own dump.
    func verifyExpected(_ path: String) throws {
        let memory = options.memory.budget(threads: team.threads)
        let source = try options.source()
        let network = try source.proven(rate: options.rate)
        let inputs = try input.inputs(of: network, from: source, memory: memory)
        if input.isBuiltIn {
            Console.note(
                "the model runs on the built-in test picture: --image FILE or --input NAME=FILE.npy feeds your own")
        }
        if let layer { try inputs.requireRuns(layer) }
        if let layer { try inputs.network.network.graph.requireLayer(layer, at: "--layer") }
        var dumps = try expected.dumps(at: path, layer: layer, memory: memory)
        let idle = dumps.map(\.layer).filter { name in
            network.network.graph[layer: name] != nil && inputs.network.network.graph[layer: name] == nil
        }
        if !idle.isEmpty {
            dumps.removeAll { idle.contains($0.layer) }
            guard !dumps.isEmpty else {
                let names = inputs.network.network.graph.layers.map(\.name)
                throw Diagnostic(
                    .inputMissing, at: "--expected \(path)",
                    found: "only files of layers that do not run behind --input: \(idle.joined(separator: ", "))",
                    expected: "a file of a layer that does: \(names.joined(separator: ", "))",
                    remedy: "leave --input out, or give it a tensor before these layers")
            }
            Console.say("not compared, since they do not run behind --input: \(idle.joined(separator: ", "))")
        }
        let plan = try SimulationPlan(
            network: inputs.network.network, machine: options.machineDescription(), width: inputs.width,
            height: inputs.height, schedule: options.scheduleFile(), memory: memory)
        let run = try SimulationRun(plan, of: inputs.network, inputs: inputs.tensors, threads: team.threads)
        let comparison = try DumpComparison(
            of: run, network: inputs.network.network, with: dumps, tolerance: expected.tolerance ?? 0)
        var table = TextTable(
            header: ["layer", "elements", "differ", "largest", "first difference", "file", "model", "stored"])
        for tensor in comparison.tensors {
            table.append(
                [
                    tensor.tensor, tensor.elements.grouped, tensor.differences.grouped,
                    tensor.largestDifference.grouped,
                ]
                    + (tensor.first.map { [$0.coordinate.description, $0.expected, $0.found, $0.stored.grouped] }
                        ?? []))
        }
        if json {
            try Console.document(
                ComparedDumps(tensors: comparison.tensors, window: comparison.window), options.header(plan.machine))
        } else {
            try Console.result(table.text)
        }
        let layers = plan.network.graph.layers.count
        let extent =
            "\(comparison.tensors.count) of \(layers) layers compared"
            + (idle.isEmpty ? "" : ", \(idle.count.counted("file")) of layers that do not run not")
        guard let different = comparison.firstDifferent, let first = different.first else {
            if !json { try Console.result("\(extent), 0 differences\n") }
            return
        }
        if !json { try Console.result("\n\(comparison.window)\n\(extent)\n") }
        let hint = dumps.first { $0.layer == different.tensor }.flatMap { dump in
            inputs.network.network.formats[different.tensor].flatMap {
                comparison.hint(different, dump.dump, $0)
            }
        }
        throw DifferenceFound(
            message:
                """
                first differing layer \(different.tensor): \(different.differences) of \(different.elements) elements \
                differ, first at \(first.coordinate): file \(first.expected), model \(first.found)
                """
                    + (hint.map { "\n" + $0 } ?? "")
                    + explanation(of: different.tensor, at: first, in: inputs.network.network))
    }

    /// The command that derives the element; for operators that only move elements, what to look at instead.
    private func explanation(
        of layer: String, at element: DumpComparison.ElementComparison, in network: QuantizedNetwork
    ) -> String {
        guard let moved = network.graph[layer: layer],
            network.parameters[layer] != LayerParameters.none || moved.operator.hasDerivation
        else {
            let layerOperator = network.graph[layer: layer]?.operator
            let operands = (network.graph[layer: layer]?.inputs ?? []).joined(separator: ", ")
            return layerOperator?.movesElements ?? false
                ? """
                \n\(layer) copies elements of \(operands): where those agree, its own address arithmetic differs; dump \
                them beside it and compare them, too
                """
                : """
                \n\(layer) adds, shifts and rounds elements of \(operands), as \(layerOperator?.name ?? "it") in \
                docs/arithmetic.md says: where those agree, look at the rounding, the saturation and the addresses; \
                dump them beside it and compare them, too
                """
        }
        let words =
            ["explain"] + options.words + input.words
            + ["--layer", moved.name, "--at", element.coordinate.description]
        return "\nexplain it: \(Console.programName) \(words.map(\.shellWord).joined(separator: " "))"
    }
}

/// What `verify --expected` found, as JSON.
private struct ComparedDumps: Encodable {
    var tensors: [DumpComparison.TensorComparison]
    var window: String
}

extension String {
    /// As a shell takes it for one word.
    fileprivate var shellWord: String {
        let plain = utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "._-/=,+:".utf8.contains(byte)
        }
        return plain && !isEmpty ? self : "'" + replacingOccurrences(of: "'", with: "'\\''") + "'"
    }
}
