public import Diagnostics
public import FixedPoint
import Graph
import Importers
public import MachineDescription
import Networks
import ReferenceModel
import Tensors

/// Runs every layer case (JSON) of a folder on reference model and machine and compares with its expected outputs.
public enum LayerCaseFolder {
    public struct Result: Sendable {
        public let name: String
        public let rounding: RoundingRule
        public let outputs: Int
        /// Outputs that differ from the file's.
        public let referenceMismatches: Int
        public let machineMismatches: Int
        public let firstDifference: String?
    }

    /// - Parameters:
    ///   - rounding: instead of the rule that each file names.
    ///   - progress: the case that is next, and how many there are.
    /// - Returns: what was found, and what reading and running of the other cases threw.
    /// - Throws: `layerCaseMissing` for a folder without cases.
    public static func verify(
        _ folder: String, machine: MachineDescription, rounding: RoundingRule? = nil, threads: Int = 1,
        memory: MemoryBudget = .standard,
        progress: (Int, Int) -> Void = { _, _ in }
    ) throws(Diagnostic) -> (results: [Result], refused: [Diagnostic]) {
        func missing(_ found: String) -> Diagnostic {
            Diagnostic(
                .layerCaseMissing, at: folder, found: found, expected: "a folder of layer cases",
                remedy: "correct the path")
        }
        let items: [InputFolder.Item]
        do throws(InputFolder.Unreadable) {
            items = try InputFolder(folder, ending: ".json", includingFolders: false).items
        } catch { throw missing(error.found) }
        guard !items.isEmpty else { throw missing("no file that ends in .json") }
        var results: [Result] = []
        var refused: [Diagnostic] = []
        for (index, item) in items.enumerated() {
            progress(index + 1, items.count)
            do throws(Diagnostic) {
                results.append(
                    try verify(
                        Int8LayerCase(contentsOf: item.path, memory: memory), machine: machine, rounding: rounding,
                        threads: threads, memory: memory))
            } catch {
                refused.append(error.within(item.path))
            }
        }
        return (results, refused)
    }

    private static func verify(
        _ layerCase: Int8LayerCase, machine: MachineDescription, rounding: RoundingRule?, threads: Int,
        memory: MemoryBudget
    ) throws(Diagnostic) -> Result {
        let network = layerCase.network(rounding: rounding)
        let proven = try ProvenNetwork(network)
        let (input, output) = (network.graph.inputs[0].name, network.graph.outputs[0])
        let reference = try ReferenceModel(network)
        let shape = layerCase.inputs[0].shape
        let plan = try SimulationPlan(
            network: network, machine: machine, width: shape.width, height: shape.height, memory: memory)
        try plan.requireReferenceMemory()
        var (outputs, referenceMismatches, machineMismatches) = (0, 0, 0)
        var first: String?
        for (sample, expected) in zip(layerCase.inputs, layerCase.expected) {
            let inputs = [input: sample]
            outputs += expected.elements.count
            if let difference = FirstDifference(
                expected: expected, found: try reference.run(inputs: inputs).tensors[output]!)
            {
                referenceMismatches += difference.count
                first =
                    first
                        ?? """
                        \(difference.coordinate) expected \(difference.expected), reference \
                        \(difference.found)
                        """
            }
            if let difference = FirstDifference(
                expected: expected,
                found: try SimulationRun(plan, of: proven, inputs: inputs, threads: threads).storedOutput(output))
            {
                machineMismatches += difference.count
                first =
                    first
                        ?? """
                        \(difference.coordinate) expected \(difference.expected), machine \
                        \(difference.found)
                        """
            }
        }
        return Result(
            name: layerCase.name, rounding: rounding ?? layerCase.rounding, outputs: outputs,
            referenceMismatches: referenceMismatches,
            machineMismatches: machineMismatches, firstDifference: first)
    }
}
