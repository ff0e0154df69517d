import MachineDescription

/// Bursts of one direction that follow each other and cost the same, requested all the time.
struct EqualBursts {
    var count: Int
    var beats: Int
}

extension DMAChannel {
    /// Issues equal bursts of the directions that ask, whichever could issue first, at a tie the one that was not
    /// granted last, as long as they issue before `horizon`, until the direction whose turn it is has no more.
    ///
    /// Equal to one call of `issue` after another. The rules are made of maxima and sums with constants, so a channel
    /// that has come back to its state, some cycles later, repeats what it did since: whole such periods are taken at
    /// once. They are looked for as Brent does, from a state that is kept for twice as many bursts each time.
    ///
    /// - Parameter last: the direction granted last.
    /// - Returns: how many of each were issued.
    mutating func issueEqual(
        reads: EqualBursts?, writes: EqualBursts?, last: inout MemoryAccess, before horizon: Int
    ) -> (reads: Int, writes: Int) {
        let asking: MemoryAccesses = reads == nil ? .write : writes == nil ? .read : [.read, .write]
        let (mostReads, mostWrites) = (reads?.count ?? 0, writes?.count ?? 0)
        var (issuedReads, issuedWrites) = (0, 0)
        // The state that is looked for again, what was issued and whose turn it was then, and for how long it is kept.
        var (kept, keptReads, keptWrites, keptLast) = (self, 0, 0, last)
        var (age, longestAge) = (0, 1)
        while true {
            let (read, write) = (reads == nil ? .max : nextIssue(.read), writes == nil ? .max : nextIssue(.write))
            guard min(read, write) < horizon else { break }
            if read < write || read == write && last == .write {
                guard issuedReads < mostReads else { break }
                issue(.read, beats: reads!.beats, request: read)
                issuedReads += 1
                last = .read
            } else {
                guard issuedWrites < mostWrites else { break }
                issue(.write, beats: writes!.beats, request: write)
                issuedWrites += 1
                last = .write
            }
            age += 1
            let cycles = lastIssue - kept.lastIssue
            if last == keptLast, equals(kept, shiftedBy: cycles, asking) {
                let period = (reads: issuedReads - keptReads, writes: issuedWrites - keptWrites)
                var periods = horizon == .max ? Int.max : (horizon - 1 - lastIssue) / cycles
                if period.reads > 0 { periods = min(periods, (mostReads - issuedReads) / period.reads) }
                if period.writes > 0 { periods = min(periods, (mostWrites - issuedWrites) / period.writes) }
                shift(by: periods * cycles, asking)
                issuedReads += periods * period.reads
                issuedWrites += periods * period.writes
                // What is left is less than a period.
                longestAge = .max
            }
            if age == longestAge {
                (kept, keptReads, keptWrites, keptLast) = (self, issuedReads, issuedWrites, last)
                (age, longestAge) = (0, 2 * longestAge)
            }
        }
        return (issuedReads, issuedWrites)
    }
}
