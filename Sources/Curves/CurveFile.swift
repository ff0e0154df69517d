import Diagnostics
import FileFormats
import Text

/// A JSON file of rate-distortion curves, in one of three forms:
///
///     an evaluation:
///     {"curves": [{"name": ..., "points": [{"bitsPerPixel": ..., "psnr": ..., "msSSIM": ...}, ...]}, ...], ...}
///     published points, by test set:
///     {"kodak": {NAME: {"bpp": [...], "psnr-rgb": [...], "ms-ssim-rgb": [...]}, ...}, ...}
///     one curve as CompressAI writes it:
///     {"name": ..., "description": ..., "results": {"bpp": [...], "psnr-rgb": [...], ...}}
struct CurveFile {
    let curves: [RateDistortionCurve]

    /// No file of curves is longer: 64 MiB.
    static let largestBytes = 1 << 26
    /// No curve has more points.
    private static let mostPoints = 10_000
    /// Of rates in bits a pixel, and of decibels.
    private static let largestValue = 1e6

    /// - Throws: `memoryBudgetExceeded`, `curveFileInvalid`, `curveFileUnknownField`.
    init(_ bytes: [UInt8], at place: String, memory: MemoryBudget) throws(Diagnostic) {
        try memory.requireDocument(bytes.count, at: place)
        let document = try JSONFields(document: bytes, at: place, codes: .curves)
        let forms = ["curves", "kodak", "results"].filter(document.has)
        guard forms.count <= 1 else {
            throw document.invalid(
                found: "\(forms.joined(separator: " and "))", expected: "one of them: a file has one form")
        }
        if document.has("curves") {
            curves = try Self.evaluated(document)
        } else if document.has("kodak") {
            curves = try Self.published(document.object("kodak"))
        } else if document.has("results") {
            curves = try Self.single(document)
        } else {
            throw document.invalid(
                found: "neither curves nor kodak nor results",
                expected: "curves as `intaglio evaluate` writes them, or published points")
        }
        guard !curves.isEmpty else {
            throw document.invalid(found: "no curves that have a PSNR", expected: "at least one")
        }
        try Self.requireNames(curves, document)
    }

    /// Everything that an evaluation holds beside its curves is known, and no more.
    private static func evaluated(_ document: JSONFields) throws(Diagnostic) -> [RateDistortionCurve] {
        var curves: [RateDistortionCurve] = []
        for curve in try document.objects("curves") {
            var points: [RateDistortionCurve.Point] = []
            for point in try curve.objects("points") {
                let similarity = point.has("msSSIM") && !point.isNull("msSSIM") ? try point.real("msSSIM") : nil
                points.append(
                    try Self.point(
                        bitsPerPixel: point.real("bitsPerPixel"), psnr: point.real("psnr"), msSSIM: similarity, point))
            }
            try requireCount(points.count, curve)
            curves.append(RateDistortionCurve(name: try curve.string("name"), points: points))
        }
        for name in evaluationMembers { _ = document.has(name) }
        try document.requireAllTaken()
        return curves
    }

    /// Members of an evaluation that are no curves. `complete` and `refused` say whether all pictures were measured.
    private static let evaluationMembers = [
        "schemaVersion", "tool", "network", "machine", "pictures", "differences", "quantizationLosses",
        "clipping", "complete", "refused",
    ]

    /// Of the names in a test set those with a PSNR; in the order of their names.
    private static func published(_ set: JSONFields) throws(Diagnostic) -> [RateDistortionCurve] {
        var curves: [RateDistortionCurve] = []
        for name in set.allNames.sorted() {
            if let curve = try curve(named: name, set.object(name)) { curves.append(curve) }
        }
        try set.requireAllTaken()
        return curves
    }

    private static func single(_ document: JSONFields) throws(Diagnostic) -> [RateDistortionCurve] {
        if document.has("description") { _ = try document.string("description") }
        let curve = try curve(named: document.string("name"), document.object("results"))
        try document.requireAllTaken()
        return curve.map { [$0] } ?? []
    }

