import Diagnostics

/// A graph of operators over tensors. The first of a model is the one that runs; others are called by it.
public struct TFLiteSubgraph: Equatable, Sendable {
    public var name: String
    public var tensors: [TFLiteTensor]
    /// Indices of tensors.
    public var inputs: [Int]
    public var outputs: [Int]
    /// In the order in which they run, which is not checked here.
    public var operators: [TFLiteOperator]
}

extension TFLiteSubgraph {
    /// - Throws: as its tensors and operators.
    init(_ table: FlatBufferTable, codes: [TFLiteOperatorCode], bufferCount: Int) throws(Diagnostic) {
        name = try table.string(4, "name")
        let tensors = try table.tables(0, "tensor") { (table) throws(Diagnostic) in
            try TFLiteTensor(table, bufferCount: bufferCount)
        }
        self.tensors = tensors
        inputs = try table.tensors(1, "inputs", of: tensors.count)
        outputs = try table.tensors(2, "outputs", of: tensors.count)
        operators = try table.tables(3, "operator") { (table) throws(Diagnostic) in
            try TFLiteOperator(table, codes: codes, tensorCount: tensors.count)
        }
    }
}
