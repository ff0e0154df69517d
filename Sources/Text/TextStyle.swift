import Foundation

/// How text is laid out: for a file, or for the terminal that it goes to.
public struct TextStyle: Hashable, Sendable {
    /// Characters of a line; nil for as many as it takes.
    public var width: Int?
    /// Whether somebody looks on: bars are drawn.
    public var isTerminal: Bool
    public var usesColour: Bool

    /// What fits most windows and pages.
    public static let standardWidth = 100
    /// In a file or a pipe.
    public static let plain = TextStyle(width: standardWidth, isTerminal: false, usesColour: false)

    public init(width: Int?, isTerminal: Bool, usesColour: Bool) {
        self.width = width
        self.isTerminal = isTerminal
        self.usesColour = usesColour
    }

    /// Of a file descriptor: a terminal's own width; colour unless the environment has `NO_COLOR`, not empty, or a
    /// `TERM` that is `dumb`.
    public init(of fileDescriptor: Int32) {
        guard isatty(fileDescriptor) == 1 else {
            self = .plain
            return
        }
        var size = winsize()
        let isKnown = ioctl(fileDescriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        let environment = ProcessInfo.processInfo.environment
        self.init(
            width: isKnown ? Int(size.ws_col) : Self.standardWidth, isTerminal: true,
            usesColour: environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb")
    }

    /// The text in a colour, where there is colour.
    public func coloured(_ text: String, _ colour: TextColour) -> String {
        usesColour ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Every line of a text cut so.
    public func wrappedLines(of text: String, indent: Int = 0) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { wrapped(String($0), indent: indent) }
            .joined(separator: "\n")
    }

    /// Cut between words, so that no line is longer than the width; later lines are indented.
    public func wrapped(_ text: String, indent: Int = 0) -> String {
        guard let width else { return text }
        let margin = String(repeating: " ", count: indent)
        var lines: [String] = []
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        var line = words.first.map(String.init) ?? ""
        for word in words.dropFirst() {
            if line.count + 1 + word.count > width, !line.allSatisfy({ $0 == " " }) {
                lines.append(line)
                line = margin + word
            } else {
                line += " \(word)"
            }
        }
        lines.append(line)
        return lines.joined(separator: "\n")
    }
}

/// By the numbers of SGR sequences.
public enum TextColour: Int, Sendable {
    case red = 31
    case green = 32
    case yellow = 33
    case gray = 90
}
