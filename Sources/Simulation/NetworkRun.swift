public import Diagnostics
import Geometry
import Graph
public import HostOperators
public import Images
public import Networks
public import Threads

/// A run of a whole network with its report: on a picture, which the first output may give back, or on tensors.
public struct NetworkRun: Sendable {
    public let simulation: SimulationRun
    /// What the host has computed of the stored tensors.
    public let host: HostRun
    /// Of every tensor of the network, by name.
    let formats: [String: TensorFormat]
    /// Nil for a run on tensors.
    let picture: PNGPicture?
    /// Of the network's first output against the picture, where it is one and there is one.
    public let psnr: PSNR?

    /// - Throws: `networkHasNoPicture` for networks whose input is not three channels of samples; what the proof of
    ///   `ProvenNetwork` throws.
    public init(
        _ plan: SimulationPlan, of network: QuantizedNetwork, picture: PNGPicture, team: ThreadTeam,
        progress: ((Int, Int) -> Void)? = nil
    ) throws(Diagnostic) {
        let proof = team.begin { Result { () throws(Diagnostic) in try ProvenNetwork(network) } }
        let input = network.graph.inputs[0].name
        let inputs = [input: try PictureTensor.stored(picture.image, for: network)]
        self.simulation = try SimulationRun(plan, of: network, digested: inputs, team: team, progress: progress) {
            () throws(Diagnostic) in try proof.get().get()
        }
        self.picture = picture
        (host, formats) = (try Self.host(of: simulation, network), network.formats)
        psnr = try Self.reconstruction(of: simulation, picture.image).map { reconstructed throws(Diagnostic) in
            try PSNR(of: reconstructed, against: picture.image)
        }
    }

    /// A run on tensors.
    ///
    /// - Throws: what `SimulationRun` throws.
    public init(
        _ plan: SimulationPlan, on inputs: RunInputs, team: ThreadTeam, progress: ((Int, Int) -> Void)? = nil
    ) throws(Diagnostic) {
        simulation = try SimulationRun(
            plan, of: inputs.network.network, digested: inputs.tensors, team: team, progress: progress
        ) { inputs.network }
        let network = inputs.network.network
        (host, formats) = (try Self.host(of: simulation, network), network.formats)
        (picture, psnr) = (nil, nil)
    }

    private static func host(
        of simulation: SimulationRun, _ network: QuantizedNetwork
    ) throws(Diagnostic) -> HostRun {
        let layers = network.graph.layers
        return try HostRun(
            network.host,
            stored: { name in layers.firstIndex { $0.name == name }.map { simulation.storedOutput($0) } },
            memory: simulation.plan.memory)
    }
}
