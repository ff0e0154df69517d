import Diagnostics
import Foundation
import Images
import TestSupport
import Testing

@Suite struct MemoryBudgetTests {
    private func failure(_ body: () throws(Diagnostic) -> Void) -> Diagnostic? {
        do throws(Diagnostic) {
            try body()
            return nil
        } catch { return error }
    }

    @Test(
        "Sizes as people write them",
        arguments: [
            ("0", 0), ("1500000000", 1_500_000_000), ("12B", 12), ("1K", 1024), ("600MiB", 629_145_600),
            ("2GiB", 2_147_483_648), ("2G", 2_147_483_648), ("2g", 2_147_483_648),
            ("2GB", 2_000_000_000), ("3 TiB", 3_298_534_883_328), ("1tb", 1_000_000_000_000),
        ])
    func sizes(text: String, bytes: Int) { #expect(MemoryBudget.byteCount(text) == bytes) }

    @Test(
        "Words that are no sizes",
        arguments: [
            "", "GiB", "-1", "1.5G", "2PiB", "1Gx", "1GiBs", "4611686018427387904", "9999999999999T", "\u{661}",
        ])
    func noSizes(text: String) { #expect(MemoryBudget.byteCount(text) == nil) }

    @Test("A budget refuses what passes it, beside what is taken, and says which limit it is")
    func require() throws {
        let budget = MemoryBudget(bytes: 1000)
        #expect(failure { () throws(Diagnostic) in try budget.require(1000, for: "a picture", at: "p.png") } == nil)
        let refused = failure { () throws(Diagnostic) in try budget.require(1001, for: "a picture", at: "p.png") }
        #expect(refused?.code == .memoryBudgetExceeded && refused?.place == "p.png")
        #expect(refused?.found == "a picture: needs 1001 bytes" && refused?.expected.contains("--memory") == true)
        #expect(
            failure { () throws(Diagnostic) in try budget.beside(600).require(400, for: "a picture", at: "p.png") }
                == nil)
        #expect(
            failure { () throws(Diagnostic) in try budget.beside(600).require(401, for: "a picture", at: "p.png") }?
                .code == .memoryBudgetExceeded)
        #expect(
            failure { () throws(Diagnostic) in try budget.beside(.max).require(.max, for: "a picture", at: "p.png") }?
                .code == .memoryBudgetExceeded)
        let limited = MemoryBudget(bytes: 10, limit: .addressSpace)
        #expect(
            failure { () throws(Diagnostic) in try limited.require(11, for: "x", at: "y") }?.expected.contains(
                "ulimit -v") == true)
    }

    @Test("What the system cannot give is memoryRefused, in a budget and in an allocation")
    func refused() {
        #expect(
            failure { () throws(Diagnostic) in try MemoryBudget(bytes: .max).require(1 << 60, for: "x", at: "y") }?.code
                == .memoryRefused)
        #expect(
            failure { () throws(Diagnostic) in _ = try LargeAllocation(1 << 60, for: "x", at: "y") }?.code
                == .memoryRefused)
    }

    @Test("An allocation is zero and its own")
    func allocation() throws {
        let (first, second) = (
            try LargeAllocation(100_000, for: "x", at: "y"), try LargeAllocation(0, for: "x", at: "y")
        )
        #expect(first.byteCount == 100_000 && second.byteCount == 0)
        #expect(UnsafeRawBufferPointer(start: first.base, count: first.byteCount).allSatisfy { $0 == 0 })
        first.base.storeBytes(of: 7, toByteOffset: 99_999, as: UInt8.self)
        #expect(first.base.load(fromByteOffset: 99_999, as: UInt8.self) == 7)
    }

    @Test("The least limit counts, less what is used, a reserve and the stacks of threads")
    func limits() {
        let (reserve, stack) = (ProcessLimits.reserveBytes, ProcessLimits.stackBytes)
        let asked = MemoryBudget(bytes: 1 << 30)
        #expect(ProcessLimits().least(MemoryBudget(bytes: 0), threads: 1) == MemoryBudget(bytes: 0))
        #expect(ProcessLimits(addressSpace: (nil, 1 << 40)).least(asked, threads: 8) == asked)
        let space = ProcessLimits(addressSpace: (1 << 29, 100), dataSegment: (1 << 31, 0))
        #expect(space.least(asked, threads: 1) == MemoryBudget(bytes: 1 << 29 - 100 - reserve, limit: .addressSpace))
        #expect(
            space.least(asked, threads: 3)
                == MemoryBudget(bytes: 1 << 29 - 100 - reserve - 2 * stack, limit: .addressSpace))
        #expect(
            ProcessLimits(dataSegment: (1000, 0)).least(asked, threads: 1)
                == MemoryBudget(bytes: 0, limit: .dataSegment))
        let group = ProcessLimits(controlGroup: (1 << 28, "/job"))
        #expect(group.least(asked, threads: 9) == MemoryBudget(bytes: 1 << 28 - reserve, limit: .controlGroup("/job")))
    }

    @Test("Control groups of both versions, and the groups above them")
    func controlGroups() throws {
        let folder = try ScratchFolder()
        defer { folder.remove() }
        let root = folder.url.path
        func write(_ text: String, _ name: String) throws {
            let path = root + "/" + name
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try text.write(toFile: path, atomically: false, encoding: .utf8)
        }
        func limit(_ membership: String) -> String? {
            ProcessLimits.controlGroup(membership: membership, mountedAt: root).map { "\($0.limit) \($0.path)" }
        }
        #expect(limit("0::/a/b\n") == nil)
        try write("max\n", "a/b/memory.max")
        #expect(limit("0::/a/b\n") == nil)
        try write("5000\n", "a/memory.max")
        #expect(limit("0::/a/b\n") == "5000 /a")
        try write("4000\n", "a/b/memory.max")
        #expect(limit("0::/a/b\n") == "4000 /a/b")
        try write("3000\n", "memory.max")
        #expect(limit("0::/a/b\n") == "3000 /")
        try write("9223372036854771712\n", "memory/x/memory.limit_in_bytes")
        #expect(limit("7:cpu:/a\n4:memory:/x\n") == nil)
        try write("2000\n", "memory/memory.limit_in_bytes")
        #expect(limit("4:hugetlb,memory:/x\n") == "2000 /")
        #expect(limit("nonsense\n\n") == nil)
    }

    @Test("A picture's header is asked for its memory before anything is decoded")
    func picture() throws {
        // 64 rows of 64 x 3 samples, and as many of libpng's pointers.
        let bytes = HandmadePNG(width: 64, height: 64, samples: Array(repeating: 9, count: 64 * 64 * 3)).bytes
        let needed = bytes.count + 64 * 64 * 3 + 8 * 64
        #expect(
            failure { () throws(Diagnostic) in
                _ = try PNGReader.decode(bytes, place: "p.png", memory: MemoryBudget(bytes: needed))
            } == nil)
        let refused = failure { () throws(Diagnostic) in
            _ = try PNGReader.decode(bytes, place: "p.png", memory: MemoryBudget(bytes: needed - 1))
        }
        #expect(refused?.code == .memoryBudgetExceeded && refused?.found.contains("64x64") == true)
    }
}
