import Diagnostics
package import Foundation

/// Runs another program and waits for it.
package struct ToolProcess {
    package var status: Int32
    /// Standard output and error together.
    package var output: String

    /// - Returns: nil when the program is not on the search path.
    /// - Parameter searchPath: where programs are looked for, other than the environment says.
    package init?(_ arguments: [String], in directory: URL, searchPath: String? = nil) {
        guard let process = ChildProcess(arguments, environment: searchPath.map { ["PATH=\($0)"] }, in: directory.path)
        else { return nil }
        status = process.status
        output = String(decoding: process.output, as: UTF8.self)
    }
}
