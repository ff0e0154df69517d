import ArgumentParser
import Diagnostics
import Images
import Reports
import Text

struct PicturesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pictures",
        abstract:
            """
            Write pictures that are no photographs: gradients, flat areas, text, screens, scenes, saturated colours, \
            noise, and a chart.
            """,
        discussion: """
            One sub-folder a kind, drawn with integers only, so that every machine writes the same files: to judge a \
            network by, or to calibrate it on. The same number always draws the \
            same picture; calibration draws numbers from 1,000 on. `chart` shows the most saturated colours there are.
            """)

    @Option(name: .shortAndLong, help: "The folder to write to.") var output: String
    @Option(help: "The kinds, separated by commas: \(Self.names.joined(separator: ", ")). (default: all)") var kinds:
        String?
    @Option(help: "How many pictures of each kind; the chart always comes in four sizes.") var count = 4
    @Option(help: "The number of the first picture.") var first = 0
    @Option(help: "Width x height; the chart is written in 1/2, 3/2 and twice this size, too.") var size = PictureSize(
        width: 512, height: 512)

    @Flag(help: "Write the list of files as one JSON document to standard output.") var json = false

    private static let chart = "chart"
    private static var names: [String] { PictureKind.allCases.map(\.rawValue) + [chart] }

    func validate() throws {
        for name in try chosen() where !Self.names.contains(name) {
            throw ValidationError("--kinds knows no '\(name)'; there are: \(Self.names.joined(separator: ", "))")
        }
        guard (1...10_000).contains(count) else {
            throw ValidationError("--count must be in 1...10000, found \(count)")
        }
        guard (0...1_000_000).contains(first) else {
            throw ValidationError("--first must be in 0...1000000, found \(first)")
        }
        let side = 2 * PictureKind.minimumSide
        guard min(size.width, size.height) >= side, max(size.width, size.height) <= 4_096 else {
            throw ValidationError("--size must be \(side)...4096 on both sides, found \(size)")
        }
    }

    private func chosen() throws -> [String] { try kinds.map { try parts(of: $0, option: "--kinds") } ?? Self.names }

    func run() throws {
        try OutputFolder.create(at: output)
        var written: [ResultRecord] = []
        for name in try chosen() {
            let folder = "\(output)/\(name)"
            try OutputFolder.create(at: folder)
            for (title, image) in pictures(name) {
                let image = image()
                Console.progress("drawing \(name)/\(title)")
                try PNGWriter.write(image, to: "\(folder)/\(title).png")
                written.append([
                    "kind": .text(name), "file": .text("\(name)/\(title).png"), "width": .integer(image.width),
                    "height": .integer(image.height),
                ])
            }
        }
        Console.endProgress()
        Console.note("\(output): \(written.count.counted("picture"))")
        if json { try Console.document(ResultRows(written), DocumentHeader()) }
    }

    /// Names without the suffix, and how each is drawn.
    private func pictures(_ name: String) -> [(title: String, image: () -> RGBImage)] {
        guard let kind = PictureKind(rawValue: name) else {
            return [(1, 2), (1, 1), (3, 2), (2, 1)].map { factor, divisor in
                let (width, height) = (size.width * factor / divisor, size.height * factor / divisor)
                return ("\(name)-\(width)x\(height)", { SaturatedChart.draw(width: width, height: height) })
            }
        }
        return (first..<first + count).map { seed in
            ("\(name)-\(seed)", { kind.draw(width: size.width, height: size.height, seed: seed) })
        }
    }
}
