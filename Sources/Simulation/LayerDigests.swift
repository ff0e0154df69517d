import Commands
import Lowering
import Machine
import Synchronization
import Threads
import Timing

/// Takes the layers' digests while the machine runs on: a layer's output no longer changes once its last command has
/// ended, and those of the layers that it runs together with.
final class LayerDigests: Observer, Sendable {
    private struct State {
        /// Commands of each group that have not ended.
        var remaining: [Int]
        var digests: [String?]
    }

    /// Of each layer's result.
    private let tensors: [Int]
    private let groups: [Range<Int>]
    /// Of each layer.
    private let groupOf: [Int]
    private let outputs: StoredOutputs
    private let team: ThreadTeam
    private let state: Mutex<State>

    init(_ layout: ProgramLayout, tensors: [Int], outputs: StoredOutputs, team: ThreadTeam) {
        self.tensors = tensors
        groups = layout.groups
        groupOf = layout.groups.enumerated().flatMap { index, group in group.map { _ in index } }
        self.outputs = outputs
        self.team = team
        state = Mutex(
            State(
                remaining: layout.groups.map { layout.layers[$0.lowerBound].commands.count },
                digests: Array(repeating: nil, count: tensors.count)))
    }

    func commandEnded(index: Int, command: Command, activity: UnitActivity, saturatedOutputs: Int) {
        let group = groupOf[command.layer]
        let isComplete = state.withLock {
            $0.remaining[group] -= 1
            return $0.remaining[group] == 0
        }
        guard isComplete else { return }
        for layer in groups[group] {
            team.add { [tensors, outputs] in
                let digest = outputs.digest(of: tensors[layer])
                self.state.withLock { $0.digests[layer] = digest }
            }
        }
    }

    /// Of a layer whose commands have ended.
    func digest(of layer: Int) -> String {
        team.finishTasks()
        return state.withLock { $0.digests[layer]! }
    }
}
