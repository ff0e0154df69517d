import Glibc

/// Another program, run to its end. It is killed, with what it started, when a signal ends this one.
public struct ChildProcess: Sendable {
    /// The exit status; of one that a signal ended, 128 more than the signal's number.
    public let status: Int32
    /// Standard output and error together.
    public let output: [UInt8]

    /// - Parameters:
    ///   - arguments: the program's name, which is looked for on the search path, and its arguments.
    ///   - environment: `NAME=VALUE`; this program's own where nil.
    ///   - folder: where it runs.
    /// - Returns: nil when it is not there.
    public init?(_ arguments: [String], environment: [String]? = nil, in folder: String) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        let process = Interruption.add { Self.start(["env", "-C", folder] + arguments, environment, output: ends[1]) }
        close(ends[1])
        guard let process else { return nil }
        output = Self.read(ends[0])
        var end = siginfo_t()
        while waitid(P_PID, id_t(process), &end, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        Interruption.remove(process: process)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        self.status = signal == 0 ? status >> 8 & 0xFF : 128 + signal
        // It ended because this program is being ended: nothing is to be said about it.
        Interruption.waitWhereEnding()
        // What env says of a program that is not there.
        if self.status == 127 { return nil }
    }

    private static func start(_ arguments: [String], _ environment: [String]?, output: Int32) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for stream: Int32 in [1, 2] { posix_spawn_file_actions_adddup2(&actions, output, stream) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (none, standard) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigemptyset(&standard)
        for signal in [SIGPIPE, SIGXFSZ] { sigaddset(&standard, signal) }
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &standard)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var process = pid_t()
        let words = arguments.map { strdup($0) } + [nil]
        let variables = environment.map { $0.map { strdup($0) } + [nil] }
        defer { for text in words + (variables ?? []) { free(text) } }
        return posix_spawn(&process, "/usr/bin/env", &actions, &attributes, words, variables ?? Self.ownEnvironment)
            == 0 ? process : nil
    }

    private static var ownEnvironment: [UnsafeMutablePointer<CChar>?] {
        var variables: [UnsafeMutablePointer<CChar>?] = []
        var next = environ
        while let variable = next.pointee {
            variables.append(variable)
            next += 1
        }
        return variables + [nil]
    }

    private static func read(_ descriptor: Int32) -> [UInt8] {
        var (bytes, block): ([UInt8], [UInt8]) = ([], Array(repeating: 0, count: 1 << 16))
        while true {
            let count = Glibc.read(descriptor, &block, block.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return bytes }
            bytes += block[..<count]
        }
    }
}
