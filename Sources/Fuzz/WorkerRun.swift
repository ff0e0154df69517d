import Foundation

/// A worker on its way, seen from the parent.
final class WorkerRun {
    /// What a line or its absence says.
    enum Event {
        case trying(UInt64)
        case accepted
        case diagnosed(code: String)
        case wrong(message: String)
        case ended(status: Int32)
        case stuck
    }

    private let child = Process()
    private let output = Pipe()
    private var pending: [UInt8] = []
    private var lastProgress = (processor: 0.0, wall: Date())
    /// Largest address space seen, in bytes: what RLIMIT_AS limits, whether touched or not.
    private(set) var peakAddressSpaceBytes = 0

    /// Starts this program again as a worker; its standard error goes to `folder`/stderr.
    init(_ arguments: [String], folder: String) throws {
        let errors = folder + "/stderr"
        _ = FileManager.default.createFile(atPath: errors, contents: nil)
        child.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        child.arguments = arguments
        child.standardInput = FileHandle.nullDevice
        child.standardOutput = output
        child.standardError = FileHandle(forWritingAtPath: errors)
        // A crash is counted here: a report of it with all symbols takes a second.
        child.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
        try child.run()
        try? output.fileHandleForWriting.close()
    }

    /// The next event. `stuck` after `limitSeconds` of processor time, or six times as long by the clock, without a
    /// word.
    func next(limitSeconds: Double) -> Event {
        while true {
            if let line = line() { return event(line) }
            var descriptor = pollfd(fd: output.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&descriptor, 1, 100)
            if ready > 0 {
                var block = [UInt8](repeating: 0, count: 1 << 16)
                let count = read(descriptor.fd, &block, block.count)
                guard count > 0 else { return ended() }
                pending += block[..<count]
            } else if ready == 0, isOverdue(limitSeconds) {
                kill(child.processIdentifier, SIGKILL)
                child.waitUntilExit()
                return .stuck
            }
        }
    }

    func stop() {
        kill(child.processIdentifier, SIGKILL)
        child.waitUntilExit()
    }

    private func ended() -> Event {
        child.waitUntilExit()
        return .ended(
            status: child.terminationReason == .uncaughtSignal ? 128 + child.terminationStatus : child.terminationStatus
        )
    }

    private func line() -> String? {
        guard let end = pending.firstIndex(of: 10) else { return nil }
        let line = String(decoding: pending[..<end], as: UTF8.self)
        pending.removeSubrange(...end)
        return line
    }

    private func event(_ line: String) -> Event {
        lastProgress = (processorSeconds, Date())
        let rest = String(line.dropFirst(2))
        switch line.first {
        case "t": return .trying(UInt64(rest) ?? 0)
        case "a": return .accepted
        case "d": return .diagnosed(code: rest)
        default: return .wrong(message: rest)
        }
    }

    private func isOverdue(_ limitSeconds: Double) -> Bool {
        peakAddressSpaceBytes = max(peakAddressSpaceBytes, addressSpaceBytes)
        return processorSeconds - lastProgress.processor > limitSeconds
            || Date().timeIntervalSince(lastProgress.wall) > 6 * limitSeconds
    }

    private var processorSeconds: Double {
        // Fields after the name in parentheses; the 14th and 15th of all are user and system time in hundredths of a
        // second.
        guard let text = try? String(contentsOfFile: "/proc/\(child.processIdentifier)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return 0 }
        let fields = text[end...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return 0 }
        return (user + system) / 100
    }

    private var addressSpaceBytes: Int {
        guard let text = try? String(contentsOfFile: "/proc/\(child.processIdentifier)/statm", encoding: .utf8) else {
            return 0
        }
        let fields = text.split(separator: " ")
        return (fields.first.flatMap { Int($0) } ?? 0) * 4096
    }
}
