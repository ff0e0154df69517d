import MachineDescription
import NetworkFiles
import Scheduling
import Simulation

/// A bundled network on a built-in machine, timed.
func plan(on machine: String, width: Int = 64, height: Int = 48, fuse: Fusion = .on) throws -> SimulationPlan {
    try SimulationPlan(
        network: NetworkSource(NetworkSource.defaultName).quantized(rate: 0), machine: MachineDescription.load(machine),
        width: width, height: height, fuse: fuse)
}

let builtInMachines = ["small", "mid", "large"]
