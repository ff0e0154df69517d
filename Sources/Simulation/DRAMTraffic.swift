import Commands

/// Bytes that cross the DMA's bus, by cause; they sum to what is read and written.
public struct DRAMTraffic: Codable, Equatable, Sendable {
    /// Operands, each byte that some tile needs once.
    public var input: Int
    /// Operands once more: rows and columns shared by neighbouring tiles, and tiles that did not stay on chip.
    public var inputAgain: Int
    /// Weight codes, as often as they are loaded.
    public var weights: Int
    /// Tables, biases, multipliers and the rest of the layers' configuration.
    public var parameters: Int
    /// Sums of split input channels. They stay in the accumulator buffer of every machine that can be described: 0.
    public var partialSums: Int
    /// Results.
    public var output: Int

    /// - Parameters:
    ///   - activity: what the layer's commands do.
    ///   - inputBytes: of operands that some tile reads, each counted once.
    init(_ activity: UnitActivity, inputBytes: Int) {
        let loaded = activity.externalReadBytes - activity.externalWeightBytes - activity.externalParameterBytes
        input = min(inputBytes, loaded)
        inputAgain = loaded - input
        weights = activity.externalWeightBytes
        parameters = activity.externalParameterBytes
        partialSums = 0
        output = activity.externalWriteBytes
    }

    private init() { (input, inputAgain, weights, parameters, partialSums, output) = (0, 0, 0, 0, 0, 0) }

    static let zero = DRAMTraffic()

    static func + (one: DRAMTraffic, other: DRAMTraffic) -> DRAMTraffic {
        var sum = one
        sum.input += other.input
        sum.inputAgain += other.inputAgain
        sum.weights += other.weights
        sum.parameters += other.parameters
        sum.partialSums += other.partialSums
        sum.output += other.output
        return sum
    }

    public var total: Int { input + inputAgain + weights + parameters + partialSums + output }
}
