import Commands
import Timing

/// Where lowered commands go: a stream to run, or only its timing.
///
/// A command's semaphores are known after it was appended: who reads a buffer half last is seen when the half is loaded
/// again.
protocol CommandSink {
    var count: Int { get }
    mutating func reserveCapacity(_ count: Int)
    mutating func append(_ command: Command)
    mutating func setWaits(_ waits: SemaphoreSet, at index: Int)
    mutating func addSignals(_ signals: SemaphoreSet, at index: Int)
}

extension Array: CommandSink where Element == Command {
    mutating func setWaits(_ waits: SemaphoreSet, at index: Int) { self[index].waits = waits }
    mutating func addSignals(_ signals: SemaphoreSet, at index: Int) { self[index].signals.formUnion(signals) }
}

extension TimedStream: CommandSink {}
