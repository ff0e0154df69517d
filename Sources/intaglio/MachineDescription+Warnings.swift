import Diagnostics
import MachineDescription
import Text

extension MachineDescription {
    /// The machine of that name or file. What keeps it from its own speed is said on standard error.
    ///
    /// - Throws: what `loadOrRefuse` throws.
    static func loadAndWarn(_ nameOrPath: String) throws -> MachineDescription {
        let machine = try loadOrRefuse(nameOrPath)
        for warning in machine.warnings { Console.warn("machine \(machine.name): \(warning)") }
        return machine
    }

    /// The machines of these names or files, with their warnings.
    ///
    /// - Throws: what `loadOrRefuse` throws of one; `RefusedItems` with the problems of all where several are refused.
    static func loadAndWarn(_ namesOrPaths: [String]) throws -> [MachineDescription] {
        var machines: [MachineDescription] = []
        var refused: [any Error] = []
        for name in namesOrPaths {
            do { machines.append(try loadAndWarn(name)) } catch { refused.append(error) }
        }
        if refused.count == 1 { throw refused[0] }
        guard refused.isEmpty else {
            let problems = refused.flatMap { error in
                (error as? RefusedItems)?.diagnostics ?? (error as? Diagnostic).map { [$0] } ?? []
            }
            throw RefusedItems(
                problems, consequence: "refused: \(refused.count) of \(namesOrPaths.count) machine files")
        }
        return machines
    }

    /// The machine of that name or file.
    ///
    /// - Throws: a diagnostic, or `RefusedItems` where a file has several problems.
    static func loadOrRefuse(_ nameOrPath: String) throws -> MachineDescription {
        do {
            return try loadingWhole(nameOrPath)
        } catch {
            if error.count == 1 { throw error.diagnostics[0] }
            let shown = error.count > error.diagnostics.count ? ", of which \(error.diagnostics.count) are named" : ""
            throw RefusedItems(
                error.diagnostics, consequence: "refused: \(error.path) has \(error.count.counted("problem"))\(shown)")
        }
    }
}
