import Architectures
import Diagnostics
import Geometry
import Graph
import MachineDescription
import NetworkFiles
import Topologies

/// A network that can be planned and not run: an architecture of the zoo by name, a topology file, or a network in real
/// numbers that nobody has quantized.
struct WeightlessSource {
    let place: String
    private let kind: Kind

    private enum Kind {
        case architecture(CodecArchitecture)
        case topology(Topology)
        case model(WeightlessNetwork, extent: NetworkSource.Extent?)
    }

    /// - Parameter extent: for which the network was made, where it was made for one.
    init(place: String, model: WeightlessNetwork, extent: NetworkSource.Extent?) {
        self.place = place
        kind = .model(model, extent: extent)
    }

    /// Nil where the word names neither.
    ///
    /// - Throws: `architectureWidthsInvalid`, `networkUnknown`, and the diagnostics of topologies.
    init?(_ nameOrPath: String) throws(Diagnostic) {
        place = nameOrPath
        if BundledNetworks.names.contains(nameOrPath) { return nil }
        if let architecture = try CodecArchitecture(nameOrPath) {
            kind = .architecture(architecture)
        } else if Topology.isOne(nameOrPath) {
            kind = .topology(try Topology(contentsOf: nameOrPath))
        } else {
            return nil
        }
    }

    /// As it fits a machine.
    func network(on machine: MachineDescription? = nil) throws(Diagnostic) -> WeightlessNetwork {
        switch kind {
        case .architecture(let architecture): architecture.network
        case .topology(let topology): try topology.network(on: machine)
        case .model(let network, _): network
        }
    }

    /// What is planned without `--size`: of a topology, whose rows have sizes of their own, the first one's.
    func size(_ given: PictureSize?, of graph: Graph) -> PictureSize {
        if case .model(_, let extent?) = kind {
            return extent.size(given, of: place, isFixed: graph.inputs[0].extent != nil)
        }
        if let extent = graph.inputs[0].extent { return PictureSize(width: extent.width, height: extent.height) }
        return given ?? PictureSize(width: 768, height: 512)
    }

    /// Why a command that computes cannot take it.
    var refusal: Diagnostic {
        let (what, remedy) =
            switch kind {
            case .architecture:
                (
                    "an architecture by name, which has no weights",
                    """
                    plan, inspect and schedule take it; to run it, import trained weights and quantize them \
                    (docs/zoo.md)
                    """
                )
            case .topology:
                (
                    "a topology file, which has sizes of layers and no weights",
                    "plan, inspect and schedule take it; to run a network, name a file with weights (docs/zoo.md)"
                )
            case .model: ("a network in real numbers", "plan and schedule take it; quantize it to run it")
            }
        return Diagnostic(
            .networkHasNoWeights, at: "network '\(place)'", found: what, expected: "a network with weights",
            remedy: remedy)
    }
}
