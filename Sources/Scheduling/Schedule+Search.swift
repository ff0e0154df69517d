public import Diagnostics
public import Geometry
import Graph
public import MachineDescription
public import Schedules

extension Schedule {
    /// Searches lanes, tile sizes and orders for the least estimated cycles, then the least external bytes. The same
    /// result every time.
    ///
    /// - Parameters:
    ///   - lanes: for every layer that can have them and fits with them; nil for those that are quicker.
    ///   - fuse: whether layers may run together in groups.
    /// - Throws: `scheduleNotFound` where no tiling of a layer fits, with the numbers; what the machine cannot do at
    ///   all (as `verify`); the graph's shape diagnostics.
    public init(
        bestFor network: NetworkFormats, on machine: MachineDescription, height: Int, width: Int, lanes: Lanes? = nil,
        fuse: Fusion = .on
    ) throws(Diagnostic) {
        try self.init(
            bestFor: network, NetworkGeometry(network, height: height, width: width), on: machine, height: height,
            width: width, lanes: lanes, fuse: fuse)
    }

    /// The same where the geometry is known.
    package init(
        bestFor network: NetworkFormats, _ geometry: NetworkGeometry, on machine: MachineDescription, height: Int,
        width: Int, lanes: Lanes? = nil, fuse: Fusion = .on
    ) throws(Diagnostic) {
        let search = try NetworkSearch(network, geometry, on: machine, lanes: lanes, fuse: fuse)
        let chosen = LayerChain(search.alone, search.groups).cheapest()
        self.init(
            network: network.graph.name, machine: machine.name, height: height, width: width, layers: chosen.layers,
            groups: chosen.groups)
    }
}

/// Whether a search may let layers run together.
public enum Fusion: String, CaseIterable, Sendable { case on, off }
