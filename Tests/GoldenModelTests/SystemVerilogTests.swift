import Foundation
import TestSupport
import Testing

/// The example testbench, built by Verilator against the shared library and run.
@Suite struct SystemVerilogTests {
    private static let libraryFolder = Checkout.root.appendingPathComponent(".build/release").path
    private static let isThere =
        FileManager.default.fileExists(atPath: libraryFolder + "/libintaglio_golden.so")
        && InstalledProgram.exists("verilator")

    @Test(
        .enabled(
            if: isThere,
            "Verilator is not installed, or the library is not built: swift build -c release --product intaglio_golden")
    )
    func theExamplePasses() throws {
        let folder = try ScratchFolder(named: "intaglio-test-")
        defer { folder.remove() }
        let sources = Checkout.root.appendingPathComponent("Sources/CGoldenModel/SystemVerilog").path
        let built = try InstalledProgram.run(
            [
                "verilator", "--binary", "-Wall", "-MAKEFLAGS", "OPT_FAST=-O0 OPT_GLOBAL=-O0", "--top-module",
                "golden_example",
                "\(sources)/intaglio_golden.sv", "\(sources)/golden_example.sv", "-LDFLAGS",
                "-L\(Self.libraryFolder) -lintaglio_golden -Wl,-rpath,\(Self.libraryFolder)",
            ], in: folder.url.path)
        try #require(built.status == 0, "\(built.output)")
        let passed = try InstalledProgram.run([folder.path("obj_dir/Vgolden_example")], in: folder.url.path)
        #expect(passed.status == 0 && passed.output.hasPrefix("PASS\n"), "\(passed.output)")
    }
}
