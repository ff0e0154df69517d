public import Text

extension CodecBudget {
    /// A row a part, simulated and estimated cycles in columns of their own.
    ///
    /// - Parameter style: of the lines.
    public func text(_ style: TextStyle) -> String {
        let sides = [("encode", encode), ("decode", decode)].map { name, side in
            (rows: [[name]] + side.parts.map(Self.row) + [Self.total(of: side)], bound: Self.bound(of: side))
        }
        let table = GrowingTable(
            header: ["", "simulated\ncycles", "estimated\ncycles", "DRAM\nB", "unit memory\nB"],
            expected: sides.flatMap(\.rows), width: style.width)
        return table.heading
            + sides.map { $0.rows.map(table.text).joined() + style.wrapped($0.bound, indent: 4) + "\n" }
            .joined()
    }

    private static func row(_ part: CodecPart) -> [String] {
        [
            "  \(part.name)", part.simulatedCycles.map(\.grouped) ?? "-", part.estimatedCycles.map(\.grouped) ?? "-",
            part.dramBytes.grouped, part.memoryBytes == 0 ? "-" : part.memoryBytes.grouped,
        ]
    }

    private static func total(of side: Side) -> [String] {
        [
            "  total", side.simulatedCycles.grouped, side.estimatedCycles.grouped,
            side.parts.map(\.dramBytes).reduce(0, +).grouped,
        ]
    }

    private static func bound(of side: Side) -> String {
        let rate = side.pipelinedFramesPerSecond.fixed(2)
        return
            "  bounded by \(side.boundingPart): \(rate) pictures a second where the units work on successive pictures "
            + "at once"
    }
}
