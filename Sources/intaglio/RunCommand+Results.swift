import Diagnostics
import Foundation
import HostOperators
import Images
import Reports
import Simulation
import Tensors

/// Where the results of a run go: standard output, and the files under `--output`.
extension RunCommand {
    func finish(_ simulation: NetworkRun, _ report: RunReport) throws {
        if let output { try write(report, simulation, to: output) }
        if json {
            try Console.result(document(report))
        } else {
            try Console.styled(RunSummary(report, columns: columns.columns(isRun: true), style: columns.style).text)
        }
        if let clipping = report.clipping { Console.warn(clipping.sentence) }
    }

    private func document(_ report: RunReport) throws -> String { try Document(report, options.header()).text }

    private func write(_ report: RunReport, _ simulation: NetworkRun, to folder: String) throws {
        let results = try ResultFolder(at: folder, completedBy: "report.json")
        try results.write(LayersCSV(report).text, to: "layers.csv")
        if let reconstructed = simulation.reconstructedPicture {
            try PNGWriter.write(reconstructed, to: folder + "/reconstructed.png")
        }
        if tensors {
            for (name, tensor, bytesPerElement) in simulation.storedTensors {
                try AtomicFile.write(
                    NPY.bytes(tensor, bytesPerElement: bytesPerElement), to: OutputFolder.path(folder, "\(name).npy"))
            }
            for (name, array) in simulation.host.results {
                try AtomicFile.write(array.npyBytes, to: OutputFolder.path(folder, "\(name).npy"))
            }
        }
        try results.complete(document(report))
    }
}
