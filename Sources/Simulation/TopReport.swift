/// The largest elements of a tensor that is one vector: what a classifier says.
public struct TopReport: Codable, Equatable, Sendable {
    public var tensor: String
    /// At most five, the largest first; of equal ones the first in the tensor.
    public var top: [TopElement]

    static let most = 5

    /// - Parameters:
    ///   - codes: as they are stored.
    ///   - value: the real value of a code at an index.
    init(_ tensor: String, codes: [Int], value: (_ index: Int, _ code: Int) -> Double) {
        self.tensor = tensor
        let elements = codes.enumerated().map { index, code in
            TopElement(index: index, code: code, value: value(index, code))
        }
        top = Array(
            elements.sorted { $0.value == $1.value ? $0.index < $1.index : $0.value > $1.value }.prefix(Self.most))
    }
}

/// One element of a vector.
public struct TopElement: Codable, Equatable, Sendable {
    /// From 0.
    public var index: Int
    /// 128 more than an int8 element.
    public var code: Int
    /// The real number that the code stands for.
    public var value: Double
}
