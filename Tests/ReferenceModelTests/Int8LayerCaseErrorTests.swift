import Diagnostics
import Foundation
import Importers
import Tensors
import Testing

/// Each way in which a layer case can be wrong, by changing one field of a right one.
@Suite("Layer cases that are refused")
struct Int8LayerCaseErrorTests {
    /// A 1x1 convolution of one channel: 2 x 2 input, weight 3.
    private let right: [String: Any] = [
        "case": "tiny", "kind": "conv", "arithmetic": "requantize = gemmlowp double rounding", "inputShapeNHWC": [1, 2, 2, 1],
        "outputShapeNHWC": [1, 2, 2, 1], "stride": [1, 1], "padTopLeft": [0, 0], "dilation": [1, 1], "weightShapeOHWI": [1, 1, 1, 1], "groups": 1,
        "inputOffset": 0, "weightOffset": 0, "outputOffset": 0, "clamp": [-128, 127], "multiplierQ31": [1 << 30], "shift": [1], "bias": [0],
        "input": [1, 2, 3, 4], "weights": [3], "expected": [3, 6, 9, 12],
    ]

    @Test("The unchanged case is accepted")
    func accepted() throws {
        let layerCase = try load(right)
        #expect(layerCase.name == "tiny")
        #expect(layerCase.inputs.map(\.elements) == [[129, 130, 131, 132]])
        #expect(layerCase.expected.map(\.elements) == [[131, 134, 137, 140]])
    }

    @Test("A missing file")
    func missing() {
        expectDiagnostic(.layerCaseMissing) { try Int8LayerCase(contentsOf: "no such folder/case.json") }
    }

    @Test("Text that is not JSON")
    func notJSON() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).json")
        try Data("{\"case\": ".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        expectDiagnostic(.layerCaseCorrupt) { try Int8LayerCase(contentsOf: file.path) }
    }

    @Test("A missing field", arguments: ["case", "kind", "arithmetic", "clamp", "shift", "weights", "expected", "inputShapeNHWC", "stride", "weightShapeOHWI"])
    func missingField(name: String) {
        expectDiagnostic(.layerCaseCorrupt) { try load(right.filter { $0.key != name }) }
    }

    @Test("A count, a range or a shape that contradicts the rest")
    func contradictions() {
        let changes: [(String, Any)] = [
            ("input", [1, 2, 3]), ("expected", [3, 6, 9, 12, 15]), ("weights", [3, 4]), ("weights", [300]), ("input", [1, 2, 3, 400]), ("clamp", [5, -5]),
            ("clamp", [0]), ("multiplierQ31", [-1]), ("multiplierQ31", [1, 2, 3]), ("shift", [31]), ("shift", [Int]()), ("bias", [1, 2]),
            ("bias", [1 << 40]), ("groups", 2), ("groups", 0), ("outputShapeNHWC", [1, 1, 1, 1]), ("outputShapeNHWC", [2, 2, 2, 1]),
            ("inputShapeNHWC", [1, 2, 2]), ("stride", [0, 1]), ("padTopLeft", [-1, 0]), ("inputOffset", 1000), ("kind", 7), ("weightShapeOHWI", [1, 1]),
        ]
        for (name, value) in changes {
            expectDiagnostic(.layerCaseCorrupt, "\(name) = \(value)") { try load(right.merging([name: value]) { $1 }) }
        }
    }

    @Test("Arithmetic and kind that nobody defined")
    func unknownWords() {
        expectDiagnostic(.layerCaseArithmeticUnknown) { try load(right.merging(["arithmetic": "requantize = stochastic rounding"]) { $1 }) }
        expectDiagnostic(.layerCaseKindUnknown) { try load(right.merging(["kind": "attention"]) { $1 }) }
    }

    private func load(_ fields: [String: Any]) throws -> Int8LayerCase {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).json")
        try JSONSerialization.data(withJSONObject: fields).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try Int8LayerCase(contentsOf: file.path)
    }
}
