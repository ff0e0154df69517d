import Text

/// How many bytes the program may allocate for what its inputs ask for: a value that is handed down to whatever
/// allocates by the extents in a file, and asked before anything is allocated.
///
///     budget    |== taken ==|== asked for ==|          |       taken: known to stay allocated beside
public struct MemoryBudget: Hashable, Sendable {
    /// 8 GiB.
    public static let standardBytes = 8 << 30
    /// The default of `--memory`, whatever the process is allowed.
    public static let standard = MemoryBudget(bytes: standardBytes, limit: .option)

    /// What a budget is bounded by.
    public enum Limit: Hashable, Sendable {
        case option
        /// RLIMIT_AS.
        case addressSpace
        /// RLIMIT_DATA.
        case dataSegment
        /// The path of the group.
        case controlGroup(String)
    }

    public let bytes: Int
    public let limit: Limit
    public private(set) var takenBytes = 0

    public init(bytes: Int, limit: Limit = .option) {
        self.bytes = bytes
        self.limit = limit
    }

    /// What may still be taken.
    public var freeBytes: Int { max(0, bytes - takenBytes) }

    /// What is left beside `bytes` more that stay allocated.
    public func beside(_ bytes: Int) -> MemoryBudget {
        var budget = self
        budget.takenBytes = Self.sum(takenBytes, bytes)
        return budget
    }

    /// Asks for `bytes`, which are not allocated yet.
    ///
    /// - Parameters:
    ///   - purpose: what needs them, for the message.
    ///   - place: whose input asks for them.
    /// - Throws: `memoryBudgetExceeded` where they pass the budget, `memoryRefused` where the system has no room for
    ///   them now.
    public func require(_ bytes: Int, for purpose: String, at place: String) throws(Diagnostic) {
        let needed = Self.sum(takenBytes, bytes)
        guard needed <= self.bytes else {
            let beside = takenBytes > 0 ? ", beside \(Self.text(takenBytes)) for what comes before it" : ""
            throw Diagnostic(
                .memoryBudgetExceeded, at: place, found: "\(purpose): needs \(Self.text(bytes))\(beside)",
                expected: "at most \(Self.text(self.bytes)): \(limit.sentence)",
                remedy: limit.remedy)
        }
        guard LargeAllocation.isPossible(bytes) else { throw .memoryRefused(bytes, for: purpose, at: place) }
    }

    /// For a JSON document, whose values take at most 32 bytes for each of the file's.
    package func requireDocument(_ byteCount: Int, at place: String) throws(Diagnostic) {
        try require(Self.product(32, byteCount), for: "a document of \(Self.text(byteCount))", at: place)
    }

    /// Sums and products of sizes that no longer fit count as more than any budget.
    public static func sum(_ first: Int, _ second: Int) -> Int {
        let (sum, overflow) = first.addingReportingOverflow(second)
        return overflow ? .max : sum
    }

    /// Of sizes that are not negative.
    public static func product(_ factors: Int...) -> Int {
        if factors.contains(0) { return 0 }
        var product = 1
        for factor in factors {
            let (next, overflow) = product.multipliedReportingOverflow(by: factor)
            guard !overflow else { return .max }
            product = next
        }
        return product
    }

    /// `45.3 GiB`; whole units without a fraction.
    public static func text(_ bytes: Int) -> String {
        guard bytes < .max else { return "more than 2^63 bytes" }
        for (unit, name) in [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] where bytes >= unit
        {
            let tenths = Int((Double(bytes) / Double(unit) * 10).rounded(.up))
            return tenths % 10 == 0 ? "\(tenths / 10) \(name)" : "\(tenths / 10).\(tenths % 10) \(name)"
        }
        return bytes.counted("byte")
    }
}

extension MemoryBudget.Limit {
    fileprivate var sentence: String {
        switch self {
        case .option: "the budget of --memory (8 GiB without it)"
        case .addressSpace: "the limit of the address space (ulimit -v), less what the program needs itself"
        case .dataSegment: "the limit of the data segment (ulimit -d), less what the program needs itself"
        case .controlGroup(let path): "the limit of the control group \(path), less what the program needs itself"
        }
    }

    fileprivate var remedy: String {
        switch self {
        case .option: "choose a smaller picture or a part of it, or raise --memory where the computer has as much"
        case .addressSpace, .dataSegment: "choose a smaller picture or a part of it, or raise the limit with ulimit"
        case .controlGroup: "choose a smaller picture or a part of it, or give the control group more memory"
        }
    }
}

extension Diagnostic {
    static func memoryRefused(_ bytes: Int, for purpose: String, at place: String) -> Diagnostic {
        Diagnostic(
            .memoryRefused, at: place, found: "\(purpose): the system refuses \(MemoryBudget.text(bytes))",
            expected: "room for it",
            remedy:
                """
                end other programs, raise the limit (ulimit -v, ulimit -d, the control group's), or choose a smaller \
                picture or a part of it
                """
        )
    }
}
