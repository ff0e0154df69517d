import Machine

/// One thing that vectors should have done at least once.
struct CoveragePoint: Hashable, Sendable {
    let group: String
    let name: String
    /// Why no admitted stimulus hits it; nil where one can.
    let unreachableReason: String?

    init(_ group: String, _ name: String, unreachable reason: String? = nil) {
        self.group = group
        self.name = name
        unreachableReason = reason
    }

    var key: String { group + ": " + name }
}

/// Points hit, reachable and unreachable of one set of vectors.
public struct CoverageReport: Sendable, Encodable {
    public struct Group: Sendable, Encodable {
        public let name: String
        public let reachable: Int
        public let hit: Int
        /// Reachable points that no vector hit.
        public let missed: [String]
        /// Points that no admitted stimulus hits, by reason.
        public let unreachable: [String: [String]]
    }

    public let groups: [Group]

    public var reachable: Int { groups.reduce(0) { $0 + $1.reachable } }
    public var hit: Int { groups.reduce(0) { $0 + $1.hit } }
    public var unreachable: Int { groups.reduce(0) { $0 + $1.unreachable.values.reduce(0) { $0 + $1.count } } }
    public var isComplete: Bool { hit == reachable }

    init(_ points: [CoveragePoint], hit keys: Set<String>) {
        var names: [String] = []
        var members: [String: [CoveragePoint]] = [:]
        for point in points {
            if members[point.group] == nil { names.append(point.group) }
            members[point.group, default: []].append(point)
        }
        for point in points where point.unreachableReason != nil {
            precondition(
                !keys.contains(point.key),
                "\(point.key) was hit but is said to be unreachable: \(point.unreachableReason!)")
        }
        groups = names.map { name in
            let reachable = members[name]!.filter { $0.unreachableReason == nil }
            var unreachable: [String: [String]] = [:]
            for point in members[name]! {
                if let reason = point.unreachableReason { unreachable[reason, default: []].append(point.name) }
            }
            return Group(
                name: name, reachable: reachable.count, hit: reachable.count { keys.contains($0.key) },
                missed: reachable.filter { !keys.contains($0.key) }.map(\.name), unreachable: unreachable)
        }
    }

    private enum CodingKeys: String, CodingKey { case groups, reachable, hit, unreachable }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(groups, forKey: .groups)
        try container.encode(reachable, forKey: .reachable)
        try container.encode(hit, forKey: .hit)
        try container.encode(unreachable, forKey: .unreachable)
    }
}
