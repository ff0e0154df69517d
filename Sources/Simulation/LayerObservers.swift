import Commands
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
