import Foundation
import Testing

/// The unoptimized program, which `./test` without arguments builds.
enum DebugBuild {
    static let path = Tool.root.appendingPathComponent(".build-debug/debug/intaglio").path

    /// Whether it is there and younger than every source: a stale one is not compared.
    static var isCurrent: Bool {
        func changed(_ path: String) -> Date? { try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date }
        let sources = Tool.root.appendingPathComponent("Sources").path
        guard let built = changed(path), let walker = FileManager.default.enumerator(atPath: sources) else { return false }
        return walker.allSatisfy { ($0 as? String).flatMap { changed("\(sources)/\($0)") } ?? .distantFuture <= built }
    }
}

@Suite(.enabled(if: Tool.isBuilt, Tool.missing), .enabled(if: DebugBuild.isCurrent, "no current debug build: run ./test without arguments"))
struct DebugBuildTests {
    @Test("Debug and release builds compute the same bytes")
    func sameBytes() throws {
        let folder = try Folder()
        try folder.write(HandmadePNG.ramp(width: 32, height: 32).bytes, "ramp.png")
        for arguments in [["run", "--image", "ramp.png", "--json", "--float"], ["verify", "--suite", "30", "--machine", "large"]] {
            let release = try Tool.run(arguments, in: folder)
            let debug = try Tool.run(arguments, in: folder, program: DebugBuild.path)
            #expect(release.status == 0 && debug.status == 0, "\(debug.errors)")
            #expect(debug.output == release.output)
        }
    }
}
