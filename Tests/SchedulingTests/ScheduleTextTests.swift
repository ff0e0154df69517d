import Diagnostics
import Foundation
import Random
import Schedules
import Testing

@Suite struct ScheduleTextTests {
    static let text = """
        network: "three-layers"
        machine: "mid"
        height: 64
        width: 96
        layers:
          - name: "conv"
            tile: {outputRows: 8, outputColumns: 96, outputChannels: 16, inputChannels: 3}
            order: pixelsOuter
            buffers: {input: [0, 4096], output: [8192, 16384], weights: [0, 131072], accumulators: 0}
          - name: "depth"
            lanes: mergedGroups
            tile: {outputRows: 8, outputColumns: 96, outputChannels: 16, inputChannels: 16}
            order: pixelsOuter
            buffers: {input: [0, 4096], output: [8192, 16384], weights: [0, 131072], accumulators: 0}
          - name: "sum"
            tile: {outputRows: 4, outputColumns: 96, outputChannels: 16, inputChannels: 16}
            order: channelsOuter
            buffers: {input: [0], second: [8192], output: [16384], accumulators: 12}

        """

    static let schedule = Schedule(
        network: "three-layers", machine: "mid", height: 64, width: 96,
        layers: [
            LayerSchedule(
                name: "conv", tile: Tile(outputRows: 8, outputColumns: 96, outputChannels: 16, inputChannels: 3),
                order: .pixelsOuter,
                buffers: BufferAllocation(input: [0, 4096], output: [8192, 16384], weights: [0, 131072])),
            LayerSchedule(
                name: "depth", lanes: .mergedGroups,
                tile: Tile(outputRows: 8, outputColumns: 96, outputChannels: 16, inputChannels: 16),
                order: .pixelsOuter,
                buffers: BufferAllocation(input: [0, 4096], output: [8192, 16384], weights: [0, 131072])),
            LayerSchedule(
                name: "sum", tile: Tile(outputRows: 4, outputColumns: 96, outputChannels: 16, inputChannels: 16),
                order: .channelsOuter,
                buffers: BufferAllocation(input: [0], second: [8192], output: [16384], accumulators: 12)),
        ])

