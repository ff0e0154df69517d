/// Sizes as people write them in files: `262144`, `256 KiB`, `1.5 MiB`.
///
///     B  1     KiB  2^10     MiB  2^20     GiB  2^30
///
/// Nothing else is a unit: `kB`, `MB` and `K` mean powers of 1,000 to some and of 1,024 to others.
package enum ByteCountText {
    static let form = "a number of bytes, such as 262144 or 256 KiB (units: B, KiB, MiB, GiB)"

    private static let units: [(name: String, bytes: Int)] = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
    ]

    /// Bytes of a unit, 1 without one; nil where it is none.
    static func factor(of unit: String) -> Int? { unit.isEmpty ? 1 : units.first { $0.name == unit }?.bytes }

    /// The largest unit that leaves a whole number; bytes without one.
    package static func exact(_ bytes: Int) -> String {
        for unit in units where unit.bytes > 1 && bytes >= unit.bytes && bytes % unit.bytes == 0 {
            return "\(bytes / unit.bytes) \(unit.name)"
        }
        return "\(bytes)"
    }

    /// `1024 to 1073741824 bytes (1 KiB to 1 GiB)`
    static func range(_ range: ClosedRange<Int>) -> String {
        "\(range.lowerBound) to \(range.upperBound) bytes (\(exact(range.lowerBound)) to \(exact(range.upperBound)))"
    }

    /// What to write instead of a unit that is none.
    static func remedy(for quantity: QuantityText) -> String {
        let letters = quantity.unit.lowercased()
        if let meant = units.first(where: { $0.name.lowercased() == letters }) {
            return "did you mean \(quantity.numberText) \(meant.name)?"
        }
        let powers = ["k": (1, "KiB"), "m": (2, "MiB"), "g": (3, "GiB")]
        guard let (power, meant) = powers[String(letters.prefix(1))], ["", "b"].contains(letters.dropFirst()) else {
            return "use one of these units, or none"
        }
        let thousands = "e\(3 * power)"
        return """
            write \(quantity.numberText) \(meant) for powers of 1,024; for powers of 1,000 the bytes, \
            \(quantity.numberText)\(quantity.numberText.lowercased().contains("e") ? " with \(thousands)" : thousands)
            """
    }
}
