import FileFormats
public import Simulation

extension RunReport {
    /// The report as one JSON document: the same run gives the same bytes.
    public func jsonText() -> String { JSONDocument.text(of: self) }
}
