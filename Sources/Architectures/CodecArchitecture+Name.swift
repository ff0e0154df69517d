public import Diagnostics
import Text

extension CodecArchitecture {
    /// What `NAME:N[,M]` stands for; nil where the word is no architecture's.
    ///
    /// - Throws: `architectureWidthsInvalid` for an architecture without widths or with widths that it cannot have,
    ///   `networkUnknown` for a name before the colon that is nearly one.
    public init?(_ word: String) throws(Diagnostic) {
        let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let names = Family.allCases.map(\.rawValue)
        guard let family = Family(rawValue: parts[0]) else {
            guard parts.count == 2, !word.contains("/"), !word.contains("."),
                let meant = closestName(to: parts[0], among: names)
            else { return nil }
            throw Diagnostic(
                .networkUnknown, at: "--network", found: "'\(word)': no architecture has this name",
                expected: names.joined(separator: ", "), remedy: "did you mean '\(meant):\(parts[1])'?")
        }
        let widths = try family.widths(parts.count == 2 ? parts[1] : nil, in: word)
        self.init(family, n: widths.n, m: widths.m)
    }
}

extension CodecArchitecture.Family {
    /// N and M out of the text behind the colon.
    fileprivate func widths(_ text: String?, in word: String) throws(Diagnostic) -> (n: Int, m: Int) {
        func refusal(_ found: String) -> Diagnostic {
            let examples = publishedWidths.map { CodecArchitecture(self, n: $0.n, m: $0.m).name }
            return Diagnostic(
                .architectureWidthsInvalid, at: "network '\(word)'", found: found,
                expected:
                    hasOneWidth
                    ? "\(rawValue):N, N even in \(CodecArchitecture.widthRange)"
                    : "\(rawValue):N,M, each in \(CodecArchitecture.widthRange)",
                remedy: "say how wide it is, as published: \(examples.joined(separator: " or "))")
        }
        guard let text else { throw refusal("no widths") }
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard (1...2).contains(numbers.count), let n = numbers[0], let m = numbers.last ?? nil,
            CodecArchitecture.widthRange.contains(n), CodecArchitecture.widthRange.contains(m)
        else { throw refusal("widths '\(text)'") }
        if hasOneWidth {
            guard n == m else { throw refusal("N \(n) and M \(m), which are one in this architecture") }
            guard n % 2 == 0 else { throw refusal("N \(n), whose half is no integer") }
        } else if numbers.count == 1 {
            throw refusal("N \(n) and no M")
        }
        return (n, m)
    }
}
