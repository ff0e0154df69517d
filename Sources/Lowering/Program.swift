public import Commands

/// A look at a tile of a tensor that stays on chip: what a store would move once a command has ended. No machine does
/// it; simulations do, so that every tensor can be seen.
package struct Probe: Hashable, Sendable {
    /// Index of the command.
    package var command: Int
    package var transfer: Transfer
}

/// The commands of a network, and where everything lies; the bytes themselves are those of `ExternalImage`.
@dynamicMemberLookup
public struct Program: Sendable {
    /// In an order in which they may also be executed one by one.
    public let commands: [Command]
    public let layout: ProgramLayout
    /// By ascending command.
    package let probes: [Probe]

    package init(commands: [Command], layout: ProgramLayout, probes: [Probe]) {
        self.commands = commands
        self.layout = layout
        self.probes = probes
    }

    public subscript<Value>(dynamicMember member: KeyPath<ProgramLayout, Value>) -> Value { layout[keyPath: member] }
}
