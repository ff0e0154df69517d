public import Diagnostics
public import MachineDescription
public import Simulation

/// The figures of a plan, each a file of a folder.
public enum PlanFigures {
    /// The files of a folder, in the order in which they are written.
    public static func paths(in folder: String) -> [String] {
        ["machine", "timeline", "roofline"].map { "\(folder)/\($0).svg" }
    }

    /// Writes `machine.svg`, `timeline.svg` and `roofline.svg`.
    ///
    /// - Parameter folder: made where it is missing.
    /// - Throws: `outputUnwritable`, `outputDeviceFull`.
    public static func write(
        _ report: RunReport, on machine: MachineDescription, to folder: String
    ) throws(Diagnostic) {
        try OutputFolder.create(at: folder)
        let figures = [
            MachineFigure(machine).svg, LayerTimelineFigure(report).svg, RooflineFigure(report, on: machine).svg,
        ]
        for (path, svg) in zip(paths(in: folder), figures) { try AtomicFile.write(svg, to: path) }
    }
}
