import Calibration
public import Diagnostics
import Images
public import MachineDescription
public import Networks
public import Simulation
public import Tensors
import Threads

/// Quantizes a network by one scheme after the other and runs each on the machine: what the studies `schemes` and
/// `coding` share.
public struct StudyRunner: Sendable {
    public let network: FloatNetwork
    /// Samples 0...255, sizes multiples of the graph's `sizeMultiple`.
    public let calibration: [Tensor<UInt8>]
    public let machine: MachineDescription
    /// Of the pictures that are run.
    public let rate: Int
    public let threads: Int
    /// For `quantize`, and for one run of the machine.
    public let memory: MemoryBudget
    public let runMemory: MemoryBudget

    public init(
        _ network: FloatNetwork, calibration: [Tensor<UInt8>], machine: MachineDescription, rate: Int, threads: Int,
        memory: MemoryBudget, runMemory: MemoryBudget
    ) {
        self.network = network
        self.calibration = calibration
        self.machine = machine
        self.rate = rate
        self.threads = threads
        self.memory = memory
        self.runMemory = runMemory
    }

    /// The network quantized by a scheme, at the rate studied.
    ///
    /// - Throws: what `Quantizer.quantize` throws.
    public func quantized(by scheme: NamedScheme) throws(Diagnostic) -> QuantizedNetwork {
        try Quantizer(network, options: scheme.options).quantize(calibration, memory: memory).atRate(rate)
    }

    /// The report of a picture's run, its float run beside it.
    ///
    /// - Throws: what planning and running throw.
    public func report(of network: QuantizedNetwork, on picture: StudiedPicture) throws(Diagnostic) -> RunReport {
        let plan = try SimulationPlan(
            network: network, machine: machine, width: picture.image.width, height: picture.image.height,
            memory: runMemory)
        return try NetworkRun(
            plan, of: network, picture: PNGPicture(image: picture.image), team: ThreadTeam(threads: threads)
        )
        .report(float: picture.float)
    }
}
