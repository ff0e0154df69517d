import Foundation

/// Who may import whom: the rows of `Package.swift`, in their order. A row names only rows above it, so that no cycle
/// can exist.
struct ModuleTable {
    struct Row: Equatable {
        var module: String
        /// Modules, C targets, and products of other packages.
        var imports: Set<String>
    }

    var rows: [Row] = []
    /// C targets and system libraries.
    var shims: Set<String> = []

    /// Modules that belong to the system or the toolchain: any module may import them.
    static let system: Set<String> = ["Foundation", "Glibc", "Dispatch", "Synchronization", "Swift"]
    /// Products of other packages by the constant that stands for each in the manifest.
    static let products = ["yams": "Yams", "argumentParser": "ArgumentParser", "protobuf": "SwiftProtobuf"]
    /// Modules inside a product that are imported in its place, by their product: libyaml's own interface, whose events
    /// Yams does not show.
    static let insideProducts = ["CYaml": "Yams"]

    static func ofThisPackage() throws -> ModuleTable { ModuleTable(manifest: try Repository.text("Package.swift")) }

    /// Reads each `module(...)`, `program(...)` and C target out of the text of a manifest.
    init(manifest: String) {
        for match in manifest.matches(of: /\.(?:target|systemLibrary)\(name: "(C\w+)"(.*)/)
        where !match.output.2.contains("path: \"Tests/") {
            shims.insert(String(match.output.1))
        }
        for match in manifest.matches(of: /(?s)\b(?:module|program)\("(\w+)"(?:, \[(.*?)\])?/) {
            rows.append(Row(module: String(match.output.1), imports: Self.names(in: match.output.2 ?? "")))
        }
    }

    /// Quoted names and the products' constants.
    private static func names(in list: Substring) -> Set<String> {
        var names = Set(list.matches(of: /"(\w+)"/).map { String($0.output.1) })
        for match in list.replacing(/"\w+"/, with: "").matches(of: /\w+/) {
            names.insert(products[String(match.output)] ?? String(match.output))
        }
        return names
    }

    func imports(of module: String) -> Set<String>? { rows.first { $0.module == module }?.imports }

    /// Everything that a module knows through others.
    func reachable(from module: String) -> Set<String> {
        let direct = imports(of: module) ?? []
        return direct.reduce(into: direct) { $0.formUnion(reachable(from: $1)) }
    }

    /// What a file of `module` imports and its row does not name.
    func violations(in source: String, of module: String) -> [String] {
        let allowed = imports(of: module) ?? []
        return ImportScanner.imports(in: source).filter {
            !allowed.contains(Self.insideProducts[$0] ?? $0) && !Self.system.contains($0)
        }
    }
}
