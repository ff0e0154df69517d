/// Where in a file a table is, as a path from its root. Its words are put together only where a diagnostic needs them.
indirect enum FlatBufferPlace: Sendable {
    case file(String)
    /// A field of the table above.
    case field(FlatBufferPlace, StaticString)
    /// An element of a vector of the table above.
    case element(FlatBufferPlace, StaticString, index: Int)
}

extension FlatBufferPlace: CustomStringConvertible {
    /// For example `net.tflite, subgraph 0, operator 12, options`.
    var description: String {
        switch self {
        case .file(let path): path
        case .field(let above, let word): "\(above), \(word)"
        case .element(let above, let word, let index): "\(above), \(word) \(index)"
        }
    }
}
