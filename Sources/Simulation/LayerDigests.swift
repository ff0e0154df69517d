import Synchronization
import Threads

/// Takes the layers' digests while the machine runs on: a layer's output no longer changes once its last command has
/// ended.
final class LayerDigests: Sendable {
    /// Of each layer's result.
    private let tensors: [Int]
    private let outputs: StoredOutputs
    private let team: ThreadTeam
    private let digests: Mutex<[String?]>

    init(tensors: [Int], outputs: StoredOutputs, team: ThreadTeam) {
        self.tensors = tensors
        self.outputs = outputs
        self.team = team
        digests = Mutex(Array(repeating: nil, count: tensors.count))
    }

    /// The layer's output is complete.
    func take(_ layer: Int) {
        team.add { [tensors, outputs] in
            let digest = outputs.digest(of: tensors[layer])
            self.digests.withLock { $0[layer] = digest }
        }
    }

    /// Of a layer that was taken.
    func digest(of layer: Int) -> String {
        team.finishTasks()
        return digests.withLock { $0[layer]! }
    }
}
