/// Sizes as people write them in files: `262144`, `256 KiB`, `1.5 MiB`.
///
///     B  1     KiB  2^10     MiB  2^20     GiB  2^30
///
/// Nothing else is a unit: `kB`, `MB` and `K` mean powers of 1,000 to some and of 1,024 to others.
package enum ByteCountText {
    static let units: [(name: String, bytes: Int)] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)]

    /// The largest unit that leaves a whole number; bytes without one.
    package static func exact(_ bytes: Int) -> String {
        for unit in units where unit.bytes > 1 && bytes >= unit.bytes && bytes % unit.bytes == 0 {
            return "\(bytes / unit.bytes) \(unit.name)"
        }
        return "\(bytes)"
    }
}
