public import Diagnostics
import Foundation
import Text

/// Mean quality over mean rate, a point a rate.
public struct RateDistortionCurve: Codable, Equatable, Sendable {
    public var name: String
    /// With increasing rate.
    public var points: [Point]

    public struct Point: Codable, Equatable, Sendable {
        public var bitsPerPixel: Double
        /// dB, RGB.
        public var psnr: Double
        /// Null where pictures are too small for five scales.
        public var msSSIM: Double?

        public init(bitsPerPixel: Double, psnr: Double, msSSIM: Double?) {
            self.bitsPerPixel = bitsPerPixel
            self.psnr = psnr
            self.msSSIM = msSSIM
        }
    }

    public init(name: String, points: [Point]) {
        self.name = name
        self.points = points.sorted { $0.bitsPerPixel < $1.bitsPerPixel }
    }
}

extension RateDistortionCurve {
    /// A row a point.
    public static func table(of curves: [RateDistortionCurve]) -> String {
        var table = TextTable(header: ["curve", "bits/pixel", "PSNR dB", "MS-SSIM"])
        for curve in curves {
            for point in curve.points {
                table.append([
                    curve.name, point.bitsPerPixel.fixed(4), point.psnr.fixed(3),
                    point.msSSIM.map { $0.fixed(5) } ?? "-",
                ])
            }
        }
        return table.text
    }

    /// Curves of a JSON file: that of an evaluation (`curves`), or of published points (by test set and name: `bpp`,
    /// `psnr-rgb`, `ms-ssim-rgb`; the set `kodak`).
    ///
    /// - Throws: `curveFileInvalid`, `curveFileUnknownField`.
    public static func curves(
        inJSON bytes: [UInt8], at place: String, memory: MemoryBudget = .standard
    ) throws(Diagnostic) -> [RateDistortionCurve] {
        try CurveFile(bytes, at: place, memory: memory).curves
    }

    /// The curves of `FILE`, or the one of `FILE:NAME`. A file whose own name holds a colon is taken whole where it
    /// exists.
    ///
    /// - Throws: `curveFileInvalid`, `curveFileUnknownField`.
    public static func curves(
        fileAndName argument: String, memory: MemoryBudget = .standard
    ) throws(Diagnostic) -> [RateDistortionCurve] {
        if !argument.contains(":") { return try curves(inJSON: bytes(of: argument), at: argument, memory: memory) }
        if let whole = try? InputFile.read(argument, limit: CurveFile.largestBytes) {
            return try curves(inJSON: whole, at: argument, memory: memory)
        }
        let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let all = try curves(inJSON: bytes(of: parts[0]), at: parts[0], memory: memory)
        guard let chosen = all.first(where: { $0.name == parts[1] }) else {
            throw Diagnostic(
                .curveFileInvalid, at: parts[0], found: "no curve '\(parts[1])'",
                expected: "one of \(all.map(\.name).joined(separator: ", "))",
                remedy: closestName(to: parts[1], among: all.map(\.name)).map { "did you mean '\($0)'?" }
                    ?? "name one of these, or none for all")
        }
        return [chosen]
    }

    /// The file of `FILE` or `FILE:NAME`.
    public static func file(of argument: String) -> String {
        FileManager.default.fileExists(atPath: argument)
            ? argument : argument.split(separator: ":").first.map(String.init) ?? argument
    }

    /// Whether an argument, `FILE` or `FILE:NAME`, names a JSON file by its suffix or by its first character: what else
    /// it is, `curves` says.
    public static func isFile(_ argument: String) -> Bool {
        let paths = [argument, argument.split(separator: ":").first.map(String.init) ?? argument]
        if paths.contains(where: { $0.hasSuffix(".json") }) { return true }
        return paths.contains { path in
            let blanks: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
            guard let file = try? InputFile(path, limit: CurveFile.largestBytes),
                let start = try? file.read(0..<min(64, file.byteCount))
            else { return false }
            return start.first { !blanks.contains($0) }.map { $0 == 0x7B || $0 == 0x5B } ?? false
        }
    }

    private static func bytes(of path: String) throws(Diagnostic) -> [UInt8] {
        do {
            return try InputFile.read(path, limit: CurveFile.largestBytes)
        } catch {
            throw Diagnostic(
                .curveFileInvalid, at: path, found: error.found,
                expected: "a JSON file of curves of at most \(CurveFile.largestBytes.counted("byte"))",
                remedy: error.remedy(or: "check the path and the permissions"))
        }
    }
}
