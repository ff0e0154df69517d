/// One port of a unit: a field of the stimulus or of the response.
public struct UnitPort: Hashable, Sendable {
    public let name: String
    public let bits: Int
    /// Two's complement; otherwise unsigned.
    public let isSigned: Bool

    init(_ name: String, _ bits: Int, signed isSigned: Bool = false) {
        self.name = name
        self.bits = bits
        self.isSigned = isSigned
    }
}

/// A memory that stands outside the unit and answers in the same cycle.
struct UnitMemory: Sendable {
    /// The file is `NAME.hex`.
    let name: String
    let words: [Int64]
    let wordBits: Int
    /// Ports of the unit: it gives the index and takes the word, `reads` of each side by side.
    let indexPort: String
    let indexBits: Int
    let wordPort: String
    let reads: Int
}

/// What a unit looks like from outside. Field order in files is port order, the first port in the highest bits.
struct UnitInterface: Sendable {
    let module: String
    let parameters: [(name: String, value: Int)]
    let inputs: [UnitPort]
    let outputs: [UnitPort]
    let memories: [UnitMemory]
    /// Register stages from the inputs to the outputs; 0 is a combinational unit, which has neither clock nor valid bits.
    let latency: Int

    /// The fields of one row of the stimulus: a clocked unit has reset and in_valid in front.
    var stimulusPorts: [UnitPort] { latency == 0 ? inputs : [UnitPort("reset", 1), UnitPort("in_valid", 1)] + inputs }
}
