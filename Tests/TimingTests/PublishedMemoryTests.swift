import Foundation
import MachineDescription
import Testing
import Timing

/// Long transfers measured on a DDR4 channel of a U200 at 300 MHz, and the figures of a machine file that give them.
@Suite struct PublishedMemoryTests {
    struct Point: Sendable {
        let access: MemoryAccess
        let busBytes: Int
        let beats: Int
        let outstanding: Int
        /// 2^30 bytes a second.
        let published: Double
    }

    static let points = [
        Point(access: .read, busBytes: 32, beats: 4, outstanding: 4, published: 2.022),
        Point(access: .read, busBytes: 64, beats: 32, outstanding: 32, published: 16.82),
        Point(access: .write, busBytes: 32, beats: 16, outstanding: 32, published: 7.152),
    ]

    struct Fit: Hashable {
        var latencyCycles: Int
        var efficiency: MemoryEfficiency
        var writeOverheadCycles: Int
    }

    /// What docs/timing.md says.
    static let fit = Fit(
        latencyCycles: 66, efficiency: MemoryEfficiency(beats: 16, cycles: 17), writeOverheadCycles: 3)

    private func memory(_ point: Point, _ fit: Fit) -> MemoryDescription {
        MemoryDescription(
            busBytes: point.busBytes, alignmentBytes: 64, burstBytes: point.busBytes * point.beats,
            read: MemoryDirection(outstanding: point.outstanding, latencyCycles: fit.latencyCycles),
            write: MemoryDirection(
                outstanding: point.outstanding, latencyCycles: 33, overheadCycles: fit.writeOverheadCycles),
            efficiency: fit.efficiency)
    }

    /// Of a transfer of 20,000 bursts, burst by burst.
    private func gibibytesPerSecond(_ point: Point, _ fit: Fit) -> Double {
        var channel = DMAChannel(memory(point, fit))
        var last = 0
        for _ in 0..<20_000 { last = channel.issue(point.access, beats: point.beats, request: 0).last }
        return Double(20_000 * point.beats * point.busBytes) / Double(last + 1) * 300e6 / 0x1p30
    }

    @Test func theDocumentedFitGivesThePublishedRates() {
        for point in Self.points {
            let rate = gibibytesPerSecond(point, Self.fit)
            let error = rate / point.published - 1
            print(
                """
                \(point.access) of a \(point.busBytes)-byte bus, \(point.beats) beats, \(point.outstanding) in flight: \
                published \(point.published) GiB/s, fitted \(String(format: "%.3f, %+.2f %%", rate, 100 * error))
                """)
            #expect(abs(error) < 0.004)
            // The first: 66 + 4 beats, and one cycle of rest in every round, where the average says a quarter.
            let said = memory(point, Self.fit).reachedBytesPerCycle(point.access) * 300e6 / 0x1p30
            #expect(said / rate - 1 > -1e-4 && said / rate - 1 < 1 / 70.0)
        }
    }

    /// No other figure comes closer to the point that it is set from.
    @Test func eachFigureIsTheBestForItsPoint() {
        func error(_ point: Int, _ fit: Fit) -> Double {
            abs(gibibytesPerSecond(Self.points[point], fit) - Self.points[point].published)
        }
        for latency in [60, 65, 67, 68, 75] {
            var other = Self.fit
            other.latencyCycles = latency
            #expect(error(0, other) > error(0, Self.fit), "latency \(latency)")
        }
        for overhead in [0, 1, 2, 4, 5] {
            var other = Self.fit
            other.writeOverheadCycles = overhead
            #expect(error(2, other) > error(2, Self.fit), "overhead \(overhead)")
        }
        for (beats, cycles) in [(1, 1), (15, 16), (17, 18), (47, 50), (31, 33)] {
            var other = Self.fit
            other.efficiency = MemoryEfficiency(beats: beats, cycles: cycles)
            #expect(error(1, other) > error(1, Self.fit), "efficiency \(beats)/\(cycles)")
        }
    }
}
