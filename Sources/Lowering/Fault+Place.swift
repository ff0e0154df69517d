import Diagnostics
import Geometry
import Schedules
import Scheduling
import Text

extension Fault {
    /// The layer whose input loads lack rows; nil for another fault.
    func place(in tilings: [LayerTiling]) throws(Diagnostic) -> (index: Int, missingRows: Int)? {
        guard case .halo(let name, let missingRows) = self else { return nil }
        let index = try index(of: name, in: tilings)
        guard tilings[index].rows.inputLargest > missingRows else {
            throw Diagnostic(
                .faultUnknown, at: "fault halo:\(name):-\(missingRows)",
                found: "input tiles of \(tilings[index].rows.inputLargest) rows",
                expected: "more than \(missingRows)", remedy: "name a layer with larger tiles")
        }
        return (index, missingRows)
    }

    /// Takes rows off a ring, which must still hold the rows of any one command.
    func shortenRing(
        in rowGroups: inout [Int: RowGroup], _ groups: [Range<Int>], _ tilings: [LayerTiling]
    ) throws(Diagnostic) {
        guard case .ring(let name, let missingRows) = self else { return }
        let index = try index(of: name, in: tilings)
        let refusal = Diagnostic(
            .faultUnknown, at: "fault ring:\(name):-\(missingRows)",
            found: "no ring that holds more rows than one command",
            expected: "a layer before the last of a group that advances by rows", remedy: "name another layer")
        guard let group = groups.first(where: { $0.contains(index) }), var rows = rowGroups[group.lowerBound],
            index + 1 < group.upperBound
        else { throw refusal }
        let result = tilings[index].layer.outputTensor
        let readers = group.filter { tilings[$0].layer.operands.contains { $0.tensor == result } }
        let most = readers.map { tilings[$0].rows.inputLargest } + [tilings[index].tile.outputRows]
        rows.ringRows[index - group.lowerBound] -= missingRows
        guard most.allSatisfy({ $0 <= rows.ringRows[index - group.lowerBound] }) else { throw refusal }
        rowGroups[group.lowerBound] = rows
    }

    private func index(of name: String, in tilings: [LayerTiling]) throws(Diagnostic) -> Int {
        let names = tilings.map(\.layer.name)
        guard let index = names.firstIndex(of: name) else {
            throw Diagnostic(
                .faultUnknown, at: "fault on layer \(name)", found: "no layer '\(name)'",
                expected: "one of \(names.joined(separator: ", "))",
                remedy: closestName(to: name, among: names).map { "did you mean '\($0)'?" } ?? "name a layer")
        }
        return index
    }
}
