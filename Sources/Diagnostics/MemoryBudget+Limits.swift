import Glibc

extension MemoryBudget {
    /// The least of what was asked for and of the limits of this process: address space, data segment, control group.
    ///
    /// Of each limit, what the program has taken by now is left out, and a reserve for its libraries, heaps and the
    /// stacks of `threads` more threads.
    ///
    /// - Parameter bytes: what `--memory` says; `standardBytes` when nil.
    public init(asked bytes: Int?, threads: Int) {
        self = ProcessLimits().least(MemoryBudget(bytes: bytes ?? Self.standardBytes), threads: threads)
    }

    /// A size as people write it: `2GiB`, `600MiB`, `2G`, `1500000000`. K, M, G, T and KiB ... TiB are powers of 1,024,
    /// KB ... TB powers of 1,000.
    ///
    /// Nil for anything else, and for sizes of 2^62 bytes and more.
    public static func byteCount(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int(digits), !digits.isEmpty else { return nil }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }.uppercased()
        guard !unit.isEmpty, unit != "B" else { return number < 1 << 62 ? number : nil }
        guard let power = ["K", "M", "G", "T"].firstIndex(of: String(unit.first!)) else { return nil }
        guard ["", "B", "IB"].contains(String(unit.dropFirst())) else { return nil }
        let base = unit.dropFirst() == "B" ? 1000 : 1024
        let bytes = (0...power).reduce(number) { bytes, _ in product(bytes, base) }
        return bytes < 1 << 62 ? bytes : nil
    }
}

/// What the operating system allows this process.
package struct ProcessLimits {
    /// RLIMIT_AS and RLIMIT_DATA in bytes, nil where there is none, and what counts against them now.
    package var addressSpace: (limit: Int?, used: Int) = (nil, 0)
    package var dataSegment: (limit: Int?, used: Int) = (nil, 0)
    /// The tightest of the process's control groups.
    package var controlGroup: (limit: Int, path: String)?

    /// Libraries that are loaded later, heaps, reports: 40 MiB.
    package static let reserveBytes = 40 << 20
    /// As `CThreadTeam` makes them, with their guard.
    package static let stackBytes = 2 << 20 + 4096

    package init() {
        var limit = rlimit()
        // The calls cannot fail: they name limits that exist and memory that is there.
        if getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 {
            addressSpace.limit = Int(exactly: limit.rlim_cur)
        }
        if getrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit) == 0 {
            dataSegment.limit = Int(exactly: limit.rlim_cur)
        }
        let pages = Self.text(of: "/proc/self/statm").split(separator: " ").map { Int($0) ?? 0 }
        if pages.count > 5 {
            addressSpace.used = pages[0] * Int(getpagesize())
            dataSegment.used = pages[5] * Int(getpagesize())
        }
        controlGroup = Self.controlGroup(membership: Self.text(of: "/proc/self/cgroup"), mountedAt: "/sys/fs/cgroup")
    }

    package init(
        addressSpace: (limit: Int?, used: Int) = (nil, 0), dataSegment: (limit: Int?, used: Int) = (nil, 0),
        controlGroup: (limit: Int, path: String)? = nil
    ) {
        self.addressSpace = addressSpace
        self.dataSegment = dataSegment
        self.controlGroup = controlGroup
    }

    package func least(_ budget: MemoryBudget, threads: Int) -> MemoryBudget {
        var least = budget
        func consider(_ limit: Int?, used: Int, _ kind: MemoryBudget.Limit, perThread: Int) {
            guard let limit else { return }
            let bytes = max(0, limit - used - Self.reserveBytes - max(0, threads - 1) * perThread)
            if bytes < least.bytes { least = MemoryBudget(bytes: bytes, limit: kind) }
        }
        consider(addressSpace.limit, used: addressSpace.used, .addressSpace, perThread: Self.stackBytes)
        consider(dataSegment.limit, used: dataSegment.used, .dataSegment, perThread: Self.stackBytes)
        if let controlGroup { consider(controlGroup.limit, used: 0, .controlGroup(controlGroup.path), perThread: 0) }
        return least
    }

    /// The least limit of the groups that the process is in, and of those above them, of either version; nil where none
    /// has one.
    ///
    /// - Parameter membership: the text of `/proc/self/cgroup`: `0::/path` of version 2, `4:memory:/path` of version 1.
    package static func controlGroup(membership: String, mountedAt root: String) -> (limit: Int, path: String)? {
        var least: (limit: Int, path: String)?
        for line in membership.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 3 else { continue }
            let isSecond = fields[0] == "0" && fields[1].isEmpty
            guard isSecond || fields[1].split(separator: ",").contains("memory") else { continue }
            let mounts = isSecond ? [root, root + "/unified"] : [root + "/memory"]
            var path = fields[2]
            while true {
                for mount in mounts {
                    let text = Self.text(
                        of: mount + path + (path.hasSuffix("/") ? "" : "/")
                            + (isSecond ? "memory.max" : "memory.limit_in_bytes"))
                    // "max", or a number near 2^63, where there is no limit.
                    guard let limit = Int(text.prefix { $0.isNumber }), limit < 1 << 60 else { continue }
                    if limit < least?.limit ?? .max { least = (limit, path) }
                }
                guard let slash = path.lastIndex(of: "/"), path != "/" else { break }
                path = slash == path.startIndex ? "/" : String(path[..<slash])
            }
        }
        return least
    }

    /// Of a small file of the system, whose size is not known beforehand; empty where there is none.
    private static func text(of path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 14)
        var count = 0
        while count < bytes.count {
            let part = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + count, $0.count - count) }
            if part < 0 && errno == EINTR { continue }
            guard part > 0 else { break }
            count += part
        }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
