import Foundation
import Text

extension CodecBudget {
    /// A row a part, simulated and estimated cycles in columns of their own.
    public var text: String {
        var lines = ["                      simulated cycles  estimated cycles      DRAM bytes  unit memory bytes"]
        for (name, side) in [("encode", encode), ("decode", decode)] {
            lines.append(name)
            for part in side.parts {
                lines.append(
                    Self.row(
                        "  \(part.name)", part.simulatedCycles.map(\.grouped) ?? "-",
                        part.estimatedCycles.map(\.grouped) ?? "-", part.dramBytes.grouped,
                        part.memoryBytes == 0 ? "-" : part.memoryBytes.grouped))
            }
            lines.append(
                Self.row(
                    "  total", side.simulatedCycles.grouped, side.estimatedCycles.grouped,
                    side.parts.map(\.dramBytes).reduce(0, +).grouped))
            lines.append(
                """
                  bounded by \(side.boundingPart): \(String(format: "%.2f", side.pipelinedFramesPerSecond)) pictures a \
                second where the units work on successive pictures at once
                """
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func row(_ name: String, _ columns: String...) -> String {
        let widths = [16, 18, 16, 19]
        let padded = zip(columns, widths).map { String(repeating: " ", count: max(1, $1 - $0.count)) + $0 }
        return name + String(repeating: " ", count: max(0, 22 - name.count)) + padded.joined()
    }
}
