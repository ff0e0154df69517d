import Foundation
import MachineDescription
import NetworkFiles
import Networks
import Schedules
import Simulation
import TestSupport
import Testing

/// `Schedules/` holds what the search finds for the bundled networks on the built-in machines, byte for byte.
@Suite struct BundledScheduleTests {
    private static let folder = Checkout.root.path + "/Schedules"

    @Test(
        "The search writes the checked-in schedules again", arguments: BundledNetworks.names,
        MachineDescription.builtInNames)
    func schedulesAreCurrent(network: String, machine: String) throws {
        let plan = try SimulationPlan(
            network: NetworkSource(network).quantized(rate: 0), machine: .load(machine), width: 768, height: 512)
        let path = "\(Self.folder)/\(network).\(machine).yaml"
        let stored = try String(contentsOfFile: path, encoding: .utf8)
        #expect(
            plan.schedule.description == stored,
            """
            write it again: intaglio schedule --network \(network) --machine \(machine) -o \
            Schedules/\(network).\(machine).yaml
            """
        )
        #expect(try Schedule(yaml: stored, path: path) == plan.schedule)
    }
}
