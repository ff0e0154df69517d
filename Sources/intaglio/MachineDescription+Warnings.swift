import Diagnostics
import MachineDescription

extension MachineDescription {
    /// The machine of that name or file. What keeps it from its own speed is said on standard error.
    ///
    /// - Throws: what `load` throws.
    static func loadAndWarn(_ nameOrPath: String) throws(Diagnostic) -> MachineDescription {
        let machine = try load(nameOrPath)
        for warning in machine.warnings { Console.warn("machine \(machine.name): \(warning)") }
        return machine
    }
}
