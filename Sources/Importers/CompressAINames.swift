import Architectures

/// Names of a CompressAI state dict, as the package's releases and its users' training loops spell them.
///
///     module.g_a.0.weight                 g_a.0.weight: a network that was trained on several devices, or is a
///     module.module.g_a.0.weight          part of another module
///     g_a.0.downsample.weight             g_a.0.skip.weight
///     entropy_bottleneck._matrix0         entropy_bottleneck.matrices.0
///     entropy_bottleneck._matrices.0      the same
struct CompressAINames {
    /// In the file, by today's name.
    let spellings: [String: String]
    /// Two names of the file for one of today's; the second.
    let collision: String?

    init(_ names: [String]) {
        let prefix = "module."
        var prefixCount = 0
        while !names.isEmpty, prefixCount < names[0].count,
            names.allSatisfy({ $0.dropFirst(prefixCount).hasPrefix(prefix) })
        { prefixCount += prefix.count }
        var spellings: [String: String] = [:]
        var collision: String?
        for name in names.sorted() {
            let plain = Self.canonical(String(name.dropFirst(prefixCount)))
            if spellings.updateValue(name, forKey: plain) != nil { collision = collision ?? name }
        }
        self.spellings = spellings
        self.collision = collision
    }

    /// Whether these are names of a state dict of a codec: transforms beside an entropy bottleneck. Files of `Training`
    /// have `gain` and `prior` instead.
    var areOfStateDict: Bool {
        func begins(_ prefix: String) -> Bool { spellings.keys.contains { $0.hasPrefix(prefix) } }
        return begins("g_a.") && begins("g_s.") && (begins("entropy_bottleneck.") || begins("gaussian_conditional."))
            && !has("gain")
    }

    func has(_ name: String) -> Bool { spellings[name] != nil }

    /// The family that these names miss fewest of, and have fewest beside; widths follow from shapes. Of the two
    /// hyperpriors, whose names are the same, it is mbt2018-mean.
    var family: CodecArchitecture.Family {
        /// Of equally many, those that are there say more than those that are not.
        func strange(_ family: CodecArchitecture.Family) -> (all: Int, beside: Int) {
            let known = family.tensorNames
            let beside = spellings.keys.count(where: { !known.contains($0) })
            return (known.required.count(where: { spellings[$0] == nil }) + beside, beside)
        }
        let families = CodecArchitecture.Family.allCases.filter { $0 != .bmshj2018Hyperprior }
        return families.map { ($0, strange($0)) }.min { $0.1 < $1.1 }!.0
    }

    private static func canonical(_ name: String) -> String {
        let name = name.replacing(".downsample.", with: ".skip.")
        let bottleneck = "entropy_bottleneck."
        guard name.hasPrefix(bottleneck) else { return name }
        let tail = name.dropFirst(bottleneck.count)
        for (plural, singular) in [("matrices", "_matrix"), ("biases", "_bias"), ("factors", "_factor")] {
            for old in ["_\(plural).", singular] where tail.hasPrefix(old) {
                let index = tail.dropFirst(old.count)
                if Int(index) != nil { return "\(bottleneck)\(plural).\(index)" }
            }
        }
        return name
    }
}
