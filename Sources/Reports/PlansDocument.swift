import FileFormats
public import Simulation

/// Several plans as one JSON document.
public struct PlansDocument: Encodable {
    private let schemaVersion = 1
    private let plans: [RunReport]

    public init(plans: [RunReport]) { self.plans = plans }

    public var text: String { JSONDocument.text(of: self) }
}
