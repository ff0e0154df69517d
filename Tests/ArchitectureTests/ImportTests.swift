import Foundation
import Testing

@Suite struct ImportTests {
    let table: ModuleTable

    init() throws { table = try .ofThisPackage() }

    @Test("What a module's files import is what its row names: nothing more, nothing less")
    func imports() throws {
        #expect(table.rows.count > 30)
        for row in table.rows {
            var imported: Set<String> = []
            let paths = Repository.files(in: "Sources/" + row.module, withExtension: "swift")
            #expect(!paths.isEmpty, "\(row.module) has no files")
            for path in paths {
                let source = try Repository.text(path)
                let violations = table.violations(in: source, of: row.module)
                #expect(violations == [], "\(path) imports \(violations), which the row of \(row.module) does not name")
                imported.formUnion(ImportScanner.imports(in: source).map { ModuleTable.insideProducts[$0] ?? $0 })
            }
            #expect(
                row.imports.subtracting(imported) == [], "the row of \(row.module) names what none of its files imports"
            )
        }
    }

    @Test("A planted violation is found in every spelling")
    func plantedViolation() {
        let planted = #"""
            import FixedPoint
            /* import Schedules */ // import Networks
            public import ReferenceModel
            @preconcurrency package import Graph; import Foundation
              @testable   import struct Networks.QuantizedNetwork
            let text = "import"
            @_spi(Inner) import Tensors
            let example = """
                import Timing
                """
            """#
        #expect(
            ImportScanner.imports(in: planted) == [
                "FixedPoint", "ReferenceModel", "Graph", "Foundation", "Networks", "Tensors",
            ])
        #expect(table.violations(in: planted, of: "Machine") == ["ReferenceModel", "Graph", "Networks", "Tensors"])
    }

    @Test("The table has every folder under Sources, and each row names only rows above it")
    func order() throws {
        let folders = try FileManager.default.contentsOfDirectory(
            atPath: Repository.root.appendingPathComponent("Sources").path
        ).filter { !$0.hasPrefix(".") }
        #expect(Set(folders) == table.shims.union(table.rows.map(\.module)))
        var above = table.shims.union(ModuleTable.products.values)
        for row in table.rows {
            #expect(row.imports.subtracting(above).sorted() == [], "\(row.module) names what is not above it")
            above.insert(row.module)
        }
    }

    @Test("docs/architecture.md describes every module once, in the order of the manifest")
    func documented() throws {
        let rows = try Repository.text("docs/architecture.md").matches(of: /(?m)^\| `(\w+)` \| [^|\n]+ \|$/).map {
            String($0.output.1)
        }
        #expect(rows == table.rows.map(\.module))
    }

    @Test("What must never know each other does not, even through others")
    func neverReachable() {
        #expect(
            table.reachable(from: "Machine").isDisjoint(with: ["ReferenceModel", "Graph", "Networks", "Schedules"]))
        #expect(
            table.reachable(from: "ReferenceModel").isDisjoint(with: [
                "Machine", "MachineDescription", "Commands", "Schedules",
            ]))
        #expect(table.reachable(from: "Timing").isDisjoint(with: ["Tensors"]))
    }

    @Test("A manifest is read: modules, programs, products by their constants, C targets without those of tests")
    func manifest() {
        let table = ModuleTable(
            manifest: """
                func module(_ name: String) -> Target { .target(name: name) }
                .target(name: "CPNG", linkerSettings: []),
                .target(name: "CSlow", path: "Tests/CSlow"),
                .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto"),
                module("Text"),
                module("Images", ["Text", "CPNG"], resources: [.embedInCode("Letters")]),
                program("viewer", [
                    "Images",
                    yams,
                ]),
                """)
        #expect(table.shims == ["CPNG", "CCrypto"])
        #expect(
            table.rows == [
                .init(module: "Text", imports: []), .init(module: "Images", imports: ["Text", "CPNG"]),
                .init(module: "viewer", imports: ["Images", "Yams"]),
            ])
        #expect(table.reachable(from: "viewer") == ["Images", "Yams", "Text", "CPNG"])
    }

    @Test("Tests use what is public or package: testable imports would compile every module a second time")
    func testableImports() throws {
        for path in Repository.files(in: "Tests", withExtension: "swift")
        where !path.hasPrefix("Tests/ArchitectureTests/") {
            #expect(try !Repository.text(path).contains("@testable"), "\(path)")
        }
    }
}
