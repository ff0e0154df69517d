import Architectures
import Foundation
import Graph
import Tensors
import Testing

/// Parameters and multiply-accumulates of the twelve published networks, as they follow from the definitions of
/// CompressAI: thousands of MACs for each pixel of the picture, borders not subtracted, transposed convolutions counted
/// for each input position, GDN as C x C, the context convolution by its 12 causal taps. The encoder of
/// cheng2020-attn:192 has 438,848; sums of rounded parts give 438.9.
@Suite struct PublishedFiguresTests {
    struct Figures: Sendable, CustomTestStringConvertible {
        var name: String
        var parameters: Int
        /// Convolutions and normalizations apart.
        var analysis: (String, String)
        var synthesis: (String, String)
        var hyperAnalysis: String?
        var hyperSynthesis: String?
        /// The masked convolution, and the layers behind it.
        var context: (String, String)?
        var encoder: String
        var decoder: String

        var testDescription: String { name }
    }

    static let published: [Figures] = [
        Figures(
            name: "bmshj2018-factorized:128,192", parameters: 2_998_147, analysis: ("36.80", "5.38"),
            synthesis: ("36.80", "5.38"), encoder: "42.2", decoder: "42.2"),
        Figures(
            name: "bmshj2018-factorized:192,320", parameters: 7_030_531, analysis: ("81.60", "12.10"),
            synthesis: ("81.60", "12.10"), encoder: "93.7", decoder: "93.7"),
        Figures(
            name: "bmshj2018-hyperprior:128,192", parameters: 5_075_843, analysis: ("36.80", "5.38"),
            synthesis: ("36.80", "5.38"), hyperAnalysis: "1.364", hyperSynthesis: "1.364", encoder: "44.9",
            decoder: "43.5"),
        Figures(
            name: "bmshj2018-hyperprior:192,320", parameters: 11_816_323, analysis: ("81.60", "12.10"),
            synthesis: ("81.60", "12.10"), hyperAnalysis: "3.285", hyperSynthesis: "3.285", encoder: "100.3",
            decoder: "97.0"),
        Figures(
            name: "mbt2018-mean:128,192", parameters: 7_028_003, analysis: ("36.80", "5.38"),
            synthesis: ("36.80", "5.38"), hyperAnalysis: "1.364", hyperSynthesis: "5.388", encoder: "48.9",
            decoder: "47.6"),
        Figures(
            name: "mbt2018-mean:192,320", parameters: 17_561_699, analysis: ("81.60", "12.10"),
            synthesis: ("81.60", "12.10"), hyperAnalysis: "3.285", hyperSynthesis: "14.925", encoder: "111.9",
            decoder: "108.6"),
        Figures(
            name: "mbt2018:192,192", parameters: 14_130_467, analysis: ("79.20", "12.10"),
            synthesis: ("79.20", "12.10"), hyperAnalysis: "2.421", hyperSynthesis: "5.463",
            context: ("3.456", "3.968"), encoder: "106.6", decoder: "104.2"),
        Figures(
            name: "mbt2018:192,320", parameters: 25_504_596, analysis: ("81.60", "12.10"),
            synthesis: ("81.60", "12.10"), hyperAnalysis: "3.285", hyperSynthesis: "14.925",
            context: ("9.600", "11.014"), encoder: "132.5", decoder: "129.2"),
        Figures(
            name: "cheng2020-anchor:128", parameters: 11_833_149, analysis: ("159.5", "5.4"),
            synthesis: ("246.5", "5.4"), hyperAnalysis: "1.476", hyperSynthesis: "3.420", context: ("1.536", "1.760"),
            encoder: "173.1", decoder: "258.6"),
        Figures(
            name: "cheng2020-anchor:192", parameters: 26_598_956, analysis: ("358.1", "12.1"),
            synthesis: ("552.1", "12.1"), hyperAnalysis: "3.321", hyperSynthesis: "7.695", context: ("3.456", "3.968"),
            encoder: "388.7", decoder: "579.3"),
        Figures(
            name: "cheng2020-attn:128", parameters: 13_183_293, analysis: ("181.8", "5.4"),
            synthesis: ("268.8", "5.4"), hyperAnalysis: "1.476", hyperSynthesis: "3.420", context: ("1.536", "1.760"),
            encoder: "195.4", decoder: "280.9"),
        Figures(
            name: "cheng2020-attn:192", parameters: 29_631_788, analysis: ("408.3", "12.1"),
            synthesis: ("602.3", "12.1"), hyperAnalysis: "3.321", hyperSynthesis: "7.695", context: ("3.456", "3.968"),
            encoder: "438.8", decoder: "629.5"),
    ]

