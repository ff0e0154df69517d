import Diagnostics
import FixedPoint
import Foundation
import Graph
import Importers
import NetworkFiles
import Networks
import Tensors
import TestSupport
import Testing

/// Each way in which a layer case can be wrong, by changing one field of a right one.
@Suite("Layer cases that are refused")
struct Int8LayerCaseErrorTests {
    /// A 1x1 convolution of one channel: 2 x 2 input, weight 3.
    private let right: [String: Any] = [
        "case": "tiny", "kind": "conv", "arithmetic": "requantize = gemmlowp double rounding",
        "inputShapeNHWC": [1, 2, 2, 1],
        "outputShapeNHWC": [1, 2, 2, 1], "stride": [1, 1], "padTopLeft": [0, 0], "dilation": [1, 1],
        "weightShapeOHWI": [1, 1, 1, 1], "groups": 1,
        "inputOffset": 0, "weightOffset": 0, "outputOffset": 0, "clamp": [-128, 127], "multiplierQ31": [1 << 30],
        "shift": [1], "bias": [0],
        "input": [1, 2, 3, 4], "weights": [3], "expected": [3, 6, 9, 12],
    ]

    @Test("The unchanged case is accepted")
    func accepted() throws {
        let layerCase = try load(right)
        #expect(layerCase.name == "tiny")
        #expect(layerCase.inputs.map(\.elements) == [[129, 130, 131, 132]])
        #expect(layerCase.expected.map(\.elements) == [[131, 134, 137, 140]])
        // No bias is zeros.
        #expect(try load(right.filter { $0.key != "bias" }).expected == layerCase.expected)
    }

    @Test("A missing file")
    func missing() {
        expectDiagnostic(.layerCaseMissing) { try Int8LayerCase(contentsOf: "no such folder/case.json") }
    }

    @Test("Text that is not JSON")
    func notJSON() throws {
        let folder = try ScratchFolder()
        defer { folder.remove() }
        let path = try folder.write("{\"case\": ", "case.json")
        expectDiagnostic(.layerCaseCorrupt) { try Int8LayerCase(contentsOf: path) }
    }

    @Test(
        "A missing field",
        arguments: [
            "case", "kind", "arithmetic", "clamp", "shift", "weights", "expected", "inputShapeNHWC", "stride",
            "weightShapeOHWI",
        ])
    func missingField(name: String) {
        expectDiagnostic(.layerCaseCorrupt) { try load(right.filter { $0.key != name }) }
    }

    @Test("A count, a range or a shape that contradicts the rest")
    func contradictions() {
        let changes: [(String, Any)] = [
            ("input", [1, 2, 3]), ("expected", [3, 6, 9, 12, 15]), ("weights", [3, 4]), ("weights", [300]),
            ("input", [1, 2, 3, 400]), ("clamp", [5, -5]),
            ("clamp", [0]), ("multiplierQ31", [-1]), ("multiplierQ31", [1, 2, 3]), ("shift", [31]), ("shift", [Int]()),
            ("bias", [1, 2]),
            ("bias", [1 << 40]), ("groups", 2), ("groups", 0), ("outputShapeNHWC", [1, 1, 1, 1]),
            ("outputShapeNHWC", [2, 2, 2, 1]),
            ("inputShapeNHWC", [1, 2, 2]), ("stride", [0, 1]), ("padTopLeft", [-1, 0]), ("inputOffset", 1000),
            ("kind", 7), ("weightShapeOHWI", [1, 1]),
        ]
        for (name, value) in changes {
            expectDiagnostic(.layerCaseCorrupt, "\(name) = \(value)") { try load(right.merging([name: value]) { $1 }) }
        }
    }

    @Test("Arithmetic and kind that nobody defined")
    func unknownWords() {
        expectDiagnostic(.layerCaseArithmeticUnknown) {
            try load(right.merging(["arithmetic": "requantize = stochastic rounding"]) { $1 })
        }
        expectDiagnostic(.layerCaseKindUnknown) { try load(right.merging(["kind": "attention"]) { $1 }) }
    }

    /// A depthwise convolution of two channels and a fully connected layer, for the shapes that only they have.
    private var depthwise: [String: Any] {
        right.filter { $0.key != "weightShapeOHWI" }.merging([
            "kind": "depthwiseConv", "inputShapeNHWC": [1, 2, 1, 2], "outputShapeNHWC": [1, 2, 1, 2],
            "weightShapeHWO": [1, 1, 2], "groups": 2, "weights": [3, 3],
            "expected": [3, 6, 9, 12], "bias": [Int](),
        ]) { $1 }
    }
    private var fullyConnected: [String: Any] {
        let general = [
            "case", "arithmetic", "inputOffset", "weightOffset", "outputOffset", "clamp", "multiplierQ31", "shift",
        ]
        return right.filter { general.contains($0.key) }.merging([
            "kind": "fullyConnected", "inputShape": [2, 2], "outputShape": [2, 1], "weightShapeOI": [1, 2], "bias": [0],
            "input": [1, 2, 3, 4], "weights": [3, 1],
            "expected": [5, 13],
        ]) { $1 }
    }

