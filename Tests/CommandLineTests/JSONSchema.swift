import Foundation
import TestSupport

/// The part of JSON Schema that the files of `docs/schemas` use. A keyword outside of it is a violation: nothing in a
/// schema is passed over.
struct JSONSchema {
    let document: JSON
    /// Beside which other schemas lie.
    private let folder: URL
    private static let annotations: Set<String> = ["$schema", "title", "description", "$defs"]

    init(contentsOf path: URL) throws {
        document = try JSON(Data(contentsOf: path))
        folder = path.deletingLastPathComponent()
    }

    /// The schema of that name in `docs/schemas`.
    static func named(_ name: String) throws -> JSONSchema {
        try JSONSchema(contentsOf: Checkout.root.appendingPathComponent("docs/schemas/\(name).schema.json"))
    }

    /// Each violation with its place; empty for a valid value.
    func violations(of value: JSON) -> [String] { violations(of: value, by: document, at: "$") }

    private func violations(of value: JSON, by schema: JSON, at place: String) -> [String] {
        schema.members.sorted { $0.key < $1.key }.flatMap { keyword, rule in
            violations(of: value, keyword, rule, of: schema, at: place)
        }
    }

    private func violations(
        of value: JSON, _ keyword: String, _ rule: JSON, of schema: JSON, at place: String
    ) -> [String] {
        func violation(_ holds: Bool, _ text: @autoclosure () -> String) -> [String] {
            holds ? [] : ["\(place): \(text())"]
        }
        switch keyword {
        case _ where Self.annotations.contains(keyword): return []
        case "type":
            let types = rule.string.map { [$0] } ?? rule.elements.map { $0.string ?? "" }
            return violation(types.contains { Self.has(value, type: $0) }, "not of type \(rule)")
        case "const": return violation(value == rule, "not \(rule)")
        case "enum": return violation(rule.elements.contains(value), "none of \(rule)")
        case "required":
            return rule.elements.flatMap { name in violation(value[name.string ?? ""] != nil, "no member \(name)") }
        case "minimum":
            return violation((value.number ?? -.infinity) >= (rule.number ?? .infinity), "less than \(rule)")
        case "maximum":
            return violation((value.number ?? .infinity) <= (rule.number ?? -.infinity), "more than \(rule)")
        case "pattern":
            let found = value.string.flatMap { $0.range(of: rule.string ?? "(", options: .regularExpression) }
            return violation(found != nil, "does not match \(rule)")
        case "items": return value.elements.enumerated().flatMap { violations(of: $1, by: rule, at: "\(place)[\($0)]") }
        case "properties":
            return rule.members.sorted { $0.key < $1.key }.flatMap { name, inner in
                value[name].map { violations(of: $0, by: inner, at: "\(place).\(name)") } ?? []
            }
        case "additionalProperties":
            let known = schema["properties"]?.members ?? [:]
            return value.members.filter { known[$0.key] == nil }.sorted { $0.key < $1.key }.flatMap { name, member in
                rule == .boolean(false)
                    ? ["\(place): unexpected member \(name)"] : violations(of: member, by: rule, at: "\(place).\(name)")
            }
        case "$ref":
            let parts = (rule.string ?? "").components(separatedBy: "#/$defs/")
            let (file, name) = (parts[0], parts[parts.count - 1])
            if !file.isEmpty {
                guard let other = try? JSONSchema(contentsOf: folder.appendingPathComponent(file)),
                    let definition = other.document["$defs"]?[name]
                else { return ["\(place): no definition \(rule)"] }
                return other.violations(of: value, by: definition, at: place)
            }
            guard let definition = document["$defs"]?[name] else { return ["\(place): no definition \(rule)"] }
            return violations(of: value, by: definition, at: place)
        default: return ["\(place): the schema uses \(keyword), which this test does not know"]
        }
    }

    private static func has(_ value: JSON, type: String) -> Bool {
        switch (value, type) {
        case (.object, "object"), (.array, "array"), (.string, "string"), (.integer, "integer"), (.integer, "number"),
            (.number, "number"), (.boolean, "boolean"), (.null, "null"):
            true
        default: false
        }
    }
}
