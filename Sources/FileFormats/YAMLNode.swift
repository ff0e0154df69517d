/// A part of a YAML document with its place: what schedules, machine files and all that is YAML are made of.
///
/// There are no aliases, anchors, tags or merge keys, and every key is a scalar that stands once in its mapping:
/// `YAMLParser` refuses the rest.
package struct YAMLNode: Equatable, Sendable {
    package let place: YAMLPlace
    package let content: Content

    package enum Content: Equatable, Sendable {
        /// The text of a scalar, and whether it stands without quotes.
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        case mapping([Entry])
    }

    /// One key and its value.
    package struct Entry: Equatable, Sendable {
        package let key: String
        package let keyPlace: YAMLPlace
        package let value: YAMLNode
    }
}

/// Line and column of a character, each from 1.
package struct YAMLPlace: Hashable, Sendable {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// `path:line:column`
    package func text(in path: String) -> String { "\(path):\(line):\(column)" }
}
