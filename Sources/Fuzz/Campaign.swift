import Foundation
import Synchronization

/// The parent: shares the seeds of all readers between workers, restarts those that end, and keeps every input that
/// ended one.
final class Campaign: Sendable {
    private struct State {
        var chunks: [(reader: Reader, first: UInt64, count: UInt64)] = []
        var tallies: [Reader: Tally] = [:]
        var failures: [String] = []
    }

    private let state: Mutex<State>
    private let options: WorkerOptions
    private let failures: String

    init(_ readers: [Reader], first: UInt64, count: UInt64, options: WorkerOptions, failures: String) {
        var state = State()
        // Small chunks, so that the workers end together; a worker takes a second to begin.
        let chunk = max(200, count / 8)
        for reader in readers {
            state.tallies[reader] = Tally()
            for start in stride(from: 0, to: count, by: Int(chunk)) {
                state.chunks.append((reader, first + start, min(chunk, count - start)))
            }
        }
        state.chunks.reverse()
        self.state = Mutex(state)
        self.options = options
        self.failures = failures
    }

    /// Runs all inputs; the table by reader, and a line for each failure.
    func run(workers: Int, work: String) -> (table: TallyTable, failures: [String]) {
        DispatchQueue.concurrentPerform(iterations: workers) { worker in
            while let chunk = state.withLock({ $0.chunks.popLast() }) {
                let folder = "\(work)/\(chunk.reader.rawValue).\(worker)"
                run(chunk, folder: folder)
            }
        }
        return state.withLock { state in
            (
                TallyTable(
                    tallies: Reader.allCases.compactMap { reader in state.tallies[reader].map { (reader, $0) } }),
                state.failures
            )
        }
    }

    private func run(_ chunk: (reader: Reader, first: UInt64, count: UInt64), folder: String) {
        let start = Date()
        var next = chunk.first
        let end = chunk.first + chunk.count
        while next < end { next = runWorker(chunk.reader, from: next, to: end, folder: folder) }
        state.withLock { $0.tallies[chunk.reader]!.seconds += Date().timeIntervalSince(start) }
    }

    /// One worker until it ends; the first seed that it has not settled.
    private func runWorker(_ reader: Reader, from first: UInt64, to end: UInt64, folder: String) -> UInt64 {
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let arguments = options.arguments(reader, first: first, count: end - first, folder: folder)
        guard let worker = try? WorkerRun(arguments, folder: folder) else {
            return fail("cannot start a worker", reader, first, folder) { $0.wrong += 1 }
        }
        var seed = first
        var isTrying = false
        while true {
            switch worker.next(limitSeconds: options.limitSeconds) {
            case .trying(let tried): (seed, isTrying) = (tried, true)
            case .accepted: settle(reader, &seed, &isTrying) { $0.accepted += 1 }
            case .diagnosed(let code):
                settle(reader, &seed, &isTrying) {
                    $0.diagnosed += 1
                    $0.codes[code, default: 0] += 1
                }
            case .wrong(let message):
                seed = fail("wrong: \(message)", reader, seed, folder) { $0.wrong += 1 }
                isTrying = false
            case .stuck: return fail("over \(Int(options.limitSeconds)) s", reader, seed, folder) { $0.overTime += 1 }
            case .ended(let status):
                if !isTrying {
                    return seed == first && status != 0
                        ? fail("the worker ended with \(status)", reader, seed, folder) { $0.signals += 1 }
                        : max(seed, first)
                }
                return classify(status, reader, seed, folder)
            }
        }
    }

    /// A worker that ended inside a trial: by the limit on its memory, when the same input ends otherwise without the
    /// limit.
    private func classify(_ status: Int32, _ reader: Reader, _ seed: UInt64, _ folder: String) -> UInt64 {
        var unlimited = options
        unlimited.addressSpaceBytes = 0
        let folder2 = folder + ".again"
        try? FileManager.default.createDirectory(atPath: folder2, withIntermediateDirectories: true)
        var isBudget = false
        if options.addressSpaceBytes > 0,
            let worker = try? WorkerRun(
                unlimited.arguments(reader, first: seed, count: 1, folder: folder2), folder: folder2)
        {
            loop: while true {
                let event = worker.next(limitSeconds: options.limitSeconds)
                if worker.peakAddressSpaceBytes > options.addressSpaceBytes {
                    worker.stop()
                    isBudget = true
                    break loop
                }
                switch event {
                case .ended(let again):
                    isBudget = again < 128
                    break loop
                case .stuck: break loop
                default: continue
                }
            }
        }
        if isBudget { return fail("above the budget", reader, seed, folder) { $0.overBudget += 1 } }
        return fail(status > 128 ? "signal \(status - 128)" : "exit code \(status)", reader, seed, folder) {
            $0.signals += 1
        }
    }

    private func settle(_ reader: Reader, _ seed: inout UInt64, _ isTrying: inout Bool, _ count: (inout Tally) -> Void)
    {
        state.withLock { count(&$0.tallies[reader]!) }
        seed += 1
        isTrying = false
    }

    /// Keeps the input with the last words of its worker; the seed after it.
    private func fail(
        _ what: String, _ reader: Reader, _ seed: UInt64, _ folder: String, _ count: (inout Tally) -> Void
    ) -> UInt64 {
        let kept = "\(failures)/\(reader.rawValue).\(seed)"
        try? FileManager.default.createDirectory(atPath: failures, withIntermediateDirectories: true)
        let path = "\(kept).\(reader.fileExtension)"
        try? FileManager.default.removeItem(atPath: path)
        try? FileManager.default.copyItem(atPath: Worker.inputPath(reader, in: folder), toPath: path)
        let words = (try? String(contentsOfFile: folder + "/stderr", encoding: .utf8)) ?? ""
        let replay = "Fuzz --reader \(reader.rawValue) --first \(seed) --count 1 --worker --folder FOLDER"
        try? "\(what)\n\(replay)\n\(words)".write(toFile: path + ".txt", atomically: true, encoding: .utf8)
        let cause =
            words.split(separator: "\n").first {
                $0.contains("Fatal error") || $0.contains("Precondition failed") || $0.contains("ERROR:")
                    || $0.contains("runtime error")
            }.map { ": \($0)" } ?? ""
        state.withLock {
            count(&$0.tallies[reader]!)
            $0.failures.append("\(path): \(what)\(cause)")
        }
        return seed + 1
    }
}
