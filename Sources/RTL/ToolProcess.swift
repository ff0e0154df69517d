package import Foundation

/// Runs another program and waits for it.
package struct ToolProcess {
    package var status: Int32
    /// Standard output and error together.
    package var output: String

    /// - Returns: nil when the program is not on the search path.
    /// - Parameter searchPath: where programs are looked for, other than the environment says.
    package init?(_ arguments: [String], in directory: URL, searchPath: String? = nil) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.currentDirectoryURL = directory
        if let searchPath { process.environment = ["PATH": searchPath] }
        process.standardInput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        guard (try? process.run()) != nil else { return nil }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        status = process.terminationStatus
        output = String(decoding: data, as: UTF8.self)
        // What env says of a program that is not there.
        if status == 127 { return nil }
    }
}
