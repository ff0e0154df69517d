import FixedPoint
public import MachineDescription

/// The part of mbt2018 and cheng2020 that takes latents one after the other: a masked convolution of kernel 5 over the
/// latents that are already known, then three layers of kernel 1 over its result and the hyper-synthesis's.
///
///     known latents M ── 12 of 25 taps ── 2M ─┐
///     hyper-synthesis                     2M ─┴─ 4M ── 10M/3 ── 8M/3 ── 2M (scales, means)
///
/// No position can begin before the one to its left is decoded. Encoder and decoder walk it alike.
public struct SerialContext: Hashable, Sendable {
    /// M.
    public let latents: Int
    /// Rows and columns of the picture to one of the latents.
    static let stride = 16
    /// Of 25: those above, and those to the left.
    static let causalTaps = 12

    public init(latents: Int) { self.latents = latents }

    /// Input and output channels of the three layers behind the masked convolution.
    var pointwise: [(inputs: Int, outputs: Int)] {
        let m = latents
        return [(4 * m, 10 * m / 3), (10 * m / 3, 8 * m / 3), (8 * m / 3, 2 * m)]
    }

    /// Of one position.
    public var contextMACs: Int { Self.causalTaps * latents * 2 * latents }
    /// Of one position.
    public var pointwiseMACs: Int { pointwise.reduce(0) { $0 + $1.inputs * $1.outputs } }
    /// All 25 taps and the biases, as the published network stores them.
    var parameterCount: Int {
        25 * latents * 2 * latents + 2 * latents + pointwise.reduce(0) { $0 + $1.inputs * $1.outputs + $1.outputs }
    }
}

/// What the serial context costs at least on a machine: no schedule of it is searched.
public struct SerialContextBound: Codable, Equatable, Sendable {
    /// Latent positions, one after the other.
    public let positions: Int
    public let macsPerPosition: Int
    /// At one byte each; all are needed at every position.
    public let weightBytes: Int
    public let weightBufferBytes: Int
    /// Steps of the array: `K0` output and `C0` input channels each, one pixel.
    public let arrayCyclesPerPosition: Int
    /// What the weight buffer does not hold, over the bus.
    public let dmaCyclesPerPosition: Int
    public let lowerBoundCycles: Int
    public let milliseconds: Double

    /// - Parameters:
    ///   - height, width: of the picture, padded.
    public init(_ context: SerialContext, on machine: MachineDescription, height: Int, width: Int) {
        let array = machine.macArray
        func steps(_ inputs: Int, _ outputs: Int) -> Int {
            ceilDivide(inputs, by: array.inputChannelLanes) * ceilDivide(outputs, by: array.outputChannelLanes)
        }
        positions = height / SerialContext.stride * (width / SerialContext.stride)
        macsPerPosition = context.contextMACs + context.pointwiseMACs
        weightBytes = macsPerPosition
        weightBufferBytes = machine.weightBuffer.bytes
        arrayCyclesPerPosition =
            SerialContext.causalTaps * steps(context.latents, 2 * context.latents)
            + context.pointwise.reduce(0) { $0 + steps($1.inputs, $1.outputs) }
        let missing = max(0, weightBytes - weightBufferBytes)
        dmaCyclesPerPosition = machine.memory.leastCycles(reading: missing, writing: 0)
        lowerBoundCycles = positions * max(arrayCyclesPerPosition, dmaCyclesPerPosition)
        milliseconds = Double(lowerBoundCycles) / (machine.clockMegahertz * 1000)
    }
}
