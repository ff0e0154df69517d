import Diagnostics
import Geometry
import Scheduling
import Text

/// Where a fault stands in the commands.
struct FaultPlace {
    /// Index of the layer.
    let layer: Int
    /// Rows that its loads leave out.
    private(set) var missingRows = 0
    /// The rings of its group, one of them too short.
    private var rings: (group: Range<Int>, rows: [Int])?

    /// - Throws: `faultUnknown` where there is no such layer, or nothing of it that the fault could change.
    init(
        _ fault: Fault, tilings: [LayerTiling], groups: [Range<Int>], resident: [Int: ResidentGroup]
    ) throws(Diagnostic) {
        let names = tilings.map(\.layer.name)
        let (name, place) =
            switch fault {
            case .halo(let name, let missingRows): (name, "fault halo:\(name):-\(missingRows)")
            case .ring(let name, let missingRows): (name, "fault ring:\(name):-\(missingRows)")
            }
        func refuse(_ found: String, _ expected: String, _ remedy: String) -> Diagnostic {
            Diagnostic(.faultUnknown, at: place, found: found, expected: expected, remedy: remedy)
        }
        guard let index = names.firstIndex(of: name) else {
            throw refuse(
                "no layer '\(name)'", "one of \(names.joined(separator: ", "))",
                closestName(to: name, among: names).map { "did you mean '\($0)'?" } ?? "name a layer")
        }
        layer = index
        let group = groups.first { $0.contains(index) } ?? index..<index + 1
        switch fault {
        case .halo(_, let missing):
            guard index == group.lowerBound else {
                throw refuse(
                    "a layer that reads its operands from a ring", "a layer whose input is loaded",
                    "name \(names[group.lowerBound]), which begins its group, or write ring:\(names[index - 1]):-1")
            }
            guard tilings[index].rows.inputLargest > missing else {
                throw refuse(
                    "input tiles of \(tilings[index].rows.inputLargest) rows", "more than \(missing)",
                    "name a layer with larger tiles")
            }
            missingRows = missing
        case .ring(_, let missing):
            let rows = resident[group.lowerBound]?.ringRows ?? []
            guard rows.indices.contains(index - group.lowerBound) else {
                throw refuse(
                    "a layer whose result lies in no ring of rows", "a layer of a group by rows, but not its last",
                    "name another layer; intaglio schedule shows the groups")
            }
            let least = resident[group.lowerBound]!.leastRingRows[index - group.lowerBound]
            let short = least - missing
            let tensor = tilings[index].layer.outputTensor
            // What a step makes or reads must fit the shorter ring.
            let most = group.reduce(tilings[index].rows.extent) { most, reader in
                tilings[reader].layer.operands.contains { $0.tensor == tensor }
                    ? max(most, tilings[reader].rows.inputLargest) : most
            }
            guard short >= most else {
                throw refuse(
                    "a ring of \(least) rows, \(most) of which are made or read at once",
                    "one of at least \(most + missing)",
                    "name another layer")
            }
            var shortened = rows
            shortened[index - group.lowerBound] = short
            rings = (group, shortened)
        }
    }

    /// Of the group that has the shorter ring.
    func ringRows(of group: Range<Int>) -> [Int]? { rings?.group == group ? rings?.rows : nil }
}
