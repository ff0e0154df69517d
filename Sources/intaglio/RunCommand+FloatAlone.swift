import Diagnostics
import Graph
import NetworkFiles
import Networks
import Simulation
import Tensors
import Text

/// A network in real numbers that nobody has quantized: float32 on this processor, no machine and no cycles.
extension RunCommand {
    /// - Throws: what `FloatTensors` throws, and a sentence for options of a machine; exit code 2.
    func runFloatAlone(_ network: FloatNetwork) throws {
        try refuseUnused(
            [
                "--machine": options.namesMachine, "--schedule": options.schedule != nil,
                "--timeline": traces.timeline != nil, "--waveform": traces.waveform != nil,
                "--columns": columns.columns != nil, "--fps": frameRate.fps != nil, "--json": json,
            ], goingWith: "a quantized network")
        let memory = options.memory.budget()
        let run = try FloatTensors(
            network, on: input.only(of: network.graph.inputs.map(\.name), memory: memory), rate: options.rate,
            keepsAll: tensors, memory: memory)
        var table = FittedTable([
            .init("tensor", isLeft: true, shortest: 12), .init("shape"), .init("smallest"), .init("largest"),
        ])
        for (name, tensor) in run.results {
            table.append([
                name, tensor.shape.description, "\(tensor.elements.min() ?? 0)", "\(tensor.elements.max() ?? 0)",
            ])
        }
        if let output {
            let folder = try ResultFolder(at: output, completedBy: "tensors.txt")
            for (name, tensor) in run.results {
                let shape = [tensor.shape.height, tensor.shape.width, tensor.shape.channels]
                try AtomicFile.write(
                    NPY.bytes(tensor.elements, shape: shape), to: OutputFolder.path(output, "\(name).npy"))
            }
            try folder.complete(table.text(width: nil))
        }
        try Console.result(table.text(width: TextStyle(of: 1).width))
    }
}
