import ArgumentParser
import Diagnostics

/// How much memory the input may ask for.
struct MemoryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            What the input may make the program allocate, such as 2GiB or 600MiB; limits of the process (ulimit, \
            control group) count too.
            """,
            valueName: "size"))
    var memory = MemorySize(bytes: MemoryBudget.standardBytes)

    /// The least of the option and of the limits of this process.
    ///
    /// - Parameter threads: that will be started.
    func budget(threads: Int = 1) -> MemoryBudget { MemoryBudget(asked: memory.bytes, threads: threads) }
}

/// A number of bytes with an optional unit.
struct MemorySize: ExpressibleByArgument {
    let bytes: Int

    init(bytes: Int) { self.bytes = bytes }

    init?(argument: String) {
        guard let bytes = MemoryBudget.byteCount(argument) else { return nil }
        self.bytes = bytes
    }

    var defaultValueDescription: String { MemoryBudget.text(bytes) }
}
