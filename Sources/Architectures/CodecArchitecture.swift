/// A published network of learned image compression by its name and widths: `mbt2018:192,320`. No weights.
///
/// N are the channels of the transforms, M those of the latents. The definitions are those of CompressAI.
public struct CodecArchitecture: Hashable, Sendable {
    public let family: Family
    public let n: Int
    public let m: Int

    public enum Family: String, CaseIterable, Sendable {
        case bmshj2018Factorized = "bmshj2018-factorized"
        case bmshj2018Hyperprior = "bmshj2018-hyperprior"
        case mbt2018Mean = "mbt2018-mean"
        case mbt2018
        case cheng2020Anchor = "cheng2020-anchor"
        case cheng2020Attention = "cheng2020-attn"

        /// Whether M is N.
        public var hasOneWidth: Bool { self == .cheng2020Anchor || self == .cheng2020Attention }
        /// Whether latents are decoded one by one, each with a context of those before it.
        public var hasSerialContext: Bool { self == .mbt2018 || hasOneWidth }

        /// N and M as published, for low and for high rates.
        public var publishedWidths: [(n: Int, m: Int)] {
            switch self {
            case .bmshj2018Factorized, .bmshj2018Hyperprior, .mbt2018Mean: [(128, 192), (192, 320)]
            case .mbt2018: [(192, 192), (192, 320)]
            case .cheng2020Anchor, .cheng2020Attention: [(128, 128), (192, 192)]
            }
        }
    }

    /// - Precondition: widths in `widthRange`; in the families of one width, N = M, and N is even.
    public init(_ family: Family, n: Int, m: Int) {
        precondition(
            Self.widthRange.contains(n) && Self.widthRange.contains(m) && (!family.hasOneWidth || n == m && n % 2 == 0),
            "\(family.rawValue) of widths \(n), \(m)")
        (self.family, self.n, self.m) = (family, n, m)
    }

    /// N and M that can be asked for.
    public static let widthRange = 1...4096

    /// Every architecture at the widths that were published.
    public static var published: [CodecArchitecture] {
        Family.allCases.flatMap { family in
            family.publishedWidths.map { CodecArchitecture(family, n: $0.n, m: $0.m) }
        }
    }

    /// As it is written on a command line.
    public var name: String { family.rawValue + ":" + widthText }
    private var widthText: String { family.hasOneWidth ? "\(n)" : "\(n),\(m)" }
    /// The same as a plain name, for files and columns.
    var graphName: String { "\(family.rawValue)-\(family.hasOneWidth ? "\(n)" : "\(n)-\(m)")" }
}
