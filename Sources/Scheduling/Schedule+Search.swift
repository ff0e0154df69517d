public import Diagnostics
import Geometry
import Graph
public import MachineDescription
public import Networks
public import Schedules

extension Schedule {
    /// Searches tile sizes and orders for the least estimated cycles, then the least external bytes. The same result
    /// every time.
    ///
    /// - Throws: `scheduleNotFound` where no tiling of a layer fits, with the numbers; what the machine cannot do at
    ///   all (as `verify`); the graph's shape diagnostics.
    public init(
        bestFor network: QuantizedNetwork, on machine: MachineDescription, height: Int, width: Int
    ) throws(Diagnostic) {
        let geometry = try NetworkGeometry(network, height: height, width: width)
        try machine.requireCapabilities(for: network)
        var layers: [LayerSchedule] = []
        // Layers of equal geometry have equal schedules.
        var known: [LayerGeometry: LayerSchedule] = [:]
        for layer in geometry.layers {
            var anonymous = layer
            anonymous.name = ""
            anonymous.outputTensor = 0
            for index in anonymous.operands.indices { anonymous.operands[index].tensor = 0 }
            if var entry = known[anonymous] {
                entry.name = layer.name
                layers.append(entry)
                continue
            }
            var search = LayerSearch(layer, machine: machine)
            let entry = try search.run()
            known[anonymous] = entry
            layers.append(entry)
        }
        self.init(network: network.graph.name, machine: machine.name, height: height, width: width, layers: layers)
    }
}