    /// Thousands of MACs for each pixel, of the layers whose names begin so.
    private struct Counts {
        let network: WeightlessNetwork
        private let extent = 1024
        private let shapes: [String: TensorShape]

        init(_ network: WeightlessNetwork) throws {
            self.network = network
            shapes = try network.graph.shapes(height: extent, width: extent)
        }

        func perPixel(_ macs: Int, ofPixels pixels: Int) -> Double { Double(macs) / Double(pixels) / 1000 }

        func part(_ prefix: String, normalization: Bool? = nil) -> Double {
            let macs = network.graph.layers.filter { $0.name.hasPrefix(prefix) }.filter { layer in
                let isNormalization = if case .normalization = layer.operator { true } else { false }
                return normalization == nil || normalization == isNormalization
            }.reduce(0) { $0 + $1.usefulMACs(input: shapes[$1.inputs[0]]!, output: shapes[$1.name]!) }
            return perPixel(macs, ofPixels: extent * extent)
        }

        var context: (Double, Double) {
            let context = network.serialContext
            return (
                perPixel(context?.contextMACs ?? 0, ofPixels: 256), perPixel(context?.pointwiseMACs ?? 0, ofPixels: 256)
            )
        }
    }

    /// To as many digits as are given.
    private func text(_ value: Double, as expected: String) -> String {
        let digits = expected.split(separator: ".").last!.count
        return String(format: "%.\(digits)f", value)
    }

    @Test("Parameters and MACs are those of the definitions, to every digit", arguments: published)
    func figures(_ expected: Figures) throws {
        let architecture = try #require(try CodecArchitecture(expected.name))
        #expect(architecture.name == expected.name)
        let network = architecture.network
        #expect(try network.parameterCount() == expected.parameters)
        let counts = try Counts(network)
        func expectEqual(_ value: Double, _ text: String?, _ what: Comment) {
            #expect(text.map { self.text(value, as: $0) } ?? "0.0" == text ?? "\(value)", what)
        }
        expectEqual(counts.part("g_a.", normalization: false), expected.analysis.0, "g_a")
        expectEqual(counts.part("g_a.", normalization: true), expected.analysis.1, "gdn of g_a")
        expectEqual(counts.part("g_s.", normalization: false), expected.synthesis.0, "g_s")
        expectEqual(counts.part("g_s.", normalization: true), expected.synthesis.1, "igdn of g_s")
        expectEqual(counts.part("h_a."), expected.hyperAnalysis, "h_a")
        expectEqual(counts.part("h_s."), expected.hyperSynthesis, "h_s")
        expectEqual(counts.context.0, expected.context?.0, "context")
        expectEqual(counts.context.1, expected.context?.1, "behind the context")
        let hyper = counts.part("h_s.") + counts.context.0 + counts.context.1
        expectEqual(counts.part("g_a.") + counts.part("h_a.") + hyper, expected.encoder, "encoder")
        expectEqual(counts.part("g_s.") + hyper, expected.decoder, "decoder")
    }

    @Test("The list of published architectures is that of the figures")
    func list() {
        #expect(CodecArchitecture.published.map(\.name) == Self.published.map(\.name))
    }
}
