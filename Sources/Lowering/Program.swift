public import Commands

/// The commands of a network, and where everything lies; the bytes themselves are those of `ExternalImage`.
@dynamicMemberLookup
public struct Program: Sendable {
    /// In an order in which they may also be executed one by one.
    public let commands: [Command]
    public let layout: ProgramLayout

    package init(commands: [Command], layout: ProgramLayout) {
        self.commands = commands
        self.layout = layout
    }

    public subscript<Value>(dynamicMember member: KeyPath<ProgramLayout, Value>) -> Value { layout[keyPath: member] }
}
