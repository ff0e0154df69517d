import Commands
import Lowering
import Machine
import Synchronization
import Threads
import Timing

/// Takes the layers' digests while the machine runs on: a layer's output no longer changes once its last command has
/// ended.
final class LayerDigests: Observer, Sendable {
    private struct State {
        /// Commands of each layer that have not ended.
        var remaining: [Int]
        var digests: [String?]
    }

    /// Of each layer's result.
    private let tensors: [Int]
    private let outputs: StoredOutputs
    private let team: ThreadTeam
    private let state: Mutex<State>

    init(_ layers: [LayerProgram], tensors: [Int], outputs: StoredOutputs, team: ThreadTeam) {
        self.tensors = tensors
        self.outputs = outputs
        self.team = team
        state = Mutex(
            State(remaining: layers.map(\.commands.count), digests: Array(repeating: nil, count: tensors.count)))
    }

    func commandEnded(index: Int, command: Command, activity: UnitActivity, saturatedOutputs: Int) {
        let layer = command.layer
        let isComplete = state.withLock {
            $0.remaining[layer] -= 1
            return $0.remaining[layer] == 0
        }
        guard isComplete else { return }
        team.add { [tensors, outputs] in
            let digest = outputs.digest(of: tensors[layer])
            self.state.withLock { $0.digests[layer] = digest }
        }
    }

    /// Of a layer whose commands have ended.
    func digest(of layer: Int) -> String {
        team.finishTasks()
        return state.withLock { $0.digests[layer]! }
    }
}
