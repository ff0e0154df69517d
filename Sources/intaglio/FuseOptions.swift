public import ArgumentParser
public import Scheduling

/// Whether layers may run together, of commands that search for a schedule.
struct FuseOptions: ParsableArguments {
    @Option(
        name: .customLong("fuse"),
        help: ArgumentHelp(
            """
            on: layers may run together, by rows or tile by tile, and what lies between them stays on chip. \
            off: layer after layer.
            """, valueName: "on|off"))
    var given: Fusion?

    var fuse: Fusion { given ?? .on }
}

extension Fusion: ExpressibleByArgument {}
