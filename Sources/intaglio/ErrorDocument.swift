import Diagnostics
import Reports

/// What ends a command that was called with `--json`: one JSON document on standard error.
///
///     {"schemaVersion": 2, "tool": ..., "errors": [{"code": "MACHINE-001", "place": ..., "found": ...,
///      "expected": ..., "remedy": ...}]}                      exit code 2
///     {"schemaVersion": 2, "tool": ..., "errors": [{"code": "ARGUMENTS", "found": ...,
///      "remedy": ...}]}                                       exit code 2
///     {"schemaVersion": 2, "tool": ..., "difference": ...}    exit code 1
struct ErrorDocument: Encodable {
    struct Refusal: Encodable {
        var code: String
        var place: String?
        var found: String
        var expected: String?
        var remedy: String?

        init(_ diagnostic: Diagnostic) {
            (code, place, found) = (diagnostic.code.rawValue, diagnostic.place, diagnostic.found)
            (expected, remedy) = (diagnostic.expected, diagnostic.remedy)
        }

        init(arguments message: String, remedy: String) {
            (code, found, self.remedy) = (ErrorDocument.argumentsCode, message, remedy)
        }
    }

    /// Of a command line that cannot be understood, beside the codes of diagnostics.
    static let argumentsCode = "ARGUMENTS"

    private var errors: [Refusal]?
    private var consequence: String?
    private var difference: String?

    init(_ diagnostic: Diagnostic) { errors = [Refusal(diagnostic)] }

    init(_ refused: RefusedItems) {
        errors = refused.diagnostics.map(Refusal.init)
        consequence = refused.consequence
    }

    init(_ found: DifferenceFound) { difference = found.message }

    /// A command line that cannot be understood.
    init(arguments message: String, remedy: String) { errors = [Refusal(arguments: message, remedy: remedy)] }

    /// Whether the command line asks for JSON.
    static var isWanted: Bool {
        CommandLine.arguments.dropFirst().prefix { $0 != "--" }.contains("--json")
    }

    var text: String { Document(self, DocumentHeader()).text }
}
