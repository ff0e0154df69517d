import Diagnostics
import Foundation

/// The text of a machine file.
func machineFileText(_ path: String) throws(Diagnostic) -> String {
    let largestBytes = 1 << 20
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
        let names = MachineDescription.builtInNames
        throw Diagnostic(
            .machineMissing, at: path, found: "neither a built-in machine nor a file",
            expected: "\(names.joined(separator: ", ")), or the path of a machine file",
            remedy: closestName(to: path, among: names).map { "did you mean \($0)?" } ?? "use one of these names or correct the path")
    }
    func unreadable(_ found: String) -> Diagnostic {
        Diagnostic(
            .machineUnreadable, at: path, found: found, expected: "a text file in UTF-8 of at most \(largestBytes) bytes",
            remedy: "name a text file, and check its permissions")
    }
    guard !isFolder.boolValue else { throw unreadable("is a folder") }
    guard let file = FileHandle(forReadingAtPath: path), let bytes = try? file.read(upToCount: largestBytes + 1) ?? Data() else {
        throw unreadable("cannot be read")
    }
    guard bytes.count <= largestBytes else { throw unreadable("is larger than \(largestBytes) bytes") }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw unreadable("is not UTF-8 text") }
    return text
}
