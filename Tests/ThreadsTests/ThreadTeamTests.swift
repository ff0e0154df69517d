import CSlowThreadTeam
import Synchronization
import Testing
import Threads

@Suite struct ThreadTeamTests {
    @Test(
        "Every unit of every round runs once, on a thread of the team, and is done when the round is",
        arguments: [1, 2, 3, 8])
    func rounds(threads: Int) {
        let team = ThreadTeam(threads: threads)
        for round in 0..<2000 {
            let units = round % 37
            // Plain memory: a unit that ran twice, late or not at all is seen.
            let runs = UnsafeMutablePointer<Int>.allocate(capacity: max(units, 1))
            runs.initialize(repeating: 0, count: units)
            team.share(units) { thread, unit in
                runs[unit] += (0..<threads).contains(thread) ? 1 : 100
            }
            #expect((0..<units).allSatisfy { runs[$0] == 1 }, "round \(round)")
            runs.deallocate()
        }
    }

    /// With the round's words written under an open ticket, units were lost within some thousand rounds, or a round
    /// never ended.
    @Test(
        "A worker that comes late takes nothing of a round that the leader is still writing", .serialized,
        arguments: [2, 3, 8])
    func lateWorkers(threads: Int64) {
        #expect(intaglio_slow_team_faults(threads, 10_000) == 0)
    }

    @Test("One thread's units do not overlap in time, so that each thread may have scratch of its own")
    func scratch() {
        let team = ThreadTeam(threads: 4)
        let busy = UnsafeMutablePointer<Bool>.allocate(capacity: 4)
        busy.initialize(repeating: false, count: 4)
        let overlaps = Atomic<Int>(0)
        for _ in 0..<500 {
            team.share(64) { thread, _ in
                if busy[thread] { overlaps.add(1, ordering: .relaxed) }
                busy[thread] = true
                for _ in 0..<50 { _ = overlaps.load(ordering: .relaxed) }
                busy[thread] = false
            }
        }
        busy.deallocate()
        #expect(overlaps.load(ordering: .relaxed) == 0)
    }

    @Test("Tasks run once each beside rounds, and all are done after finishTasks", arguments: [1, 2, 5])
    func tasks(threads: Int) {
        let team = ThreadTeam(threads: threads)
        let sum = Mutex(0)
        for index in 0..<300 {
            team.add { sum.withLock { $0 += index } }
            let units = Mutex(0)
            team.share(7) { _, _ in units.withLock { $0 += 1 } }
            #expect(units.withLock { $0 } == 7)
        }
        team.finishTasks()
        let expected = 300 * 299 / 2
        #expect(sum.withLock { $0 } == expected)
    }

    @Test("A result is there when it is asked for", arguments: [1, 2])
    func pending(threads: Int) {
        let team = ThreadTeam(threads: threads)
        let pending = (0..<20).map { index in team.begin { index * index } }
        #expect(pending.map { $0.get() } == (0..<20).map { $0 * $0 })
    }

    @Test("Rounds and tasks that come after the workers fell asleep are done too", arguments: [2, 3])
    func sleep(threads: Int) async throws {
        let team = ThreadTeam(threads: threads)
        let sum = Mutex(0)
        for _ in 0..<5 {
            try await Task.sleep(for: .milliseconds(30))
            team.share(100) { _, unit in sum.withLock { $0 += unit } }
            try await Task.sleep(for: .milliseconds(30))
            team.add { sum.withLock { $0 += 1000 } }
            team.finishTasks()
        }
        let units = 100 * 99 / 2
        #expect(sum.withLock { $0 } == 5 * units + 5000)
    }
}
