import Diagnostics

/// Which operator is meant: one that the format defines, or a custom one by its name.
public struct TFLiteOperatorCode: Equatable, Sendable {
    /// The number in the file, of the wider of its two fields.
    public var number: Int
    /// Nil where the number is newer than this reader.
    public var builtin: TFLiteBuiltin? { TFLiteBuiltin(number: number) }
    /// The name of a custom operator, empty otherwise.
    public var customName: String
    /// Raised by the format where an operator gets a new meaning or parameter; 1 is the first.
    public var version: Int

    /// For people: `CONV_2D`, `CUSTOM Name`, `builtin operator 300`.
    public var name: String {
        guard let builtin else { return "builtin operator \(number)" }
        return builtin == .custom ? "\(builtin.rawValue) \(customName)" : builtin.rawValue
    }
}

/// An operator of a subgraph.
public struct TFLiteOperator: Equatable, Sendable {
    public var code: TFLiteOperatorCode
    /// Indices of the subgraph's tensors; nil for an optional input that is left out.
    public var inputs: [Int?]
    /// Indices of the subgraph's tensors.
    public var outputs: [Int]
    public var options: TFLiteOptions
    /// Where in the file a custom operator's own options lie.
    public var customOptions: Range<Int>?

    /// The tensor of an input; nil where the operator has no such input or leaves it out.
    public func input(_ index: Int) -> Int? { inputs.indices.contains(index) ? inputs[index] : nil }
}

extension TFLiteOperatorCode {
    /// The number is in the first field as long as one byte with sign holds it, and 127 there points to the second.
    /// Files older than the second field have 0 there, so the greater counts.
    init(_ table: FlatBufferTable) throws(Diagnostic) {
        let narrow = Int(try table.number(0, default: 0 as Int8))
        number = max(narrow, try table.integer(3))
        guard number >= 0 else { throw table.outOfRange("operator number \(number)", "0 or more") }
        customName = try table.string(1, "custom name")
        version = try table.integer(2, default: 1)
    }
}

extension TFLiteOperator {
    /// - Throws: `tfliteIndexOutOfRange`, `tfliteValueOutOfRange`, and what reading throws.
    init(_ table: FlatBufferTable, codes: [TFLiteOperatorCode], tensorCount: Int) throws(Diagnostic) {
        code = codes[try table.index(0, of: codes.count, "operator code")]
        inputs = try table.optionalTensors(1, "inputs", of: tensorCount)
        outputs = try table.tensors(2, "outputs", of: tensorCount)
        options = try TFLiteOptions(operator: table)
        if let inner = try table.byteRange(5, "custom options") {
            customOptions = inner
        } else {
            customOptions = try table.outerRange(offset: 9, byteCount: 10)
        }
    }
}
