import Synchronization
import Threads

/// Takes the layers' digests while the machine runs on: a layer's output no longer changes once its last command has
/// ended.
final class LayerDigests: Sendable {
    private let names: [String]
    private let outputs: StoredOutputs
    private let team: ThreadTeam
    private let digests: Mutex<[String?]>

    init(names: [String], outputs: StoredOutputs, team: ThreadTeam) {
        self.names = names
        self.outputs = outputs
        self.team = team
        digests = Mutex(Array(repeating: nil, count: names.count))
    }

    /// The layer's output is complete.
    func take(_ layer: Int) {
        team.add { [names, outputs] in
            let digest = outputs.digest(of: names[layer])
            self.digests.withLock { $0[layer] = digest }
        }
    }

    /// Of a layer that was taken.
    func digest(of layer: Int) -> String {
        team.finishTasks()
        return digests.withLock { $0[layer]! }
    }
}
