import ArgumentParser
import Foundation
import Glibc

/// Tries what a stranger's file can do: every reader, and what the commands do with what was read, on seeded inputs.
///
/// Exit codes: 0 when every input was accepted or refused with a diagnostic, 1 when one ended a worker, took too long,
/// needed too much memory or gave a wrong result.
@main
struct Fuzz: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Fuzz", abstract: "Tries seeded inputs on every reader, in workers that may end by a signal.",
        discussion: "Failing inputs are kept with the command that replays each. Equal seeds are equal inputs.")

    @Option(
        help:
            """
            A reader; may be repeated. All without it. (values: \
            \(Reader.allCases.map(\.rawValue).joined(separator: ", ")))
            """
    ) var reader: [Reader] = []
    @Option(help: "The first seed.") var first: UInt64 = 0
    @Option(help: "Inputs of each reader.") var count: UInt64 = 200
    @Option(help: "Workers at a time.") var workers = 2
    @Option(help: "Address space of a worker in MiB; 0 is no limit (sanitizers need that).") var memory = 2048
    @Option(help: "Processor time for one input, in seconds.") var limit = 10.0
    @Option(help: "Where failing inputs are kept.") var failures = "fuzz-failures"
    @Flag(help: "Print how often each diagnostic was given.") var codes = false
    @Flag(help: "Try the inputs of one reader in this very program, saying each seed first.") var worker = false
    @Option(help: "With --worker: the folder that the input is written to.") var folder: String?
    @Option(help: .hidden) var plant: PlantedFault?
    @Option(help: "Try this file, with the choices that the seed --first makes, in this very program.") var replay:
        String?

    func validate() throws {
        guard !(worker || replay != nil) || reader.count == 1 else { throw ValidationError("name one --reader") }
        guard (1...64).contains(workers), memory >= 0, limit > 0, count > 0 else {
            throw ValidationError("--workers is 1...64, --count and --limit are more than 0")
        }
        guard !worker || folder != nil else { throw ValidationError("--worker needs --folder") }
    }

    func run() throws {
        let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("intaglio-fuzz-\(getpid())").path
        if let replay { return try tryFile(replay, scratch: scratch) }
        if worker, let folder {
            limitMemory()
            return try Worker(reader[0], folder: folder, fault: plant).run(first: first, count: count)
        }
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        let campaign = Campaign(
            reader.isEmpty ? Reader.allCases : reader, first: first, count: count,
            options: WorkerOptions(addressSpaceBytes: memory << 20, limitSeconds: limit, fault: plant),
            failures: failures)
        let (table, failed) = campaign.run(workers: workers, work: scratch)
        print(failed.map { $0 + "\n" }.joined() + (codes ? table.codesText : "") + table.text, terminator: "")
        if !failed.isEmpty { throw ExitCode(1) }
    }

    private func tryFile(_ path: String, scratch: String) throws {
        try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        let input = Worker.inputPath(reader[0], in: scratch)
        try FileManager.default.copyItem(atPath: path, toPath: input)
        limitMemory()
        print(try Worker(reader[0], folder: scratch).outcome(of: input, seed: first))
    }

    private func limitMemory() {
        guard memory > 0 else { return }
        var limit = rlimit(rlim_cur: rlim_t(memory) << 20, rlim_max: rlim_t(memory) << 20)
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    }
}
