import Diagnostics
import Glibc
import Text

/// Tries inputs one after the other, in the parent's sight: each is written to a file, and its seed said, before it is
/// tried.
///
///     t SEED          will be tried now
///     a               accepted
///     d CODE          refused with this diagnostic
///     w MESSAGE       a wrong result
struct Worker {
    let reader: Reader
    let folder: String
    private let fault: PlantedFault?
    private let inputs: Inputs
    private let attempts: Attempts

    init(_ reader: Reader, folder: String, fault: PlantedFault? = nil) throws {
        self.fault = fault
        self.reader = reader
        self.folder = folder
        let codecs = try CodecSeeds()
        inputs = try Inputs(codecs)
        attempts = Attempts(folder: folder, codecs: codecs)
    }

    static func inputPath(_ reader: Reader, in folder: String) -> String { "\(folder)/input.\(reader.fileExtension)" }

    func run(first: UInt64, count: UInt64) throws {
        let path = Self.inputPath(reader, in: folder)
        for seed in first..<first + count {
            let bytes = inputs.bytes(of: reader, seed: seed)
            try AtomicFile.write(bytes, to: path)
            Self.say("t \(seed)")
            Self.say(outcome(of: path, seed: seed))
        }
    }

    /// What a trial came to.
    func outcome(of path: String, seed: UInt64) -> String {
        do {
            if seed % 10 == 9 { try fault?.happen() }
            try attempts.attempt(reader, path: path, seed: seed)
            return "a"
        } catch let diagnostic as Diagnostic {
            let text = diagnostic.description
            guard text == text.printable else {
                return "w a diagnostic with control characters: \(diagnostic.code.rawValue)"
            }
            return text.utf8.count <= 20_000
                ? "d \(diagnostic.code.rawValue)"
                : "w a diagnostic of \(text.utf8.count) bytes: \(diagnostic.code.rawValue)"
        } catch let wrong as WrongResult {
            return "w \(wrong.message.split(separator: "\n").joined(separator: " "))"
        } catch { return "w \(error)" }
    }

    private static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        // Without a parent there is nobody to work for.
        guard write(STDOUT_FILENO, bytes, bytes.count) == bytes.count else { exit(0) }
    }
}
