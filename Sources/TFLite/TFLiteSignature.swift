import Diagnostics

/// The names that a model's author gave to the inputs and outputs of a subgraph.
public struct TFLiteSignature: Equatable, Sendable {
    public var key: String
    /// Index of the subgraph.
    public var subgraph: Int
    public var inputs: [NamedTensor]
    public var outputs: [NamedTensor]

    /// A tensor of the subgraph under another name.
    public struct NamedTensor: Equatable, Sendable {
        public var name: String
        /// Index of the subgraph's tensor.
        public var tensor: Int
    }
}

/// A named buffer beside the graph.
public struct TFLiteMetadata: Equatable, Sendable {
    public var name: String
    /// Index of the buffer.
    public var buffer: Int
}

extension TFLiteSignature {
    /// - Throws: `tfliteIndexOutOfRange`, and what reading throws.
    init(_ table: FlatBufferTable, subgraphs: [TFLiteSubgraph]) throws(Diagnostic) {
        key = try table.string(2, "key")
        let subgraph = try table.index(4, of: subgraphs.count, "subgraph")
        self.subgraph = subgraph
        let tensorCount = subgraphs[subgraph].tensors.count
        inputs = try table.tables(0, "input") { (table) throws(Diagnostic) in
            try NamedTensor(table, tensorCount: tensorCount)
        }
        outputs = try table.tables(1, "output") { (table) throws(Diagnostic) in
            try NamedTensor(table, tensorCount: tensorCount)
        }
    }
}

extension TFLiteSignature.NamedTensor {
    init(_ table: FlatBufferTable, tensorCount: Int) throws(Diagnostic) {
        name = try table.string(0, "name")
        tensor = try table.index(1, of: tensorCount, "tensor")
    }
}

extension TFLiteMetadata {
    init(_ table: FlatBufferTable, bufferCount: Int) throws(Diagnostic) {
        name = try table.string(0, "name")
        buffer = try table.index(1, of: bufferCount, "buffer")
    }
}
