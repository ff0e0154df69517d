import Curves
public import Diagnostics

/// The folder of an evaluation: `pictures.csv` grows while pictures are measured, `curves.svg` comes after them, and
/// `evaluation.json` last.
public struct EvaluationFolder: Sendable {
    private let folder: ResultFolder
    private let rows: GrowingFile

    /// - Throws: `outputUnwritable`, `outputDeviceFull`.
    public init(at path: String) throws(Diagnostic) {
        folder = try ResultFolder(at: path, completedBy: "evaluation.json")
        rows = try GrowingFile(path + "/pictures.csv")
        try rows.append(Evaluation.csvHeader)
    }

    /// - Throws: `outputUnwritable`, `outputDeviceFull`.
    public func append(_ pictures: [Evaluation.Picture]) throws(Diagnostic) {
        try rows.append(Evaluation.csvRows(pictures))
    }

    /// - Throws: `outputUnwritable`, `outputDeviceFull`.
    ///
    /// - Parameter document: the evaluation as JSON.
    public func complete(_ evaluation: Evaluation, document: String) throws(Diagnostic) {
        let own = Set(evaluation.pictures.map(\.curve)).count
        let plot = CurvePlot(evaluation.curves, own: own, title: evaluation.title)
        try folder.write(plot.svg, to: "curves.svg")
        try folder.complete(document)
    }
}
