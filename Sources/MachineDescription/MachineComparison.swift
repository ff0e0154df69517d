public import Text

/// Machines side by side: the fields that differ, and what follows from them.
public struct MachineComparison: Sendable {
    private let machines: [MachineDescription]
    /// What the columns are called.
    private let labels: [String]

    /// - Parameter labels: one for each machine, in place of names that are alike.
    public init(_ machines: [MachineDescription], labels: [String]) {
        precondition(machines.count == labels.count && !machines.isEmpty)
        self.machines = machines
        let names = machines.map(\.name)
        self.labels = Set(names).count == names.count ? names : labels
    }

    /// A row for each field that differs: the value of each machine and, of numbers, its ratio to the first machine's.
    ///
    /// - Parameter width: characters of a line; more machines stand in further tables below. Nil for one table.
    public func text(width: Int? = TextStyle.standardWidth) -> String {
        var table = FittedTable(
            [.init("field", isLeft: true, shortest: 16)]
                + labels.enumerated().flatMap { index, label in
                    [FittedTable.Column(Self.shortened(label))] + (index > 0 ? [FittedTable.Column("ratio")] : [])
                })
        let differing = rows.filter { row in row.cells.contains { $0?.text != row.cells[0]?.text } }
        guard !differing.isEmpty else { return "no field differs\n" }
        for row in differing {
            table.append(
                [row.name]
                    + row.cells.enumerated().flatMap { index, cell in
                        [Self.shortened(cell?.text ?? "-")]
                            + (index > 0 ? [Self.ratio(cell?.number, to: row.cells[0]?.number)] : [])
                    })
        }
        return table.text(
            width: width, inGroups: labels.indices.map { $0 == 0 ? 1..<2 : 2 * $0..<2 * $0 + 2 })
    }

    private struct Cell {
        let text: String
        let number: Double?
    }

    private struct Row {
        let name: String
        /// Nil where a machine has no such field.
        let cells: [Cell?]
    }

    /// Those of the file, in its order, then what follows from them.
    private var rows: [Row] {
        let values = machines.map { machine in
            Dictionary(uniqueKeysWithValues: machine.fields.map { ($0.path, $0.value) })
        }
        // Optional fields stand behind those of their block in the machine that has them.
        var paths = machines[0].fields.map(\.path)
        for machine in machines.dropFirst() {
            for (index, field) in machine.fields.enumerated() where !paths.contains(field.path) {
                paths.insert(field.path, at: min(index, paths.count))
            }
        }
        let fields = paths.filter { $0 != "name" }.map { path in
            Row(name: path, cells: values.map { values in values[path].map { Cell(text: $0.text, number: $0.number) } })
        }
        return fields + derived
    }

    private var derived: [Row] {
        func row(_ name: String, _ value: (MachineDescription) -> (String, Double)) -> Row {
            Row(
                name: name,
                cells: machines.map { machine in
                    let (text, number) = value(machine)
                    return Cell(text: text, number: number)
                })
        }
        return [
            row("MACs") { ($0.macArray.macs.grouped, Double($0.macArray.macs)) },
            row("peak GMAC per second") {
                let peak = Double($0.macArray.macs) * $0.clockMegahertz / 1000
                return (peak.fixed(1), peak)
            },
            row("on-chip KiB") {
                let kibibytes = Double($0.onChipBytes) / 1024
                return (kibibytes.fixed(0), kibibytes)
            },
            row("DMA GB per second") {
                let rate = Double($0.memory.peakBytesPerCycle) * $0.clockMegahertz / 1000
                return (rate.fixed(1), rate)
            },
            row("long reads GB per second") { $0.longTransferRate(.read) },
            row("long writes GB per second") { $0.longTransferRate(.write) },
        ]
    }

    private static func ratio(_ number: Double?, to first: Double?) -> String {
        guard let number, let first, first > 0 else { return "" }
        let ratio = number / first
        return "\(ratio.fixed(ratio < 10 ? 2 : ratio < 100 ? 1 : 0))x"
    }

    /// Of a path the end says which it is.
    private static func shortened(_ text: String) -> String {
        text.count <= 14 ? text : "..." + text.suffix(11)
    }
}

extension MachineDescription {
    /// Of the buffers that a file gives in bytes.
    fileprivate var onChipBytes: Int {
        weightBuffer.bytes + activationBuffer.bytes + accumulatorBuffer.bytes + parameterMemory.bytes
    }

    /// What a long transfer of whole bursts reaches.
    fileprivate func longTransferRate(_ access: MemoryAccess) -> (String, Double) {
        let rate = memory.reachedBytesPerCycle(access) * clockMegahertz / 1000
        return (rate.fixed(3), rate)
    }
}

extension MachineField.Value {
    /// Nil for words and booleans.
    fileprivate var number: Double? {
        switch self {
        case .integer(let value), .bytes(let value): Double(value)
        case .number(let value): value
        case .fraction(let efficiency): Double(efficiency.beats) / Double(efficiency.cycles)
        case .name, .word, .boolean: nil
        }
    }
}
