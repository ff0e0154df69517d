public import Diagnostics

/// An error put into the commands on purpose, to show that results come from the modelled buffers.
public enum Fault: Hashable, Sendable {
    /// The loads of a layer's input tiles bring so many rows less at the bottom than the tile needs.
    case halo(layer: String, missingRows: Int)
    /// The ring of a layer's rows holds so many less than the order of its group needs.
    case ring(layer: String, missingRows: Int)

    /// Reads `halo:LAYER:-ROWS` or `ring:LAYER:-ROWS`.
    ///
    /// - Throws: `faultUnknown`.
    public init(_ text: String) throws(Diagnostic) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[0] == "halo" || parts[0] == "ring", let rows = Int(parts[parts.count - 1]),
            (-1024 ... -1).contains(rows)
        else {
            throw Diagnostic(
                .faultUnknown, at: "fault '\(text)'", found: "a fault that is not known",
                expected: "halo:LAYER:-ROWS or ring:LAYER:-ROWS, 1 to 1,024 rows",
                remedy: "write halo:LAYER:-1")
        }
        let layer = parts[1..<parts.count - 1].joined(separator: ":")
        self = parts[0] == "halo" ? .halo(layer: layer, missingRows: -rows) : .ring(layer: layer, missingRows: -rows)
    }
}
