import Glibc
import Synchronization

/// What happens when a signal ends the program: temporary files and folders are removed, programs that it started are
/// killed, results so far are kept, and then the signal does what it would have done, so that a shell counts 128 more
/// than its number: 130 for SIGINT, 143 for SIGTERM.
///
/// A thread of its own waits for the signals; all others have them blocked, so that nothing here runs inside a signal
/// handler. A second signal ends the program at once.
public enum Interruption {
    /// Those that would end the program and may be waited for. Not SIGUSR1 and SIGUSR2: with the first the runtime
    /// stops the other threads when it reports a trap.
    private static let endings = [SIGHUP, SIGINT, SIGQUIT, SIGALRM, SIGTERM, SIGXCPU]
    private static let state = Mutex(State())

    private struct State {
        var files: Set<String> = []
        var folders: Set<String> = []
        /// Each a process and the leader of its group.
        var processes: Set<pid_t> = []
        var keepers: [(number: Int, action: @Sendable () -> Void)] = []
        var keeperCount = 0
        /// The thread that ends the program.
        var endingThread: pthread_t?
        /// Whether SIGPIPE would have ended the program.
        var endsByBrokenPipe = false
        var waited = sigset_t()
    }

    /// To be called once, before anything is opened and any thread is started.
    ///
    /// Signals that are ignored at the start, as by `nohup`, stay ignored. Descriptors 0, 1 and 2 are opened where they
    /// are closed, so that no file takes their place; writing to a closed standard output stays an error.
    public static func begin() {
        for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) < 0 {
            _ = open("/dev/null", descriptor == 2 ? O_WRONLY : O_RDONLY)
        }
        var waited = sigset_t()
        sigemptyset(&waited)
        for signal in endings where !isIgnored(signal) { sigaddset(&waited, signal) }
        pthread_sigmask(SIG_BLOCK, &waited, nil)
        let endsByBrokenPipe = !isIgnored(SIGPIPE)
        // Errors of `write` instead: EPIPE, EFBIG.
        for broken in [SIGPIPE, SIGXFSZ] { signal(broken, SIG_IGN) }
        state.withLock { ($0.waited, $0.endsByBrokenPipe) = (waited, endsByBrokenPipe) }
        var thread = pthread_t()
        pthread_create(&thread, nil, { _ in Interruption.wait() }, nil)
    }

    /// Results that are wanted when `body` is interrupted.
    ///
    /// - Parameter action: says or writes them, on a thread of its own.
    public static func keeping<Result, Failure: Error>(
        _ action: @escaping @Sendable () -> Void, during body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let number = state.withLock { state in
            state.keeperCount += 1
            state.keepers.append((state.keeperCount, action))
            return state.keeperCount
        }
        defer { state.withLock { state in state.keepers.removeAll { $0.number == number } } }
        return try body()
    }

    /// Never returns while the program is being ended: for places where it would say something or change a file.
    public static func waitWhereEnding() {
        let isEnding = state.withLock { $0.endingThread.map { pthread_equal($0, pthread_self()) == 0 } ?? false }
        while isEnding { pause() }
    }

    /// The reader of a pipe has gone: what SIGPIPE does, without a word. Returns where it is ignored.
    static func endByBrokenPipe() {
        guard state.withLock({ $0.endsByBrokenPipe }) else { return }
        end(by: SIGPIPE)
    }

    // MARK: What is to be removed

    static func add(file path: String) {
        waitWhereEnding()
        state.withLock { _ = $0.files.insert(path) }
    }

    static func remove(file path: String) { state.withLock { _ = $0.files.remove(path) } }

    static func add(folder path: String) {
        waitWhereEnding()
        state.withLock { _ = $0.folders.insert(path) }
    }

    static func remove(folder path: String) { state.withLock { _ = $0.folders.remove(path) } }

    /// Starts a program as the leader of its own group of processes; nil where `start` says so.
    static func add(process start: () -> pid_t?) -> pid_t? {
        waitWhereEnding()
        return state.withLock { state in
            let process = start()
            if let process { state.processes.insert(process) }
            return process
        }
    }

    /// Before its end is taken notice of, after which the number may be another process's.
    static func remove(process: pid_t) { state.withLock { _ = $0.processes.remove(process) } }

    // MARK: The end

    private static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        sigaction(signal, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    private static func wait() -> Never {
        var waited = state.withLock { $0.waited }
        var signal: Int32 = 0
        while sigwait(&waited, &signal) != 0 {}
        end(by: signal)
    }

    private static func end(by signal: Int32) -> Never {
        let (isFirst, keepers) = state.withLock { state in
            let isFirst = state.endingThread == nil
            if isFirst {
                state.endingThread = pthread_self()
                clean(state)
            }
            return (isFirst, state.keepers)
        }
        while !isFirst { pause() }
        // `timeout` and some terminals send the same signal twice at once: those count as one.
        var waited = state.withLock { $0.waited }
        usleep(20_000)
        var none = timespec()
        while sigtimedwait(&waited, nil, &none) > 0 {}
        pthread_sigmask(SIG_UNBLOCK, &waited, nil)
        if signal != SIGPIPE { for keeper in keepers { keeper.action() } }
        // What the other threads were about to make; the lock is never given back.
        state.withLock { state in
            clean(state)
            die(by: signal)
        }
        die(by: signal)
    }

    private static func clean(_ state: State) {
        for process in state.processes { kill(-process, SIGKILL) }
        for file in state.files { unlink(file) }
        for folder in state.folders { TemporaryFolder.removeAll(below: folder) }
    }

    private static func die(by signal: Int32) -> Never {
        var own = sigset_t()
        sigemptyset(&own)
        sigaddset(&own, signal)
        Glibc.signal(signal, SIG_DFL)
        pthread_sigmask(SIG_UNBLOCK, &own, nil)
        kill(getpid(), signal)
        // The first process of a container is not ended by its own signals.
        _exit(128 + signal)
    }
}
