import Foundation
import Testing

@Suite struct ImportTests {
    @Test("Every import of every module is in the table")
    func imports() throws {
        var scanned = 0
        for row in ModuleTable.rows {
            for path in Repository.files(in: "Sources/" + row.module, withExtension: "swift") {
                scanned += 1
                let violations = ImportScanner.violations(in: try Repository.text(path), of: row.module)
                #expect(violations == [], "\(path) imports \(violations), which the row of \(row.module) does not list")
            }
        }
        #expect(scanned >= ModuleTable.rows.count)
    }

    @Test("A planted violation is found in every spelling")
    func plantedViolation() {
        let planted = """
            import FixedPoint
            /* import Schedules */ // import Networks
            public import ReferenceModel
            @preconcurrency package import Graph; import Foundation
              @testable   import struct Networks.QuantizedNetwork
            let text = "import"
            """
        #expect(ImportScanner.imports(in: planted) == ["FixedPoint", "ReferenceModel", "Graph", "Foundation", "Networks"])
        #expect(ImportScanner.violations(in: planted, of: "Machine") == ["ReferenceModel", "Graph", "Networks"])
    }

    @Test("The table lists every folder under Sources, and each row names only rows above it")
    func table() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Repository.root.appendingPathComponent("Sources").path).filter { !$0.hasPrefix(".") }
        #expect(Set(folders) == Set(ModuleTable.rows.map(\.module)).union(ModuleTable.shims))
        var above: Set<String> = ModuleTable.shims.union(ModuleTable.products)
        for row in ModuleTable.rows {
            #expect(row.mayImport.isSubset(of: above), "\(row.module) names \(row.mayImport.subtracting(above).sorted()), which is not above it")
            above.insert(row.module)
        }
    }

    @Test("What must never know each other does not, even through others")
    func neverReachable() {
        func reachable(from module: String) -> Set<String> {
            let direct = ModuleTable.rows.first { $0.module == module }?.mayImport ?? []
            return direct.reduce(into: direct) { $0.formUnion(reachable(from: $1)) }
        }
        #expect(reachable(from: "Machine").isDisjoint(with: ["ReferenceModel", "Graph", "Networks", "Schedules"]))
        #expect(reachable(from: "ReferenceModel").isDisjoint(with: ["MachineDescription", "Commands", "Schedules"]))
        #expect(reachable(from: "Timing").isDisjoint(with: ["Tensors"]))
    }

    @Test("Package.swift declares the dependencies of the table")
    func package() throws {
        let declared = try PackageText.dependencies(in: Repository.text("Package.swift"))
        for row in ModuleTable.rows { #expect(declared[row.module] == row.mayImport, "\(row.module)") }
        #expect(declared.count == ModuleTable.rows.count)
    }

    @Test("Tests use what is public or package: testable imports would compile every module a second time")
    func testableImports() throws {
        for path in Repository.files(in: "Tests", withExtension: "swift") where !path.hasPrefix("Tests/ArchitectureTests/") {
            #expect(try !Repository.text(path).contains("@testable"), "\(path)")
        }
    }
}

/// Reads the declared dependencies out of the text of Package.swift: the quoted names and product constants of each `module(...)` and of the executable.
enum PackageText {
    static func dependencies(in package: String) throws -> [String: Set<String>] {
        var declared: [String: Set<String>] = [:]
        for match in package.matches(of: /(?s)\bmodule\(\s*"(\w+)"(?:,\s*\[(.*?)\])?/) {
            declared[String(match.output.1)] = names(in: match.output.2 ?? "")
        }
        for match in package.matches(of: /(?s)\.executableTarget\(\s*name: "(\w+)",\s*dependencies: \[(.*?)\]/) {
            declared[String(match.output.1)] = names(in: match.output.2)
        }
        return declared
    }

    private static func names(in list: Substring) -> Set<String> {
        let constants = ["yams": "Yams", "argumentParser": "ArgumentParser"]
        return Set(list.split(whereSeparator: { ",\n ".contains($0) }).map { word in
            word.hasPrefix("\"") ? String(word.dropFirst().dropLast()) : constants[String(word)] ?? "unknown \(word)"
        })
    }
}
