public import Commands

/// Sees every command after it ran, in the order in which the commands ran.
public protocol Observer: AnyObject {
    /// `index` is the command's place in the stream, `saturatedOutputs` how many of its results saturated.
    func commandEnded(index: Int, command: Command, activity: UnitActivity, saturatedOutputs: Int)
}
