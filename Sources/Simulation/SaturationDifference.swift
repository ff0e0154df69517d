/// The first channel that two executors count differently.
struct SaturationDifference {
    let channel: Int
    let reference: Int
    let machine: Int

    /// Nil where all counts are equal.
    init?(reference: [Int], machine: [Int]) {
        precondition(reference.count == machine.count, "counts of \(reference.count) and \(machine.count) channels")
        guard let channel = reference.indices.first(where: { reference[$0] != machine[$0] }) else { return nil }
        (self.channel, self.reference, self.machine) = (channel, reference[channel], machine[channel])
    }

    /// Without the layer's name.
    var phrase: String { "channel \(channel): reference counts \(reference) saturated outputs, machine \(machine)" }
}
