import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct KernelLevelTests {
    private func run(_ level: String, _ arguments: [String], in folder: ScratchFolder) throws -> Tool.Outcome {
        try Tool.run(["INTAGLIO_KERNELS=\(level)", Tool.path] + arguments, in: folder, program: "/usr/bin/env")
    }

    @Test("A small network has the same bytes under every level that the processor has; the others are RUN-025")
    func sameBytes() throws {
        let folder = try ScratchFolder()
        try folder.write(HandmadePNG.ramp(width: 40, height: 24).bytes, "ramp.png")
        let arguments = ["run", "--network", "lapped8", "--image", "ramp.png", "--json"]
        let usual = try Tool.run(arguments, in: folder)
        #expect(usual.status == 0, "\(usual.errors)")
        var levels = 0
        for level in ["portable", "sse2", "avx2", "avx512"] {
            let outcome = try run(level, arguments, in: folder)
            if outcome.status == 0 {
                #expect(outcome.output == usual.output, "\(level)")
                levels += 1
            } else {
                #expect(
                    outcome.status == 2
                        && outcome.errors.hasPrefix(
                            "error[RUN-025]: INTAGLIO_KERNELS: \(level), which this processor has not"),
                    "\(outcome.errors)")
            }
        }
        // Plain C runs everywhere.
        #expect(try levels >= 1 && run("portable", ["machines"], in: folder).status == 0)
    }

    @Test("A word that names no level is kernelLevelUnavailable, whatever the command; an empty one says nothing")
    func unknown() throws {
        let folder = try ScratchFolder()
        for word in ["AVX2", "sse3", "best", " "] {
            let outcome = try run(word, ["machines"], in: folder)
            #expect(outcome.status == 2 && outcome.output.isEmpty, "\(word)")
            #expect(
                outcome.errors.hasPrefix(
                    """
                    error[\(DiagnosticCode.kernelLevelUnavailable.rawValue)]: INTAGLIO_KERNELS: '\(word)'\n  expected: \
                    portable
                    """
                ), "\(outcome.errors)")
        }
        #expect(try run("", ["machines"], in: folder).status == 0)
    }
}
