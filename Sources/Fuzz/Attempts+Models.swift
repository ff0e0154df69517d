import Diagnostics
import Graph
import MachineDescription
import NetworkFiles
import Networks
import Random
import Simulation
import TFLite
import TFLiteImport
import Tensors
import Text

extension Attempts {
    /// Reads and imports; what comes out is written and read again, planned, and run on tensors, now and then verified.
    func model(_ path: String, using random: inout SeededGenerator) throws {
        let bytes = try InputFile(path, limit: 1 << 24).read()
        let memory = MemoryBudget(bytes: 1 << 28)
        let runtime = random.element(of: TFLiteRuntime.allCases)
        let imported = try TFLiteImport(
            TFLiteModel(bytes, at: path), name: "model", runtime: runtime, at: path, memory: memory)
        _ = imported.report.text(style: .plain)
        let network = imported.network
        let file = NetworkFile(quantized: network)
        try requireReadable(file, at: path)
        let (height, width) = (imported.report.height, imported.report.width)
        let plan = try SimulationPlan(
            network: network, machine: .builtIn(named: "mid")!, width: width, height: height, memory: memory)
        guard plan.report().totals.usefulMACs <= 1 << 24 else { return }
        var files: [(name: String, dump: TensorDump)] = []
        for input in network.graph.inputs {
            let shape = TensorShape(height: height, width: width, channels: input.channels)
            guard shape.count <= 1 << 20 else { return }
            let elements = (0..<shape.count).map { _ in Int32(random.integer(0...255)) }
            let dump = folder + "/\(input.name).npy"
            try AtomicFile.write(NPY.bytes(Tensor(shape: shape, elements: elements), bytesPerElement: 1), to: dump)
            files.append((input.name, try TensorDump(dump, form: TensorDumpForm(option: "--input"), memory: memory)))
        }
        let inputs = try RunInputs(files, of: ProvenNetwork(network))
        _ = try NetworkRun(plan, on: inputs, team: team).report()
        guard random.once(in: 4) else { return }
        try requireEqual(Verification(on: inputs, machine: plan.machine, threads: 1))
    }
}