    @Test func printsOneForm() { #expect(ScheduleTextTests.schedule.description == ScheduleTextTests.text) }

    @Test func quotesAndExponentsMakeNoDifference() throws {
        let text = ScheduleTextTests.text.replacing("height: 64", with: "height: '64'").replacing(
            "width: 96", with: "width: 9.6e1"
        ).replacing("\"mid\"", with: "mid").replacing(
            "order: pixelsOuter", with: "order: \"pixelsOuter\""
        ).replacing(
            "order: channelsOuter", with: "order: channelsOuter\n    fusion: none"
        ).replacing("4096", with: "\"4.096e3\"").replacing("\n", with: "\r\n")
        #expect(try Schedule(yaml: text) == ScheduleTextTests.schedule)
    }

    @Test func readsWhatIsPrinted() throws {
        #expect(try Schedule(yaml: ScheduleTextTests.text) == ScheduleTextTests.schedule)
    }

    @Test func randomSchedulesSurviveTheText() throws {
        var generator = SeededGenerator(seed: 7)
        let names = [
            "a", "1", "null", "true", "g_a.0", "-x", "1e3", "0x1F", "no", "_", "2026-11-28", "---",
            String(repeating: "n", count: 128),
        ]
        for _ in 0..<300 {
            func numbers() -> [Int] { (0..<generator.integer(0...2)).map { _ in generator.integer(0...1 << 31) } }
            var unused = names.shuffled(using: &generator)
            let layers = (0..<generator.integer(0...4)).map { _ in
                LayerSchedule(
                    name: unused.removeLast(), lanes: generator.element(of: Lanes.allCases),
                    tile: Tile(
                        outputRows: generator.integer(1...9), outputColumns: generator.integer(1...1 << 31),
                        outputChannels: generator.integer(1...99),
                        inputChannels: generator.integer(1...9),
                        kernelRows: generator.integer(0...2) == 0 ? generator.integer(1...9) : nil,
                        kernelColumns: generator.integer(0...2) == 0 ? generator.integer(1...9) : nil),
                    order: generator.element(of: LoopOrder.allCases),
                    buffers: BufferAllocation(
                        input: numbers(), second: numbers(), output: numbers(), weights: numbers(),
                        accumulators: generator.integer(0...9)))
            }
            let schedule = Schedule(
                network: generator.element(of: names), machine: generator.element(of: names),
                height: generator.integer(1...4096), width: generator.integer(1...4096), layers: layers,
                groups: (0..<generator.integer(0...3)).map { _ in
                    LayerGroup(
                        layers: (0..<generator.integer(1...5)).map { _ in generator.element(of: names) },
                        ringRows: (0..<generator.integer(0...4)).map { _ in generator.integer(1...1 << 20) },
                        inputRows: (0..<generator.integer(0...3)).map { _ in generator.integer(0...1 << 20) })
                })
            #expect(try Schedule(yaml: schedule.description) == schedule)
        }
    }

    @Test func groupsHaveALineEach() throws {
        var schedule = ScheduleTextTests.schedule
        schedule.groups = [
            LayerGroup(layers: ["conv", "depth"], ringRows: [5], inputRows: [7, 0]),
            LayerGroup(layers: ["sum", "a\"b"]),
        ]
        let lines = schedule.description.split(separator: "\n").map(String.init)
        #expect(
            lines[4...7] == [
                "groups:", #"  - {layers: ["conv", "depth"], inputRows: [7, 0], ringRows: [5]}"#,
                #"  - {layers: ["sum", "a\"b"]}"#, "layers:",
            ])
        let rows = #expect(throws: Diagnostic.self) {
            try Schedule(yaml: schedule.description.replacing("ringRows: [5]", with: "ringRows: [0]"), path: "s.yaml")
        }
        #expect(rows?.code == .scheduleWrongValue && rows?.place.hasPrefix("s.yaml:6:") == true)
    }

    /// Each fault: what is replaced by what, the code, and line and column of the place.
    static let faults: [(String, String, DiagnosticCode, String)] = [
        ("height: 64", "height: [64", .scheduleSyntax, "s.yaml"),
        ("order: pixelsOuter", "ordre: pixelsOuter", .scheduleUnknownKey, "s.yaml:8:5"),
        ("    order: pixelsOuter\n", "", .scheduleMissingKey, "s.yaml:6:5"),
        ("outputRows: 8", "outputRows: many", .scheduleWrongValue, "s.yaml:7:24"),
        ("outputRows: 8", "outputRows: 0", .scheduleWrongValue, "s.yaml:7:24"),
        ("input: [0, 4096]", "input: 0", .scheduleWrongValue, "s.yaml:9:22"),
        ("order: pixelsOuter", "order: pixelOuter", .scheduleUnknownWord, "s.yaml:8:12"),
        ("order: pixelsOuter", "order: pixelsOuter\n    fusion: lines", .scheduleFusionUnsupported, "s.yaml:9:13"),
        ("name: \"sum\"", "name: \"conv\"", .scheduleDuplicateName, "s.yaml:15:11"),
        ("lanes: mergedGroups", "lanes: merged", .scheduleUnknownWord, "s.yaml:11:12"),
        ("width: 96", "height: 96", .scheduleDuplicateName, "s.yaml:3:1"),
        ("name: \"conv\"", "name: \"a/b\"", .scheduleNameNotPlain, "s.yaml:6:11"),
        ("machine: \"mid\"", "machine: \"../mid\"", .scheduleNameNotPlain, "s.yaml:2:10"),
        ("network: \"three-layers\"", "network: \"\\e[2J\"", .scheduleNameNotPlain, "s.yaml:1:10"),
        ("height: 64", "height: &h 64", .scheduleSyntax, "s.yaml:3:9"),
        ("height: 64", "height: *h", .scheduleSyntax, "s.yaml:3:9"),
        ("height: 64", "? [1]\n: 64", .scheduleSyntax, "s.yaml:3:3"),
        ("height: 64", "height: 64\nextra: 1", .scheduleUnknownKey, "s.yaml:4:1"),
        ("outputRows: 8", "outputRows: 8, rows: 8", .scheduleUnknownKey, "s.yaml:7:27"),
    ]

    @Test(arguments: faults.indices) func faultsNameTheirPlace(_ index: Int) throws {
        let (original, replacement, code, place) = ScheduleTextTests.faults[index]
        let range = try #require(ScheduleTextTests.text.range(of: original))
        let text = ScheduleTextTests.text.replacingCharacters(in: range, with: replacement)
        let error = #expect(throws: Diagnostic.self) { try Schedule(yaml: text, path: "s.yaml") }
        #expect(error?.code == code)
        #expect(error?.place.hasPrefix(place) ?? false, "\(error?.place ?? "nowhere")")
    }

    @Test func suggestsTheWordThatWasMeant() {
        let unknownKey = #expect(throws: Diagnostic.self) {
            try Schedule(yaml: ScheduleTextTests.text.replacing("order:", with: "ordre:"))
        }
        #expect(unknownKey?.remedy == "did you mean order?")
        let unknownWord = #expect(throws: Diagnostic.self) {
            try Schedule(yaml: ScheduleTextTests.text.replacing("pixelsOuter", with: "pixelOuter"))
        }
        #expect(unknownWord?.remedy == "did you mean pixelsOuter?")
        let empty = #expect(throws: Diagnostic.self) { try Schedule(yaml: "") }
        #expect(empty?.code == .scheduleSyntax)
    }
}
