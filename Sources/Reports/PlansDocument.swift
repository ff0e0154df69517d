public import Simulation

/// Several plans, each a document of its own.
public struct PlansDocument: Encodable {
    private let plans: [Document<RunReport>]

    public init(plans: [Document<RunReport>]) { self.plans = plans }
}
