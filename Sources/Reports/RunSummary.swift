public import Simulation
import Text
import WeightCoding

/// The report as a person reads it.
public struct RunSummary: Sendable {
    public let text: String

    public init(_ report: RunReport) {
        self.text = [Self.heading(report), Self.layers(report), Self.totals(report)].joined(separator: "\n")
    }

    private static func heading(_ report: RunReport) -> String {
        let image = report.image
        var line = "\(report.network) on \(report.machine), \(image.width)x\(image.height)"
        if image.paddedWidth != image.width || image.paddedHeight != image.height {
            line += " (padded to \(image.paddedWidth)x\(image.paddedHeight))"
        }
        if let conversions = image.conversions, !conversions.isEmpty {
            line += ", picture converted: \(conversions.joined(separator: ", "))"
        }
        return line + "\n"
    }

    private static func layers(_ report: RunReport) -> String {
        var table = TextTable(
            header: [
                "layer", "operator", "output", "MACs", "cycles", "compute", "stalled", "mostly", "util %", "weights B",
                "DRAM B", "saturated", "digest",
            ],
            leftColumns: 2)
        for layer in report.layers {
            table.append([
                layer.name, layer.operator, layer.outputShape, layer.usefulMACs.grouped, layer.simulatedCycles.grouped,
                layer.computeCycles.grouped,
                (layer.simulatedCycles - layer.computeCycles).grouped, mainReason(layer.stallCycles),
                (layer.utilization * 100).fixed(1),
                layer.weightBytes.grouped, (layer.dramReadBytes + layer.dramWriteBytes).grouped,
                layer.saturatedOutputs?.grouped ?? "",
                String((layer.outputDigest ?? "").prefix(12)),
            ])
        }
        let totals = report.totals
        table.append([
            "total", "", "", totals.usefulMACs.grouped, totals.simulatedCycles.grouped, totals.computeCycles.grouped,
            (totals.simulatedCycles - totals.computeCycles).grouped, mainReason(totals.stallCycles),
            (totals.utilization * 100).fixed(1),
            totals.weightBytes.grouped, totals.dramBytes.grouped, totals.saturatedOutputs?.grouped ?? "", "",
        ])
        return table.text
    }

    private static func totals(_ report: RunReport) -> String {
        let totals = report.totals
        var lines = [
            """
            time        \(totals.milliseconds.fixed(3)) ms a picture, \(totals.framesPerSecond.fixed(2)) pictures a \
            second; lower bound \(totals.lowerBoundCycles.grouped) cycles
            """,
            """
            parameters  \(totals.parameterBytes.grouped) bytes, float32 \(totals.parameterBytesFloat32.grouped) \
            (\((Double(totals.parameterBytes) / Double(max(totals.parameterBytesFloat32, 1)) * 100).fixed(2)) %)
            """,
            """
            activations \(totals.peakActivationBytes.grouped) bytes alive at once, float32 \
            \(totals.peakActivationBytesFloat32.grouped)
            """,
            """
            buffers     weights \(totals.weightBufferPeakBytes.grouped) bytes, activations \
            \(totals.activationBufferPeakBytes.grouped) bytes at the peak
            """,
            """
            DRAM        \(totals.dramReadBytes.grouped) bytes read, \(totals.dramWriteBytes.grouped) written; lower \
            bound \(totals.lowerBoundBytes.grouped)
            """,
        ]
        if let coding = totals.weightCoding { lines.append(weightCoding(coding, totals)) }
        for latent in report.latents ?? [] {
            lines.append(
                """
                latents     \(latent.tensor): \(latent.empiricalBitsPerPixel.fixed(4)) bits a pixel (empirical \
                entropy), \(latent.saturated.grouped) of \(latent.count.grouped) saturated
                """
            )
        }
        if let quality = report.quality {
            let psnr = quality.psnr.map { "\($0.fixed(4)) dB" } ?? "identical"
            lines.append(
                "quality     PSNR \(psnr)" + (quality.psnrFloat.map { ", float network \($0.fixed(4)) dB" } ?? ""))
        }
        if let binding = totals.binding {
            lines += ["", binding.sentence.prefix(1).uppercased() + binding.sentence.dropFirst() + "."]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Estimates, which no total above contains.
    private static func weightCoding(_ coding: WeightCodingReport, _ totals: TotalsReport) -> String {
        func saved(_ part: Int, of whole: Int) -> String { ((1 - Double(part) / Double(max(whole, 1))) * 100).fixed(1) }
        var line = "weights     \(coding.zeroWeights.grouped) of \(coding.weights.grouped) zero"
        if let coded = coding.codedWeightReadBytes {
            line +=
                """
                ; \(coded.grouped) coded bytes read instead of \(coding.weightReadBytes.grouped) \
                (\(saved(coded, of: coding.weightReadBytes)) % less)
                """
        }
        if let zeroSteps = coding.zeroSteps { line += "; \(zeroSteps.grouped) of \(coding.steps.grouped) steps zero" }
        line +=
            """
            ; estimated \(coding.estimatedCycles.grouped) cycles \
            (\(saved(coding.estimatedCycles, of: totals.simulatedCycles)) % less)
            """
        if let bound = coding.estimatedCyclesBound { line += ", bound \(bound.grouped)" }
        return line
    }

    private static func mainReason(_ stallCycles: [String: Int]) -> String {
        stallCycles.filter { $0.value > 0 }.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? ""
    }
}