    @Test("Shapes that contradict one another, in every kind")
    func shapes() throws {
        _ = try load(depthwise)
        _ = try load(fullyConnected)
        let faults: [([String: Any], String, [Int])] = [
            (right, "weightShapeOHWI", [2, 1, 1, 1]), (right, "weightShapeOHWI", [1, 1, 1, 2]),
            (right, "weightShapeOHWI", [999, 1, 1, 77]), (right, "weightShapeOHWI", [1, 1, 1]),
            (depthwise, "weightShapeHWO", [1, 1, 99]), (depthwise, "weightShapeHWO", [1, 1, 1, 2]),
            (depthwise, "weightShapeHWO", [1, 2, 2]),
            (fullyConnected, "weightShapeOI", [2, 1]), (fullyConnected, "weightShapeOI", [1, 2, 1]),
            (fullyConnected, "inputShape", [2, 3]), (fullyConnected, "outputShape", [1, 2]),
            (right, "inputShapeNHWC", [65_536, 65_536, 65_536, 65_536]),
            (right, "outputShapeNHWC", [65_536, 65_536, 65_536, 65_536]),
            (depthwise, "weightShapeHWO", [65_536, 65_536, 65_536]),
            (right, "weightShapeOHWI", [1, 65_536, 65_536, 1]), (right, "inputShapeNHWC", [1, 2, 2, 1 << 62]),
        ]
        for (fields, name, value) in faults {
            expectDiagnostic(.layerCaseCorrupt, "\(name) = \(value)") { try load(fields.merging([name: value]) { $1 }) }
        }
        expectDiagnostic(.layerCaseCorrupt) { try load(depthwise.merging(["groups": 1]) { $1 }) }
        // As a layer of its own this one has 65,536^4 elements of each shape.
        let huge = [65_536, 65_536, 65_536, 65_536]
        expectDiagnostic(.layerCaseCorrupt) {
            try load(
                depthwise.merging([
                    "inputShapeNHWC": huge, "outputShapeNHWC": huge, "input": [Int](), "expected": [Int](),
                ]) { $1 })
        }
    }

    @Test("Fields that no layer case has, and those of another kind")
    func unknownFields() {
        for (fields, name) in [
            (right, "weightShapeHWO"), (right, "weightShapeOI"), (right, "inputShape"), (right, "activation"),
            (right, "grups"), (depthwise, "weightShapeOHWI"),
            (fullyConnected, "stride"), (fullyConnected, "groups"), (fullyConnected, "padTopLeft"),
            (fullyConnected, "inputShapeNHWC"),
        ] {
            expectDiagnostic(.layerCaseUnknownField, "\(name)") { try load(fields.merging([name: [1, 1]]) { $1 }) }
        }
    }

    @Test("Numbers are integers, and nothing else")
    func numbers() {
        for (name, value) in [
            ("groups", 1.5), ("inputOffset", "0"), ("multiplierQ31", [0.5]), ("input", [1, 2, 3, "4"]),
            ("stride", [true, true]), ("clamp", "all"),
        ] as [(String, Any)] {
            expectDiagnostic(.layerCaseCorrupt, "\(name)") { try load(right.merging([name: value]) { $1 }) }
        }
    }

    @Test(
        "Names that could be a path or a terminal's command",
        arguments: ["", "../x", "a/b", ".x", "a b", "a\u{0}", "\u{1B}[31m", String(repeating: "n", count: 129)])
    func names(name: String) {
        expectDiagnostic(.layerCaseNameNotPlain) { try load(right.merging(["case": name]) { $1 }) }
    }

    @Test("A case called input has an input of another name")
    func namedInput() throws {
        let network = try load(right.merging(["case": "input"]) { $1 }).network()
        #expect(
            network.graph.outputs == ["input"] && network.graph.inputs[0].name != "input"
                && network.graph.layers[0].inputs == [network.graph.inputs[0].name])
        try network.validate()
    }

    @Test(
        "Each of the ten rules by its own name and by a phrase; two at once are refused",
        arguments: RoundingRule.allCases)
    func roundingRules(rule: RoundingRule) throws {
        let phrases: [RoundingRule: String] = [
            .single: "single rounding (TFLITE_SINGLE_ROUNDING)",
            .gemmlowpDouble: "gemmlowp double rounding (SaturatingRoundingDoublingHighMul then RoundingDivideByPOT)",
            .halfUpDouble: "half-up double rounding", .tosaDouble: "TOSA double rounding",
            .halfEven: "round half to even", .halfAway: "round half away from zero",
            .floor: "floor rounding", .ceiling: "ceiling rounding", .towardZero: "round toward zero",
            .onnxFloat32: "ONNX float32 rounding",
        ]
        let phrase = try #require(phrases[rule])
        for text in [
            rule.rawValue, "acc = bias + sum(...); requantize = \(rule.rawValue)",
            "acc = bias + sum(...); requantize = \(phrase)", phrase,
        ] {
            #expect(try load(right.merging(["arithmetic": text]) { $1 }).rounding == rule, "\(text)")
        }
        let other = rule == .halfEven ? "round half away from zero" : "round half to even"
        expectDiagnostic(.layerCaseArithmeticUnknown) {
            try load(right.merging(["arithmetic": "\(phrase), then \(other)"]) { $1 })
        }
    }

    @Test(
        "Plain language names no rule",
        arguments: [
            "double rounding", "a single multiply", "the floor is lava", "rounding", "", "acc >> shift",
            "singlerounding",
        ])
    func noRule(text: String) {
        expectDiagnostic(.layerCaseArithmeticUnknown) { try load(right.merging(["arithmetic": text]) { $1 }) }
    }

    @Test("Pipes and folders are no layer cases")
    func special() throws {
        expectDiagnostic(.layerCaseMissing) { try Int8LayerCase(contentsOf: "/dev/zero") }
        expectDiagnostic(.layerCaseMissing) { try Int8LayerCase(contentsOf: "/tmp") }
    }

    private func load(_ fields: [String: Any]) throws -> Int8LayerCase {
        let folder = try ScratchFolder()
        defer { folder.remove() }
        return try Int8LayerCase(
            contentsOf: folder.write(Array(JSONSerialization.data(withJSONObject: fields)), "case.json"))
    }
}
