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

    /// What the names that only some families have say; widths follow from shapes.
    var family: CodecArchitecture.Family {
        if spellings.keys.contains(where: { $0.hasPrefix("g_a.0.") && !["g_a.0.weight", "g_a.0.bias"].contains($0) }) {
            return spellings.keys.contains { $0.contains(".conv_a.") } ? .cheng2020Attention : .cheng2020Anchor
        }
        if spellings.keys.contains(where: { $0.hasPrefix("context_prediction.") || $0.hasPrefix("entropy_parameters.") }
        ) {
            return .mbt2018
        }
        return spellings.keys.contains { $0.hasPrefix("h_") } ? .mbt2018Mean : .bmshj2018Factorized
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
