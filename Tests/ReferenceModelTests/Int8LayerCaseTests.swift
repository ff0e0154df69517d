import FixedPoint
import Importers
import ReferenceModel
import Tensors
import Testing

/// The reference model against layers that other kernels computed.
@Suite("Published int8 layers", .enabled(if: !SharedVectors.layerCases.isEmpty, "\(SharedVectors.missing)"))
struct Int8LayerCaseTests {
    @Test("All 35 cases are there")
    func count() {
        #expect(SharedVectors.layerCases.count == 35)
    }

    @Test("Every output element is the published one", arguments: SharedVectors.layerCases)
    func equality(path: String) throws {
        let layerCase = try Int8LayerCase(contentsOf: path)
        #expect(layerCase.rounding == .gemmlowpDouble)
        for (sample, difference) in try differences(layerCase, rounding: nil).enumerated() {
            #expect(difference == nil, "\(layerCase.name), sample \(sample): \(String(describing: difference))")
        }
    }

    @Test("Another rounding rule gives other bytes in some case")
    func otherRounding() throws {
        var differing = 0
        for path in SharedVectors.layerCases {
            differing += try differences(Int8LayerCase(contentsOf: path), rounding: .single).reduce(0) {
                $0 + ($1?.count ?? 0)
            }
        }
        #expect(differing > 0)
    }

    private func differences(_ layerCase: Int8LayerCase, rounding: RoundingRule?) throws -> [FirstDifference<Int32>?] {
        let network = layerCase.network(rounding: rounding)
        let model = try ReferenceModel(network)
        #expect(layerCase.inputs.count == layerCase.expected.count && !layerCase.inputs.isEmpty)
        return try zip(layerCase.inputs, layerCase.expected).map { input, expected in
            let result = try model.run(inputs: ["input": input], keeping: [layerCase.name])
            return FirstDifference(expected: expected, found: try #require(result.tensors[layerCase.name]))
        }
    }
}
