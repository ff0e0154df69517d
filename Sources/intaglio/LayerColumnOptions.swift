import ArgumentParser
import Reports
import Text

/// Which columns the table of layers has.
struct LayerColumnOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Columns of the table of layers, with commas, most by the names of the fields in the JSON document; `all` \
            for every one. (default: \(LayerColumn.standard.map(\.rawValue).joined(separator: ",")))
            """, valueName: "names"))
    var columns: String?

    func validate() throws { _ = try chosen() }

    private func chosen() throws -> [LayerColumn]? {
        guard let columns, columns != "all" else { return nil }
        return try parts(of: columns, option: "--columns").map { name in
            if let column = LayerColumn(rawValue: name) { return column }
            if name == "all" { throw ValidationError("--columns all shows every column: leave the others out") }
            let names = LayerColumn.allCases.map(\.rawValue)
            // Somebody may have read the table.
            let closest =
                (LayerColumn.allCases.first { $0.header == name }?.rawValue ?? closestName(to: name, among: names))
                .map { "did you mean '\($0)'? " } ?? ""
            throw ValidationError(
                "--columns has no column '\(name)': \(closest)There are all, \(names.joined(separator: ", "))")
        }
    }

    /// - Parameter isRun: whether there are results of a run.
    func columns(isRun: Bool) throws -> [LayerColumn] {
        if columns == "all" { return LayerColumn.allCases.filter { isRun || !$0.isOfRuns } }
        guard let chosen = try chosen() else { return LayerColumn.standard }
        if !isRun, let absent = chosen.first(where: \.isOfRuns) {
            throw ValidationError("--columns \(absent.rawValue) is there only after a run: use `intaglio run`")
        }
        return chosen
    }

    /// Columns that somebody chose are all shown.
    var style: TextStyle {
        var style = TextStyle(of: 1)
        if columns != nil { style.width = nil }
        return style
    }
}
