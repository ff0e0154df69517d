import Text

/// Something wrong with the input: what it is, where it is, what was found, what was expected, and what to do about it.
///
/// Every diagnostic has a code (`DiagnosticCode`), a test that provokes it and a line in `docs/diagnostics.md`.
/// It is the only error type that reaches the command line with exit code 2; a broken invariant of the program itself
/// is a `precondition`.
public struct Diagnostic: Error, Equatable, Codable, Sendable {
    /// The stable code, for example `SCHEDULE-003`.
    public let code: DiagnosticCode
    /// Where: a path, `path:line:column`, a layer, a tensor, a field.
    public let place: String
    /// What was found there.
    public let found: String
    /// What was expected instead.
    public let expected: String
    /// What the user can do.
    public let remedy: String

    public init(_ code: DiagnosticCode, at place: String, found: String, expected: String, remedy: String) {
        self.code = code
        self.place = place
        self.found = found
        self.expected = expected
        self.remedy = remedy
    }
}

extension Diagnostic: CustomStringConvertible {
    /// One sentence a line: `error[SCHEDULE-003]: place: found; expected ...` and the remedy below it.
    ///
    /// What files and users said is shown, not obeyed: control characters are written out, further lines of a part are
    /// indented, and what is longer than 3,000 characters is cut in its middle.
    public var description: String {
        let parts = ["\(place): \(found)", expected, remedy].map {
            Self.shortened($0).printable.split(separator: "\n", omittingEmptySubsequences: false).joined(
                separator: "\n    ")
        }
        return """
            error[\(code.rawValue)]: \(parts[0])
              expected: \(parts[1])
              remedy: \(parts[2])
            """
    }

    private static func shortened(_ part: String) -> String {
        let (first, last) = (2000, 900)
        // Counted in scalars: a cluster of them may be of any length.
        let scalars = part.unicodeScalars
        guard part.utf8.count > first + last, scalars.count > first + last + 100 else { return part }
        return String(String.UnicodeScalarView(scalars.prefix(first)))
            + " ... \(scalars.count - first - last) characters ... "
            + String(String.UnicodeScalarView(scalars.suffix(last)))
    }
}
