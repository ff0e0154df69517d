package import MachineDescription

extension MemoryDescription {
    /// One bus on which a store of one burst takes as long as a load: latency and beats.
    package init(busBytes: Int, latencyCycles: Int, burstBytes: Int, alignmentBytes: Int, outstanding: Int) {
        self.init(
            busBytes: busBytes, alignmentBytes: alignmentBytes, burstBytes: burstBytes,
            read: MemoryDirection(outstanding: outstanding, latencyCycles: latencyCycles),
            write: MemoryDirection(outstanding: outstanding, latencyCycles: max(1, latencyCycles - 1)))
    }
}
