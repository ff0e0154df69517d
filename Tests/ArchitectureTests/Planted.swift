/// A small repository for tests of the search for dead names.
enum Planted {
    static let files = [
        SourceFile(
            path: "Sources/Graph/Layer.swift",
            text: """
                public struct Layer: CaseIterable {
                    enum Kind { case plain, padded(by: Int) }
                    let extent: Int
                    init(height: Int) { extent = height }
                    func shape(of other: Layer, padding: Int = 0) -> Int { let hidden = 1; return hidden }
                    mutating func clear(_ deep: Bool = false) {}
                    let names = ["weightShape", "out.json"]
                }
                """),
        SourceFile(path: "Sources/Graph/Layer+Shapes.swift", text: "extension Layer { static let layerTooLarge = 1 }"),
        SourceFile(
            path: "Sources/intaglio/Commands.swift",
            text: """
                struct Tool: ParsableCommand {
                    static let configuration = CommandConfiguration(
                        commandName: "intaglio", subcommands: [Run.self, Study.self])
                }
                struct Run: ParsableCommand {
                    static let configuration = CommandConfiguration(commandName: "run")
                    @OptionGroup var shared: Shared
                    @Option(name: .shortAndLong, help: "A folder (or none).") var output: String
                    @Flag(name: .customLong("float")) var runsFloat = false
                    func run() { look("INTAGLIO_LEVEL") }
                }
                struct Shared: ParsableArguments {
                    @Option(help: ArgumentHelp("A picture.", valueName: "file")) var image: String?
                    @Flag(inversion: .prefixedNo) var bias = true
                }
                struct Study: ParsableCommand {
                    static let configuration = CommandConfiguration(commandName: "study", subcommands: [Weights.self])
                }
                struct Weights: ParsableCommand {
                    static let configuration = CommandConfiguration(commandName: "weights")
                    @Flag var brief = false
                }
                """),
        SourceFile(
            path: "Sources/RTL/SystemVerilog/queue.sv",
            text: "module queue (output wire head_valid); // `head_valid`\nendmodule\n"),
        SourceFile(
            path: "Training/intaglio_training/command_line.py",
            text: "commands.add_parser(\"train\")\nbatch_size = 8\n"),
        SourceFile(path: "Scripts/rows.bash", text: "read_rows=1 # `read_rows`\n"),
        SourceFile(path: "docs/page.md", text: "# Page\n\n## Two words\n"),
        SourceFile(path: "docs/diagnostics.md", text: "| RUN-001 | a | b |\n"),
    ]

    /// The dead names of one more file.
    static func found(_ file: SourceFile) -> [String] {
        let files = files + [file]
        return DeadNames(files, paths: files.map(\.path)).found()
    }

    /// The dead names of a comment in a Swift file, from its second line on.
    static func found(comment: String) -> [String] {
        let lines = comment.split(separator: "\n").map { "/// \($0)" }
        let text = "\n" + lines.joined(separator: "\n") + "\nstruct New {}\n"
        return found(SourceFile(path: "Sources/Graph/New.swift", text: text))
    }
}
