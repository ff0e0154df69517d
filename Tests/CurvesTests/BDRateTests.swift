import Curves
import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite struct BDRateTests {
    private func curve(_ name: String, _ points: [(Double, Double)]) -> RateDistortionCurve {
        RateDistortionCurve(
            name: name, points: points.map { .init(bitsPerPixel: $0.0, psnr: $0.1, msSSIM: 1 - pow(10, -$0.1 / 20)) })
    }

    @Test("A curve that needs a tenth more bits everywhere")
    func constantRatio() throws {
        let anchor = curve("a", [(0.1, 27), (0.2, 29.3), (0.4, 32.1), (0.8, 35), (1.6, 38.4)])
        let other = curve("b", anchor.points.map { ($0.bitsPerPixel * 1.1, $0.psnr) })
        for quality in [CurveQuality.psnr, .msSSIM] {
            let result = try BDRate.compare(other, to: anchor, by: quality)
            #expect(abs(result.cubicPercent - 10) < 1e-9 && abs(result.piecewisePercent - 10) < 1e-9)
        }
    }

    @Test("As NumPy's polyfit and SciPy's PchipInterpolator have it")
    func independent() throws {
        // numpy.polyfit(psnr, log(rate), 3) and scipy.interpolate.PchipInterpolator(psnr, log(rate)), integrated over
        // 28.1 ... 36.9.
        let anchor = curve("a", [(0.12, 27.2), (0.31, 30.1), (0.7, 33.9), (1.35, 36.9)])
        let other = curve("b", [(0.11, 28.1), (0.33, 31.2), (0.62, 33.7), (1.5, 38.2)])
        let result = try BDRate.compare(other, to: anchor, by: .psnr)
        #expect(abs(result.cubicPercent - (-16.462450844)) < 1e-6)
        #expect(abs(result.piecewisePercent - (-16.277552986)) < 1e-6)
    }

    @Test("curvesDoNotOverlap: too few points or no common quality")
    func refused() {
        let low = curve("low", [(0.1, 20), (0.2, 21), (0.3, 22), (0.4, 23)])
        let high = curve("high", [(0.1, 30), (0.2, 31), (0.3, 32), (0.4, 33)])
        let short = curve("short", [(0.1, 20), (0.2, 21), (0.3, 22)])
        for other in [high, short] {
            #expect { _ = try BDRate.compare(low, to: other, by: .psnr) } throws: {
                ($0 as? Diagnostic)?.code == .curvesDoNotOverlap
            }
        }
    }

    @Test("curvesDoNotOverlap: a difference that is no finite number")
    func notFinite() {
        let anchor = curve("a", [(0.1, 27), (0.2, 29.3), (0.4, 32.1), (0.8, 35)])
        let far = curve("far", [(0.1, 27), (0.2, 28), (0.3, 29), (0.4, 1e200)])
        #expect { _ = try BDRate.compare(far, to: anchor, by: .psnr) } throws: {
            ($0 as? Diagnostic)?.code == .curvesDoNotOverlap
        }
    }

    @Test("Curves of a file: those of an evaluation and published ones; curveFileInvalid otherwise")
    func files() throws {
        let own = #"{"schemaVersion": 1, "curves": [{"name": "x", "points": [{"bitsPerPixel": 0.5, "psnr": 30}]}]}"#
        #expect(
            try RateDistortionCurve.curves(inJSON: Array(own.utf8), at: "t") == [
                .init(name: "x", points: [.init(bitsPerPixel: 0.5, psnr: 30, msSSIM: nil)])
            ])
        let published =
            #"""
            {"_meta": {}, "kodak": {"b": {"bpp": [0.2, 0.1], "psnr-rgb": [31, 30], "ms-ssim-rgb": [0.9, 0.8]}, \#
            "noPSNR": {"bpp": [0.2], "ms-ssim-db-rgb": [12]}}}
            """#
        let expected = RateDistortionCurve(
            name: "b",
            points: [.init(bitsPerPixel: 0.1, psnr: 30, msSSIM: 0.8), .init(bitsPerPixel: 0.2, psnr: 31, msSSIM: 0.9)])
        #expect(try RateDistortionCurve.curves(inJSON: Array(published.utf8), at: "t") == [expected])
        for text in [
            "", "{}", "[1]", #"{"curves": []}"#,
            #"{"curves": [{"name": "x", "points": [{"bitsPerPixel": -1, "psnr": 3}]}]}"#,
        ] {
            #expect { _ = try RateDistortionCurve.curves(inJSON: Array(text.utf8), at: "t") } throws: {
                ($0 as? Diagnostic)?.code == .curveFileInvalid
            }
        }
    }

    @Test("A rate or a PSNR beyond what curves hold is refused with the limit")
    func limits() throws {
        func refusal(_ rate: String, _ quality: String) -> Diagnostic? {
            let text = #"{"name": "x", "results": {"bpp": ["# + rate + #"], "psnr-rgb": ["# + quality + "]}}"
            do throws(Diagnostic) {
                _ = try RateDistortionCurve.curves(inJSON: Array(text.utf8), at: "t")
                return nil
            } catch { return error }
        }
        #expect(refusal("1000000", "1000000") == nil)
        let rate = try #require(refusal("1e299", "30"))
        #expect(rate.found == "a rate of 1e+299" && rate.expected == "more than 0 and at most 1000000 bits a pixel")
        let quality = try #require(refusal("1", "-1e7"))
        #expect(quality.found.hasPrefix("a PSNR of") && quality.expected == "decibels from -1000000 to 1000000")
    }
}

/// Files of curves that contradict themselves or hold what nobody reads.
@Suite struct CurveFileTests {
    private func code(_ text: String, memory: MemoryBudget = .standard) -> DiagnosticCode? {
        do {
            _ = try RateDistortionCurve.curves(inJSON: Array(text.utf8), at: "t", memory: memory)
            return nil
        } catch { return error.code }
    }

    @Test(
        "A file has one form, a curve has points, not too many, and a document is charged before it is parsed"
    )
    func extents() {
        let results = #""name": "x", "results": {"bpp": [1], "psnr-rgb": [30]}"#
        let published = #""kodak": {"y": {"bpp": [1], "psnr-rgb": [30]}}"#
        #expect(code("{\(results)}") == nil && code("{\(published)}") == nil)
        #expect(code("{\(results), \(published)}") == .curveFileInvalid)
        #expect(code("{\(results), \"curves\": []}") == .curveFileInvalid)
        #expect(code(#"{"name": "x", "results": {"bpp": [], "psnr-rgb": []}}"#) == .curveFileInvalid)
        for (count, expected) in [(10_000, nil), (10_001, DiagnosticCode.curveFileInvalid)] {
            let list = "[" + Array(repeating: "1", count: count).joined(separator: ",") + "]"
            #expect(code(#"{"name": "x", "results": {"bpp": \#(list), "psnr-rgb": \#(list)}}"#) == expected)
        }
        // 32 bytes for each of the document's.
        let bytes = "{\(results)}".utf8.count
        #expect(code("{\(results)}", memory: MemoryBudget(bytes: 32 * bytes)) == nil)
        #expect(code("{\(results)}", memory: MemoryBudget(bytes: 32 * bytes - 1)) == .memoryBudgetExceeded)
    }

    @Test(
        "Lists that belong together are equally long",
        arguments: ["psnr-rgb", "ms-ssim-rgb", "encoding_time_s", "ms-ssim-db-rgb(derived)"])
    func lengths(list: String) {
        for (values, expected) in [
            ("[1]", DiagnosticCode.curveFileInvalid), ("[1, 1, 1]", .curveFileInvalid),
            ("[1, \"1\"]", .curveFileInvalid), ("[1, null]", .curveFileInvalid), ("[1, 1]", nil),
        ] {
            let psnr = list == "psnr-rgb" ? "" : ", \"psnr-rgb\": [30, 31]"
            #expect(
                code("{\"kodak\": {\"x\": {\"bpp\": [0.1, 0.2]\(psnr), \"\(list)\": \(values)}}}") == expected,
                "\(list) \(values)")
        }
    }

    @Test("Keys that nobody reads, in both forms")
    func unknown() {
        #expect(
            code(#"{"kodak": {"x": {"bpp": [0.1], "psnr-rgb": [30], "psnr-rbg": [30]}}}"#) == .curveFileUnknownField)
        #expect(
            code(#"{"curves": [{"name": "x", "points": [{"bitsPerPixel": 0.5, "psnr": 30, "msSSMI": 0.9}]}]}"#)
                == .curveFileUnknownField)
        #expect(
            code(#"{"curves": [{"name": "x", "colour": 1, "points": [{"bitsPerPixel": 0.5, "psnr": 30}]}]}"#)
                == .curveFileUnknownField)
        #expect(
            code(#"{"curves": [{"name": "x", "points": [{"bitsPerPixel": 0.5, "psnr": 30}]}], "curve": 1}"#)
                == .curveFileUnknownField)
    }

    @Test(
        "Names twice or with control characters, values that are none",
        arguments: [
            #"""
            {"curves": [{"name": "x", "points": [{"bitsPerPixel": 0.5, "psnr": 30}]}, {"name": "x", "points": \#
            [{"bitsPerPixel": 0.5, "psnr": 30}]}]}
            """#,
            #"{"curves": [{"name": "\u001b[2J", "points": [{"bitsPerPixel": 0.5, "psnr": 30}]}]}"#,
            #"{"curves": [{"name": "", "points": [{"bitsPerPixel": 0.5, "psnr": 30}]}]}"#,
            #"{"kodak": {"a\nb": {"bpp": [0.1], "psnr-rgb": [30]}}}"#,
            #"{"kodak": {"a": {"bpp": [0], "psnr-rgb": [30]}}}"#,
            #"{"kodak": {"a": {"bpp": [0.1], "psnr-rgb": [1e300]}}}"#,
            #"{"kodak": {"a": {"bpp": [0.1], "psnr-rgb": [30], "ms-ssim-rgb": [14.5]}}}"#,
            #"{"kodak": {"a": {"psnr-rgb": [30]}}}"#, #"{"kodak": []}"#,
            #"{"kodak": {"a": {"bpp": [0.1], "ms-ssim-rgb": [0.9]}}}"#, #"{"curves": 1}"#,
            #"{"results": {"bpp": [0.1], "psnr-rgb": [30]}}"#,
        ])
    func invalid(text: String) { #expect(code(text) == .curveFileInvalid) }

    @Test("A curve as CompressAI writes it")
    func forms() throws {
        let single = #"{"name": "n", "description": "d", "results": {"bpp": [0.2, 0.1], "psnr-rgb": [31, 30]}}"#
        let expected = RateDistortionCurve(
            name: "n",
            points: [.init(bitsPerPixel: 0.1, psnr: 30, msSSIM: nil), .init(bitsPerPixel: 0.2, psnr: 31, msSSIM: nil)])
        #expect(try RateDistortionCurve.curves(inJSON: Array(single.utf8), at: "t") == [expected])
    }

    @Test("FILE:NAME takes one curve; pipes are no files")
    func fileAndName() throws {
        let scratch = try ScratchFolder()
        defer { scratch.remove() }
        let folder = scratch.url.path
        let text = #"{"kodak": {"a": {"bpp": [0.1], "psnr-rgb": [30]}, "b:c": {"bpp": [0.2], "psnr-rgb": [31]}}}"#
        try AtomicFile.write(text, to: folder + "/c.json")
        func names(_ argument: String) throws -> [String] {
            try RateDistortionCurve.curves(fileAndName: folder + argument).map(\.name)
        }
        #expect(try names("/c.json") == ["a", "b:c"] && names("/c.json:a") == ["a"] && names("/c.json:b:c") == ["b:c"])
        for argument in ["/c.json:d", "/c.json:", "/none.json", "/none.json:a", ""] {
            #expect { _ = try names(argument) } throws: { ($0 as? Diagnostic)?.code == .curveFileInvalid }
        }
        #expect { _ = try RateDistortionCurve.curves(fileAndName: "/dev/zero") } throws: {
            ($0 as? Diagnostic)?.code == .curveFileInvalid
        }
    }
}
