public import Calibration

/// A row of a study: a choice in words, and the options of `quantize` that make it.
public struct NamedScheme: Hashable, Sendable {
    public let name: String
    public let options: QuantizationOptions

    public init(_ name: String, _ options: QuantizationOptions) {
        self.name = name
        self.options = options
    }
}
