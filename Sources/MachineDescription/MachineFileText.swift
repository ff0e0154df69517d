import Diagnostics
import FileFormats
import Text

/// The text of a machine file.
///
/// - Throws: `machineMissing`, `machineUnreadable`.
func machineFileText(_ path: String) throws(Diagnostic) -> String {
    do {
        return try TextFile.read(path)
    } catch .file(.missing) {
        let names = MachineDescription.builtInNames
        throw Diagnostic(
            .machineMissing, at: path, found: "neither a built-in machine nor a file",
            expected: "\(names.joined(separator: ", ")), or the path of a machine file",
            remedy: closestName(to: path, among: names).map { "did you mean \($0)?" }
                ?? "use one of these names or correct the path")
    } catch {
        throw Diagnostic(
            .machineUnreadable, at: path, found: error.found, expected: TextFile.Refusal.expected,
            remedy: error.remedy(or: "name a text file, and check its permissions"))
    }
}
