public import Diagnostics
public import MachineDescription
public import Simulation

/// The figures of a plan, each a file of a folder.
public enum PlanFigures {
    /// Writes `machine.svg`, `timeline.svg` and `roofline.svg`.
    ///
    /// - Parameter folder: made where it is missing.
    /// - Throws: `outputUnwritable`, `outputDeviceFull`.
    public static func write(
        _ report: RunReport, on machine: MachineDescription, to folder: String
    ) throws(Diagnostic) {
        try OutputFolder.create(at: folder)
        for (name, svg) in [
            ("machine", MachineFigure(machine).svg), ("timeline", LayerTimelineFigure(report).svg),
            ("roofline", RooflineFigure(report, on: machine).svg),
        ] {
            try AtomicFile.write(svg, to: "\(folder)/\(name).svg")
        }
    }
}
