public import Simulation

/// PSNR that integers lose against the float network, in dB.
public struct QualityLoss: Hashable, Sendable {
    public let mean: Double
    /// 0 where there is none.
    public let worst: Double

    /// Of the reports that have both.
    public init(_ reports: [RunReport]) {
        let losses = reports.compactMap { report in
            report.quality.flatMap { quality in quality.psnr.flatMap { psnr in quality.psnrFloat.map { $0 - psnr } } }
        }
        mean = losses.reduce(0, +) / Double(max(losses.count, 1))
        worst = losses.max() ?? 0
    }
}
