public import Commands

/// Sees every command after it ran. The machine is compiled anew for each observer type, so that `NoObserver` costs
/// nothing.
public protocol Observer {
    /// `index` is the command's place in the stream, `saturatedOutputs` how many of its results saturated.
    mutating func commandEnded(index: Int, command: Command, activity: UnitActivity, saturatedOutputs: Int)
}

extension Observer {
    @inlinable
    public mutating func commandEnded(index: Int, command: Command, activity: UnitActivity, saturatedOutputs: Int) {}
}

/// Looks away.
public struct NoObserver: Observer {
    @inlinable
    public init() {}
}