    /// A curve from lists that belong together: each as long as `bpp`. Nil where there is no PSNR.
    private static func curve(named name: String, _ fields: JSONFields) throws(Diagnostic) -> RateDistortionCurve? {
        for text in ["name", "description", "file"] where fields.has(text) { _ = try fields.string(text) }
        let rates = try fields.reals("bpp")
        try requireCount(rates.count, fields)
        for list in listNames where fields.has(list) {
            let count = try fields.reals(list).count
            guard count == rates.count else {
                throw fields.invalid(
                    found: "\(rates.count.counted("rate")) in bpp and \(count.counted("value")) in \(list)",
                    expected: "lists that are equally long: a value a rate")
            }
        }
        try fields.requireAllTaken()
        guard fields.has("psnr-rgb") else { return nil }
        let qualities = try fields.reals("psnr-rgb")
        let similarities: [Double]? = fields.has("ms-ssim-rgb") ? try fields.reals("ms-ssim-rgb") : nil
        var points: [RateDistortionCurve.Point] = []
        for index in rates.indices {
            points.append(
                try point(bitsPerPixel: rates[index], psnr: qualities[index], msSSIM: similarities?[index], fields))
        }
        return RateDistortionCurve(name: name, points: points)
    }

    private static func requireCount(_ points: Int, _ fields: JSONFields) throws(Diagnostic) {
        guard (1...mostPoints).contains(points) else {
            throw fields.invalid(
                found: "a curve of \(points.counted("point"))", expected: "1...\(mostPoints.counted("point"))")
        }
    }

    /// What published files list beside `bpp`: only `psnr-rgb` and `ms-ssim-rgb` are used.
    private static let listNames: [String] = {
        let measures = ["psnr", "ms-ssim", "ms-ssim-db", "mse"].flatMap { measure in
            [measure] + ["rgb", "yuv", "ycbcr", "y", "u", "v", "cb", "cr"].map { "\(measure)-\($0)" }
        }
        return measures + [
            "ms-ssim-db-rgb(derived)", "encoding_time", "decoding_time", "encoding_time_s", "decoding_time_s", "lpips",
            "quality", "q", "lambda",
        ]
    }()

    private static func point(
        bitsPerPixel: Double, psnr: Double, msSSIM: Double?, _ fields: JSONFields
    ) throws(Diagnostic) -> RateDistortionCurve.Point {
        guard bitsPerPixel > 0, bitsPerPixel <= largestValue else {
            throw fields.invalid(
                found: "a rate of \(bitsPerPixel)",
                expected: "more than 0 and at most \(Int(largestValue)) bits a pixel")
        }
        guard abs(psnr) <= largestValue else {
            throw fields.invalid(
                found: "a PSNR of \(psnr)", expected: "decibels from -\(Int(largestValue)) to \(Int(largestValue))")
        }
        guard msSSIM.map({ (-1...1).contains($0) }) ?? true else {
            throw fields.invalid(found: "an MS-SSIM of \(msSSIM!)", expected: "-1...1, not decibels")
        }
        return .init(bitsPerPixel: bitsPerPixel, psnr: psnr, msSSIM: msSSIM)
    }

    private static func requireNames(_ curves: [RateDistortionCurve], _ document: JSONFields) throws(Diagnostic) {
        var seen: Set<String> = []
        for name in curves.map(\.name) {
            guard (1...200).contains(name.utf8.count), name == name.printable, !name.contains(where: \.isNewline),
                !name.contains("\t")
            else {
                throw document.invalid(
                    found: "a curve called '\(name.prefix(200))'",
                    expected: "a name of 1 to 200 bytes without control characters")
            }
            guard seen.insert(name).inserted else {
                throw document.invalid(found: "two curves called '\(name)'", expected: "each name once")
            }
        }
    }
}

extension JSONCodes {
    fileprivate static let curves = JSONCodes(
        malformed: .curveFileInvalid, invalid: .curveFileInvalid, unknownMember: .curveFileUnknownField,
        notPlainName: .curveFileInvalid, remedy: "correct the file")
}
