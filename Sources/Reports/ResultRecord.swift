import Text

/// A row of a result as named values: a JSON object, and a row of CSV under the same names.
///
///     let row: ResultRecord = ["layer": .text("g_a.0"), "cycles": .integer(2_464_803)]
public struct ResultRecord: Encodable, Sendable, ExpressibleByDictionaryLiteral {
    /// What a field holds.
    public enum Value: Encodable, Sendable, ExpressibleByStringLiteral {
        case text(String)
        case integer(Int)
        case boolean(Bool)
        /// Finite.
        case number(Double)
        /// Not known, or not to be had: `null`, an empty field of CSV.
        case none

        public init(stringLiteral text: String) { self = .text(text) }

        /// `none` for a number that is not finite.
        public init(_ number: Double?) { self = number.flatMap { $0.isFinite ? .number($0) : nil } ?? .none }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .integer(let integer): try container.encode(integer)
            case .boolean(let boolean): try container.encode(boolean)
            case .number(let number): try container.encode(number)
            case .none: try container.encodeNil()
            }
        }

        /// Of CSV.
        public var word: String {
            switch self {
            case .text(let text): text
            case .integer(let integer): "\(integer)"
            case .boolean(let boolean): "\(boolean)"
            case .number(let number): "\(number)"
            case .none: ""
            }
        }
    }

    public let fields: [(name: String, value: Value)]

    public init(_ fields: [(name: String, value: Value)]) { self.fields = fields }

    public init(dictionaryLiteral fields: (String, Value)...) { self.fields = fields.map { ($0.0, $0.1) } }

    private struct FieldName: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: FieldName.self)
        for field in fields { try container.encode(field.value, forKey: FieldName(stringValue: field.name)) }
    }

    /// Names and values as rows of CSV.
    public var csvHeader: String { CSVText.row(fields.map(\.name)) }
    public var csvRow: String { CSVText.row(fields.map(\.value.word)) }
}

/// Rows that belong together, as a JSON document's `rows`.
public struct ResultRows: Encodable, Sendable {
    public var rows: [ResultRecord]

    public init(_ rows: [ResultRecord]) { self.rows = rows }
}
