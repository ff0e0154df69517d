/// One port of a unit: a field of the stimulus or of the response.
public struct UnitPort: Hashable, Sendable {
    public let name: String
    /// Bits of one lane, 1...64.
    public let laneBits: Int
    /// Equal lanes side by side, lane 0 in the lowest bits.
    public let lanes: Int
    /// Two's complement; otherwise unsigned.
    public let isSigned: Bool
    /// Keeps its value over idle rows, since the unit reads it while an input is under way.
    let isHeld: Bool

    init(_ name: String, _ laneBits: Int, lanes: Int = 1, signed isSigned: Bool = false, held isHeld: Bool = false) {
        self.name = name
        self.laneBits = laneBits
        self.lanes = lanes
        self.isSigned = isSigned
        self.isHeld = isHeld
    }

    /// Bits of all lanes.
    public var bits: Int { laneBits * lanes }

    /// All ones.
    var ones: Int64 { isSigned || laneBits == 64 ? -1 : Int64(1) << Int64(laneBits) - 1 }
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
    /// Whether one index asks for all `reads` words, which follow each other.
    var isRun = false
}

/// How inputs are accepted and responses told.
struct UnitHandshake: Sendable {
    /// High in each row with an input.
    var input = "in_valid"
    /// High `latency` cycles after an input that has a response.
    var output = "out_valid"
    /// Where only some inputs have a response: the first of the inputs, high in those.
    var completes: String?
    var readout: UnitReadout?
}

/// A response of many elements that the testbench reads a slot a cycle, from the cycle on in which the response is
/// told.
struct UnitReadout: Sendable {
    /// The response's field of all elements.
    let field: String
    /// Ports that the testbench drives: the first element of the slot, and which bank is read.
    let firstPort: String
    let firstBits: Int
    let bankPort: String
    /// The response's field that says which bank.
    let bankField: String
    /// The unit's port with the elements of the slot.
    let slotPort: String
    /// Elements of a slot.
    let slotElements: Int
}

/// What a unit looks like from outside. Field order in files is port order, the first port in the highest bits.
struct UnitInterface: Sendable {
    let module: String
    let parameters: [(name: String, value: Int)]
    let inputs: [UnitPort]
    let outputs: [UnitPort]
    let memories: [UnitMemory]
    /// Register stages from the inputs to the outputs; 0 is a combinational unit, which has neither clock nor valid
    /// bits.
    let latency: Int
    var handshake = UnitHandshake()

    /// The fields of one row of the stimulus: a clocked unit has reset and its valid bit in front.
    var stimulusPorts: [UnitPort] {
        latency == 0 ? inputs : [UnitPort("reset", 1), UnitPort(handshake.input, 1)] + inputs
    }
}

extension [UnitPort] {
    var bits: Int { reduce(0) { $0 + $1.bits } }
    /// Columns of a `.npy` file: a lane each.
    var columns: Int { reduce(0) { $0 + $1.lanes } }
}
