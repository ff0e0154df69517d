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
}
