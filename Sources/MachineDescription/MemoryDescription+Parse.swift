import Text

extension MemoryDescription {
    /// The bursts in flight that a machine file may say.
    static let outstandingRange = 1...256
    private static let latencyRange = 1...65_536
    private static let overheadRange = 0...4_096

    /// Reads the block `memory`, or `dma` of an older file.
    init(_ reader: inout MachineFileReader) {
        reader.requireOne("memory", older: "dma", remedy: "add memory: {busBytes: 16, read: {latencyCycles: 100}}")
        if reader.has("dma"), !reader.has("memory") { self.init(older: &reader) } else { self.init(block: &reader) }
    }

    private init(block reader: inout MachineFileReader) {
        let busBytes = reader.integer("memory.busBytes", in: 1...4096)
        let readLatency = reader.integer("memory.read.latencyCycles", in: Self.latencyRange)
        let directions = (
            read: MemoryDirection(
                outstanding: 1, latencyCycles: readLatency,
                overheadCycles: reader.integer("memory.read.overheadCycles", in: Self.overheadRange, default: 0)),
            write: MemoryDirection(
                outstanding: 1,
                latencyCycles: reader.integer(
                    "memory.write.latencyCycles", in: Self.latencyRange,
                    default: MachineDefaults.writeLatencyCycles(readLatencyCycles: readLatency),
                    from: ["memory.read.latencyCycles"]),
                overheadCycles: reader.integer("memory.write.overheadCycles", in: Self.overheadRange, default: 0))
        )
        self.init(
            busBytes: busBytes,
            alignmentBytes: reader.bytes(
                "memory.alignmentBytes", in: 1...65_536,
                default: MachineDefaults.alignmentBytes(busBytes: busBytes), from: ["memory.busBytes"]),
            burstBytes: reader.bytes(
                "memory.burstBytes", in: 1...Self.longestBurstBytes,
                default: MachineDefaults.burstBytes(busBytes: busBytes), from: ["memory.busBytes"]),
            duplex: reader.word("memory.duplex", default: .half, otherwise: .half),
            read: directions.read, write: directions.write, efficiency: reader.efficiency("memory.efficiency"))
        for access in MemoryAccess.allCases {
            let block = "memory.\(access.rawValue)"
            self[access].outstanding = reader.integer(
                "\(block).outstanding", in: Self.outstandingRange,
                default: MachineDefaults.outstanding(for: access, of: self),
                from: [
                    "memory.busBytes", "memory.burstBytes", "memory.efficiency", "\(block).latencyCycles",
                    "\(block).overheadCycles", "memory.read.latencyCycles",
                ])
        }
    }

    /// Files written before reads and writes had figures of their own: both have those of the channel.
    private init(older reader: inout MachineFileReader) {
        let busBytes = reader.integer("dma.bytesPerCycle", in: 1...4096)
        let both = MemoryDirection(
            outstanding: 1, latencyCycles: reader.integer("dma.latencyCycles", in: Self.latencyRange))
        self.init(
            busBytes: busBytes,
            alignmentBytes: reader.bytes(
                "dma.alignmentBytes", in: 1...65_536,
                default: MachineDefaults.alignmentBytes(busBytes: busBytes), from: ["dma.bytesPerCycle"]),
            burstBytes: reader.bytes(
                "dma.burstBytes", in: 1...Self.longestBurstBytes,
                default: MachineDefaults.burstBytes(busBytes: busBytes), from: ["dma.bytesPerCycle"]),
            read: both, write: both)
        let outstanding = reader.integer(
            "dma.outstanding", in: Self.outstandingRange, default: MachineDefaults.outstanding(for: .read, of: self),
            from: ["dma.bytesPerCycle", "dma.latencyCycles", "dma.burstBytes"])
        (read.outstanding, write.outstanding) = (outstanding, outstanding)
    }

    /// Refuses sizes that are each in range but contradict each other.
    func checkConsistency(_ reader: inout MachineFileReader) {
        let isOlder = reader.has("dma") && !reader.has("memory")
        let block = isOlder ? "dma" : "memory"
        let bus = "\(block).\(isOlder ? "bytesPerCycle" : "busBytes")"
        func isPower(_ value: Int) -> Bool { value & (value - 1) == 0 }
        let sizes = [("\(block).burstBytes", burstBytes), ("\(block).alignmentBytes", alignmentBytes)]
        for (field, value) in [(bus, busBytes)] + sizes where reader.states(field) {
            reader.require(
                isPower(value), using: [field], at: field, found: "\(field) is \(value)",
                expected: "a power of two", remedy: "round it to a power of two")
        }
        for (field, value) in sizes {
            // Where one is no power of two, that is what is wrong.
            reader.require(
                !isPower(value) || !isPower(busBytes) || value % busBytes == 0, using: [field, bus], at: field,
                found: "\(field) is \(value)", expected: "a multiple of \(bus): \(busBytes)",
                remedy: "enlarge \(field.drop { $0 != "." }.dropFirst()) or use a narrower bus")
        }
        reader.require(
            burstBytes <= Self.mostBurstBeats * busBytes, using: [sizes[0].0, bus], at: sizes[0].0,
            found: "\(sizes[0].0) is \(burstBytes)",
            expected:
                "at most \(Self.mostBurstBeats * busBytes): \(Self.mostBurstBeats) beats of "
                + busBytes.counted("byte"),
            remedy: "use shorter bursts or a wider bus")
    }
}
