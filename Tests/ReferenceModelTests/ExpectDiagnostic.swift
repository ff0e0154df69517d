import Diagnostics
import Testing

/// Expects the body to throw a diagnostic of this code, and returns it.
@discardableResult
func expectDiagnostic(
    _ code: DiagnosticCode, _ comment: String = "", sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> some Any
) -> Diagnostic? {
    do {
        _ = try body()
        Issue.record("nothing was thrown, expected \(code.rawValue) \(comment)", sourceLocation: sourceLocation)
    } catch let diagnostic as Diagnostic {
        #expect(diagnostic.code == code, "\(comment) \(diagnostic)", sourceLocation: sourceLocation)
        return diagnostic
    } catch {
        Issue.record("\(error), expected \(code.rawValue) \(comment)", sourceLocation: sourceLocation)
    }
    return nil
}
