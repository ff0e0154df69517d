/// What the tool calls itself, in `--version` and in the `tool` of JSON documents.
public enum ToolVersion {
    public static let name = "intaglio"
    /// By the rules of Semantic Versioning.
    public static let version = "0.1.0"
}
