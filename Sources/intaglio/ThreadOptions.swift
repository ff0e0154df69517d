import ArgumentParser
import Foundation

/// How many threads share the work.
struct ThreadOptions: ParsableArguments {
    /// As many as a thread team takes.
    private static let counts = 1...256

    @Option(help: "Threads that share the work. The bytes are the same for any number.")
    var threads = min(ProcessInfo.processInfo.activeProcessorCount, counts.upperBound)

    func validate() throws {
        guard Self.counts.contains(threads) else {
            throw ValidationError(
                "--threads must be in \(Self.counts.lowerBound)...\(Self.counts.upperBound), found \(threads)")
        }
    }
}
