/// An operator of the host in a report: it has no cycles and moves nothing over the machine's memory channel.
public struct HostWork: Codable, Equatable, Sendable {
    /// Of its result.
    public var name: String
    /// The word of `HostFunction`.
    public var function: String
    /// Of its operand.
    public var input: String
    /// Extents with `x` between them, of the result.
    public var shape: String
    /// Of the result.
    public var elementType: String
    /// The operand, once.
    public var readBytes: Int
    /// The result.
    public var writtenBytes: Int
    /// SHA-256 of the result's elements, little endian. Only of `run`, and not of what stands in front of the network.
    public var outputDigest: String?

    public init(_ host: HostOperator) {
        name = host.name
        function = host.function.name
        input = host.input
        shape = host.result.shapeText
        elementType = host.result.type.rawValue
        readBytes = host.operand.byteCount
        writtenBytes = host.result.byteCount
    }

    /// `softmax probabilities of scores, 1x10 int8: 10 bytes read, 10 written`
    public var sentence: String {
        "\(function) \(name) of \(input), \(shape) \(elementType): \(readBytes) bytes read, \(writtenBytes) written"
    }
}
