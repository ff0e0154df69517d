import Commands
import Lowering
import Machine
import Timing

/// Sums by layer what the units did.
final class LayerActivities: Observer {
    private(set) var byLayer: [UnitActivity]

    init(layers: Int) { byLayer = Array(repeating: UnitActivity(), count: layers) }

    func commandEnded(index: Int, command: Command, activity: UnitActivity, saturatedOutputs: Int) {
        byLayer[command.layer] += activity
    }
}

/// Calls with the index of each layer whose last command ended.
final class LayerEnds: Observer {
    /// Commands of each layer that have not ended.
    private var remaining: [Int]
    private let ended: (Int) -> Void

    init(_ layers: [LayerProgram], ended: @escaping (Int) -> Void) {
        remaining = layers.map(\.commands.count)
        self.ended = ended
    }

    func commandEnded(index: Int, command: Command, activity: UnitActivity, saturatedOutputs: Int) {
        remaining[command.layer] -= 1
        if remaining[command.layer] == 0 { ended(command.layer) }
    }
}

/// Calls with the number of layers that have begun to compute, when it grows.
final class LayerBegins: Observer {
    private var begun = 0
    private let grew: (Int) -> Void

    init(grew: @escaping (Int) -> Void) { self.grew = grew }

    func commandEnded(index: Int, command: Command, activity: UnitActivity, saturatedOutputs: Int) {
        guard command.engine == .compute, command.layer >= begun else { return }
        begun = command.layer + 1
        grew(begun)
    }
}
