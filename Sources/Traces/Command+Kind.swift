import Commands

extension Command {
    /// What the command does, in a word or two.
    var kind: String {
        switch operation {
        case .load(let transfer):
            switch transfer.buffer {
            case .weightBuffer: "load weights"
            case .activationBuffer: "load input"
            case .parameterMemory: "load parameters"
            }
        case .accumulate(let pass): pass.last && pass.drain == .normalization ? "normalize" : "accumulate"
        case .elementwise(let work): work.function.rawValue
        case .store: "store"
        }
    }
}
