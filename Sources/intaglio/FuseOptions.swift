import ArgumentParser
import Scheduling

/// Whether layers may run together, of commands that search for a schedule.
struct FuseOptions: ParsableArguments {
    @Option(
        name: .customLong("fuse"),
        help: ArgumentHelp(
            """
            on: a normalization may run tile by tile behind its convolution, and what lies between them stays on chip. \
            off: layer after layer.
            """, valueName: "on|off"))
    var given: Fusion?

    var fuse: Fusion { given ?? .on }
}

extension Fusion: ExpressibleByArgument {}
