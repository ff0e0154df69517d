import FileFormats
package import Foundation
import Simulation

/// Compiled simulators in the user's cache folder, so that a machine is built once:
///
///     $XDG_CACHE_HOME/intaglio/rtl/KEY      or ~/.cache/intaglio/rtl/KEY
///     KEY.sha256                            of the program: a damaged one is built anew
///     KEY = SHA-256 of the sources, the simulator and what it says of its version
///
/// Nothing in it is needed: a folder that cannot be read or written is as good as an empty one.
public struct BuildCache: Sendable {
    private let folder: URL

    /// The user's; nil where the environment names no folder for it.
    public static var ofUser: BuildCache? {
        let environment = ProcessInfo.processInfo.environment
        if let path = environment["XDG_CACHE_HOME"], path.hasPrefix("/") {
            return BuildCache(at: URL(fileURLWithPath: path))
        }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return BuildCache(at: URL(fileURLWithPath: home).appendingPathComponent(".cache"))
    }

    /// - Parameter parent: the folder that holds `intaglio/rtl`.
    package init(at parent: URL) { folder = parent.appendingPathComponent("intaglio/rtl") }

    /// Nil where the simulator does not run.
    static func key(
        of files: [(name: String, text: String)], simulator: Simulator, in directory: URL, searchPath: String?
    ) -> String? {
        let question = simulator == .verilator ? ["verilator", "--version"] : ["iverilog", "-V"]
        guard (try? FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)) != nil,
            let answer = ToolProcess(question, in: directory, searchPath: searchPath)
        else { return nil }
        let parts = [simulator.rawValue, answer.output] + files.flatMap { [$0.name, $0.text] }
        return Digest.sha256(Array(parts.joined(separator: "\0").utf8))
    }

    /// The program of a key, where it is there whole: as its digest says.
    func program(_ key: String) -> URL? {
        let program = folder.appendingPathComponent(key)
        guard let bytes = try? Data(contentsOf: program), let digest = try? Data(contentsOf: digestFile(key)),
            digest == Data(Digest.sha256([UInt8](bytes)).utf8)
        else { return nil }
        return program
    }

    private func digestFile(_ key: String) -> URL { folder.appendingPathComponent(key + ".sha256") }

    /// Copies a program into the cache, whole or not at all.
    func keep(_ program: URL, as key: String) {
        let files = FileManager.default
        let partial = folder.appendingPathComponent(".\(key).\(ProcessInfo.processInfo.processIdentifier)")
        guard (try? files.createDirectory(at: folder, withIntermediateDirectories: true)) != nil,
            (try? files.copyItem(at: program, to: partial)) != nil
        else { return }
        // A program that is there is the same, or damaged. `rename` replaces it at once.
        let digest = (try? Data(contentsOf: program)).map { Digest.sha256([UInt8]($0)) }
        guard let digest, rename(partial.path, folder.appendingPathComponent(key).path) == 0 else {
            try? files.removeItem(at: partial)
            return
        }
        try? Data(digest.utf8).write(to: digestFile(key), options: .atomic)
    }
}
