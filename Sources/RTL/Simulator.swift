package import Diagnostics

/// A hardware simulator that builds the emitted modules and runs them.
public enum Simulator: String, CaseIterable, Sendable {
    /// Compiles to a program; for long runs.
    case verilator
    /// Interprets; starts at once.
    case icarus

    /// The program that must be on the search path.
    var program: String {
        switch self {
        case .verilator: "verilator"
        case .icarus: "iverilog"
        }
    }

    package var missing: Diagnostic {
        Diagnostic(
            .simulatorMissing, at: "--simulate \(rawValue)", found: "no program '\(program)' on the search path",
            expected: "the simulator to be installed",
            remedy: "install the system package \(self == .verilator ? "verilator" : "iverilog")")
    }
}
