import ArgumentParser
import Conformance
import Diagnostics
import Machine
import MachineDescription

/// The machines that seeded cases run on.
struct SuiteMachines {
    struct Machine {
        let machine: MachineDescription
        /// How to name it again: `--machine M`.
        let replay: String
    }

    let machines: [Machine]

    /// - Parameter randomCount: so many machines drawn from the seeds 0... instead of the one that `options` names.
    init(_ options: NetworkOptions, randomCount: Int?) throws {
        guard let randomCount else {
            machines = [Machine(machine: try options.machineDescription(), replay: "--machine \(options.machine)")]
            return
        }
        machines = (0..<randomCount).map { seed in
            Machine(
                machine: .random(seed: UInt64(seed)),
                replay: "--machine FILE, where FILE is from: intaglio machines --random \(seed)")
        }
    }
}
