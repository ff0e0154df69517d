import Text

extension UnitVectors {
    /// The module that the vectors were made for.
    public var moduleName: String { vectors.interface.module }

    /// What was written and covered, and what a simulation said of it.
    public func text(_ simulation: UnitSimulation?) -> String {
        let counts =
            "\(vectors.response.count.grouped) vectors for \(moduleName) in \(vectors.stimulus.count.grouped) rows\n"
        return counts + "\n" + vectors.coverage.text + (simulation.map { "\n\($0.module): \($0.message)\n" } ?? "")
    }

    /// The same as fields of a document.
    public func result(_ simulation: UnitSimulation?) -> some Encodable {
        Result(
            unit: vectors.unit.rawValue, module: moduleName, vectors: vectors.response.count,
            rows: vectors.stimulus.count, coverage: vectors.coverage,
            simulation: simulation.map { Verdict(module: $0.module, passed: $0.passed, message: $0.message) })
    }

    private struct Verdict: Encodable {
        /// Under test.
        let module: String
        let passed: Bool
        let message: String
    }

    private struct Result: Encodable {
        let unit: String
        let module: String
        let vectors: Int
        let rows: Int
        let coverage: CoverageReport
        let simulation: Verdict?
    }
}
