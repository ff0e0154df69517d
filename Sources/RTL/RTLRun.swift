package import Commands
package import Diagnostics
package import Foundation
import MachineDescription

/// What the RTL did with a command stream.
public struct RTLRun: Sendable {
    /// First and last cycle of each command, in the stream's order.
    public let commands: [(start: Int, end: Int)]
    /// From the first cycle to the end of the last command.
    public let totalCycles: Int
    /// Results that saturate.
    public let saturatedOutputs: Int
    /// External memory after the run; nil where a bit is unknown, which only a simulator of four states says.
    public let memory: [UInt8?]

    /// - Parameters:
    ///   - commands: of all engines, in the order of the stream.
    ///   - memory: external memory before the run.
    ///   - directory: for the files of this run.
    /// - Throws: `simulationFailed`, `simulatorMissing`, `outputUnwritable`, `machineNotInRTL` where the stream or the
    ///   memory is too large for the build.
    package init(
        _ commands: [Command], memory: [UInt8], activationBits: Int, cycleLimit: Int, on build: MachineBuild,
        directory: URL
    ) throws(Diagnostic) {
        let stimulus = StimulusFiles(commands, memory: memory, activationBits: activationBits)
        guard memory.count <= build.externalMemoryBytes, stimulus.longestQueue <= build.commands else {
            throw Diagnostic(
                .machineNotInRTL, at: "machine \(build.machine.name)",
                found: "\(memory.count) bytes of external memory and \(stimulus.longestQueue) commands in a queue",
                expected: "at most \(build.externalMemoryBytes) bytes and \(build.commands) commands",
                remedy: "choose a smaller picture or one layer")
        }
        Interruption.waitWhereEnding()
        // What a run before this one left there.
        for name in ["commands.log", "result.hex"] {
            try? FileManager.default.removeItem(at: directory.appendingPathComponent(name))
        }
        do {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            for file in stimulus.files {
                try Data(file.contents).write(to: directory.appendingPathComponent(file.name))
            }
        } catch {
            throw Diagnostic(
                .outputUnwritable, at: directory.path, found: "\(error.localizedDescription)",
                expected: "a folder that can be written", remedy: "choose another folder")
        }
        let arguments =
            build.runArguments + stimulus.arguments + [
                "+log=commands.log", "+result=result.hex", "+limit=\(cycleLimit)",
            ]
        guard let process = ToolProcess(arguments, in: directory) else { throw build.missing }
        guard process.status == 0,
            let log = try? String(contentsOf: directory.appendingPathComponent("commands.log"), encoding: .utf8),
            let result = try? Data(contentsOf: directory.appendingPathComponent("result.hex"))
        else {
            throw Diagnostic(
                .simulationFailed, at: directory.path,
                found: "the simulation ended with status \(process.status):\n\(process.output.suffix(1000))",
                expected: "a log of all commands",
                remedy: "keep the folder with --work DIR and run it there by hand: \(arguments.joined(separator: " "))")
        }
        var timings = [(start: Int, end: Int)](repeating: (-1, -1), count: commands.count)
        var end: (total: Int, saturated: Int)?
        var isComplete = false
        for line in log.split(separator: "\n") {
            let fields = line.split(separator: " ")
            if fields.count == 3, let total = Int(fields[1]), let saturated = Int(fields[2]) {
                end = (total, saturated)
                isComplete = fields[0] == "finished"
            } else if fields.count == 4, let engine = Int(fields[0]), let number = Int(fields[1]),
                let first = Int(fields[2]), let last = Int(fields[3]),
                stimulus.indices.indices.contains(engine), stimulus.indices[engine].indices.contains(number)
            {
                timings[stimulus.indices[engine][number]] = (first, last)
            }
        }
        guard let end, isComplete else {
            let stuck = timings.firstIndex { $0.end < 0 }
            throw Diagnostic(
                .simulationFailed, at: directory.path,
                found:
                    """
                    the machine did not finish within \(cycleLimit) cycles; the first command that did not end is \
                    \(stuck ?? -1)
                    """,
                expected: "all \(commands.count) commands to end",
                remedy: "keep the folder with --work DIR and look at commands.log there")
        }
        self.commands = timings
        totalCycles = end.total
        saturatedOutputs = end.saturated
        self.memory = HexText.parse([UInt8](result))
    }
}
