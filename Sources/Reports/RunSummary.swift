import Architectures
import Networks
public import Simulation
public import Text
import WeightCoding

/// The report as a person reads it. What would confuse a terminal, in names, is written out.
public struct RunSummary: Sendable {
    public let text: String

    /// - Parameter columns: of the table of layers, in their order.
    public init(_ report: RunReport, columns: [LayerColumn] = LayerColumn.standard, style: TextStyle = .plain) {
        self.text = [
            style.wrapped(Self.heading(report)).printableDocument + "\n",
            LayerTable(report, columns: columns, style: style).text, Self.totals(report, style).printableDocument,
        ].joined(separator: "\n")
    }

    private static func heading(_ report: RunReport) -> String {
        let image = report.image
        var line = "\(report.network) on \(report.machine), "
        if let inputs = report.inputs {
            return line + inputs.map { "\($0.name) \($0.shape)" }.joined(separator: ", ")
        }
        line += "\(image.width)x\(image.height)"
        if image.paddedWidth != image.width || image.paddedHeight != image.height {
            line += " (padded to \(image.paddedWidth)x\(image.paddedHeight))"
        }
        if let conversions = image.conversions, !conversions.isEmpty {
            line += ", picture converted: \(conversions.joined(separator: ", "))"
        }
        return line
    }

    private static func totals(_ report: RunReport, _ style: TextStyle) -> String {
        let totals = report.totals
        let (one, many) = report.inputs == nil ? ("picture", "pictures") : ("run", "runs")
        var lines = [
            """
            time        \(totals.milliseconds.fixed(3)) ms a \(one), \(totals.framesPerSecond.fixed(2)) \(many) a \
            second; lower bound \(totals.lowerBoundCycles.grouped) cycles
            """
        ]
        lines.append(limits(totals))
        if let rate = totals.frameRate { lines.append(frameRate(rate, many)) }
        lines += [
            """
            DRAM        \(totals.dramBytes.grouped) bytes: \(causes(totals.dramByCause)); lower bound \
            \(totals.lowerBoundBytes.grouped)
            """,
            """
            SRAM        \(totals.sramPeakBytes.grouped) of \(totals.sramBytes.grouped) bytes at the peak; each at \
            most: \(memories(totals))
            """,
            """
            parameters  \(totals.parameterBytes.grouped) bytes, float32 \(totals.parameterBytesFloat32.grouped) \
            (\((Double(totals.parameterBytes) / Double(max(totals.parameterBytesFloat32, 1)) * 100).fixed(2)) %)
            """,
            """
            activations \(totals.peakActivationBytes.grouped) bytes alive at once, float32 \
            \(totals.peakActivationBytesFloat32.grouped)
            """,
        ]
        if let line = groups(report.layers) { lines.append(line) }
        if let context = report.serialContext { lines.append(serialContext(context)) }
        for assumption in report.assumptions ?? [] { lines.append("assumed     \(assumption)") }
        if let coding = totals.weightCoding { lines.append(weightCoding(coding, totals)) }
        for latent in report.latents ?? [] {
            let bits = latent.empiricalBitsPerPixel.map { "\($0.fixed(4)) bits a pixel (empirical entropy), " } ?? ""
            lines.append(
                """
                latents     \(latent.tensor): \(bits)\(latent.saturated.grouped) of \(latent.count.grouped) saturated
                """
            )
        }
        for work in report.host ?? [] { lines.append("host        \(work.sentence)") }
        for top in report.top ?? [] {
            let codes = top.top.map { "\($0.index) is \(Float($0.value)) (code \($0.code))" }
            lines.append("largest     \(top.tensor): \(codes.joined(separator: ", "))")
        }
        if let quality = report.quality {
            let psnr = quality.psnr.map { "\($0.fixed(4)) dB" } ?? "identical"
            lines.append(
                "quality     PSNR \(psnr)" + (quality.psnrFloat.map { ", float network \($0.fixed(4)) dB" } ?? ""))
        }
        lines = lines.map { style.wrapped($0, indent: 12) }
        if let binding = totals.binding {
            lines += ["", style.wrapped(binding.sentence.prefix(1).uppercased() + binding.sentence.dropFirst() + ".")]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// How far the result is from what the multipliers could do, and from what must move.
    private static func limits(_ totals: TotalsReport) -> String {
        let cycles =
            totals.peakCycles == 0
            ? "no multiplication"
            : "\(totals.cyclesOverPeak.fixed(2)) times the \(totals.peakCycles.grouped) cycles of all multipliers busy"
        return """
            limits      \(cycles); DRAM \(totals.dramOverCompulsory.fixed(2)) times the \
            \(totals.compulsoryBytes.grouped) bytes that must move
            """
    }

    private static func frameRate(_ rate: FrameRateReport, _ many: String) -> String {
        """
        frame rate  \(rate.framesPerSecond.shortest) \(many) a second move \(rate.dramGigabytesPerSecond.fixed(3)) of \
        \(rate.dramGigabytesPerSecondPeak.fixed(3)) GB/s and need \(rate.neededClockMegahertz.fixed(3)) MHz: \
        \(rate.isMet ? "met" : "not met")
        """
    }

    private static func groups(_ layers: [LayerReport]) -> String? {
        let byGroup = Dictionary(grouping: layers.filter { $0.group != nil }, by: { $0.group! })
        guard !byGroup.isEmpty else { return nil }
        let names = byGroup.keys.sorted().map { byGroup[$0]!.map(\.name).joined(separator: " + ") }
        return "groups      \(names.joined(separator: ", ")): what lies between them stays on chip"
    }

    private static func serialContext(_ bound: SerialContextBound) -> String {
        """
        serial      the context of \(bound.positions.grouped) latent positions, one after the other, is in no line \
        above: at least \(bound.lowerBoundCycles.grouped) cycles (\(bound.milliseconds.fixed(1)) ms), each \
        \(bound.arrayCyclesPerPosition.grouped) of the array and \(bound.dmaCyclesPerPosition.grouped) for the \
        weights that the buffer does not hold (\(bound.weightBytes.grouped) bytes, buffer \
        \(bound.weightBufferBytes.grouped))
        """
    }

    private static func causes(_ traffic: DRAMTraffic) -> String {
        let parts = [
            ("input", traffic.input), ("input again", traffic.inputAgain), ("weights", traffic.weights),
            ("parameters", traffic.parameters), ("partial sums", traffic.partialSums), ("output", traffic.output),
        ]
        return parts.filter { $0.1 > 0 }.map { "\($0.0) \($0.1.grouped)" }.joined(separator: ", ")
    }

    private static func memories(_ totals: TotalsReport) -> String {
        [
            ("weights", totals.weightBufferPeakBytes), ("activations", totals.activationBufferPeakBytes),
            ("partial sums", totals.accumulatorBufferPeakBytes), ("parameters", totals.parameterMemoryPeakBytes),
        ].map { "\($0.0) \($0.1.grouped)" }.joined(separator: ", ")
    }

    /// Estimates, which no total above contains.
    private static func weightCoding(_ coding: WeightCodingReport, _ totals: TotalsReport) -> String {
        func saved(_ part: Int, of whole: Int) -> String {
            let percent = (1 - Double(part) / Double(max(whole, 1))) * 100
            return percent < 0 ? "\((-percent).fixed(1)) % more" : "\(percent.fixed(1)) % less"
        }
        var line = "weights     \(coding.zeroWeights.grouped) of \(coding.weights.grouped) zero"
        if let coded = coding.codedWeightReadBytes {
            line +=
                """
                ; \(coded.grouped) coded bytes read instead of \(coding.weightReadBytes.grouped) \
                (\(saved(coded, of: coding.weightReadBytes)))
                """
        }
        if let zeroSteps = coding.zeroSteps { line += "; \(zeroSteps.grouped) of \(coding.steps.grouped) steps zero" }
        line +=
            """
            ; estimated \(coding.estimatedCycles.grouped) cycles \
            (\(saved(coding.estimatedCycles, of: totals.simulatedCycles)))
            """
        if let bound = coding.estimatedCyclesBound { line += ", bound \(bound.grouped)" }
        return line
    }
}
