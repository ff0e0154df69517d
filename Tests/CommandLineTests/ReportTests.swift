import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct ReportTests {
    static let schema = try! JSONSchema(
        contentsOf: Checkout.root.appendingPathComponent("docs/schemas/report.schema.json"))
    static let clockMegahertz = ["small": 200.0, "mid": 400, "large": 800]

    @Test(
        "`run` and `plan` follow the schema and agree on everything that both report",
        arguments: ["small", "mid", "large"])
    func runEqualsPlan(_ machine: String) throws {
        let folder = try ScratchFolder()
        let run = try Tool.run(["run", "--machine", machine, "--json"], in: folder).report()
        let plan = try Tool.run(["plan", "--machine", machine, "--json"], in: folder).report()
        #expect(Self.schema.violations(of: run) == [])
        #expect(Self.schema.violations(of: plan) == [])
        #expect(plan["machine"]?["name"]?.string == machine && plan["network"]?["name"]?.string == "mbt2018-mean-mse")
        let common = run.without(["latents", "quality"]).changing("image") { $0.without(["conversions"]) }.changing(
            "totals"
        ) { $0.without(["saturatedOutputs"]) }
        .changing("layers") {
            .array(
                $0.elements.map { $0.without(["saturatedOutputs", "saturatedShare", "worstChannel", "outputDigest"]) })
        }
        #expect(common == plan)
        for layer in run["layers"]!.elements {
            #expect(layer["outputDigest"] != nil)
            let (saturated, extents) = (
                layer["saturatedOutputs"]!.integer!,
                layer["outputShape"]!.string!.split(separator: "x").map { Int($0)! }
            )
            #expect(layer["saturatedShare"]!.number! == Double(saturated) / Double(extents.reduce(1, *)))
            #expect((layer["worstChannel"] == nil) == (saturated == 0))
            guard let worst = layer["worstChannel"] else { continue }
            #expect(
                (1...saturated).contains(worst["saturatedOutputs"]!.integer!)
                    && (0..<extents[2]).contains(worst["channel"]!.integer!))
            #expect(
                worst["share"]!.number! == Double(worst["saturatedOutputs"]!.integer!) / Double(extents[0] * extents[1])
            )
        }
        #expect(
            run["clipping"] == nil, "the built-in test picture is one of those that the bundled networks were made for")
        #expect(run["quality"]?["psnr"]?.number ?? 0 > 20, "the picture does not come back recognisable")
        #expect(run["quality"]?["psnrFloat"] == nil)
    }

    @Test(
        "Stalls and computing add up to each layer's cycles, and the totals are sums",
        arguments: ["small", "mid", "large"], ["on", "off"])
    func sums(_ machine: String, _ fuse: String) throws {
        let report = try Tool.run(
            [
                "plan", "--network", "lapped8", "--machine", machine, "--size", "200x104", "--fuse", fuse, "--json",
            ], in: ScratchFolder()
        ).report()
        let (layers, totals) = (report["layers"]!.elements, report["totals"]!)
        #expect(layers.count == 6)
        for layer in layers {
            let stalled = layer["stallCycles"]!.members.values.reduce(0) { $0 + $1.integer! }
            #expect(layer["computeCycles"]!.integer! + stalled == layer["simulatedCycles"]!.integer!, "\(layer)")
            #expect(layer["usefulMACs"]!.integer! <= layer["issuedMACs"]!.integer!)
            #expect(layer["lowerBoundCycles"]!.integer! <= layer["simulatedCycles"]!.integer!)
            #expect(
                layer["lowerBoundBytes"]!.integer! <= layer["dramReadBytes"]!.integer! + layer["dramWriteBytes"]!
                    .integer!)
        }
        func sum(_ field: String) -> Int { layers.reduce(0) { $0 + $1[field]!.integer! } }
        for field in [
            "usefulMACs", "issuedMACs", "simulatedCycles", "computeCycles", "weightBytes", "dramReadBytes",
            "dramWriteBytes", "sramReadBytes", "sramWriteBytes",
            "lowerBoundBytes",
        ] { #expect(totals[field]!.integer == sum(field), "\(field)") }
        // No layers' bound is below all bytes over the bus.
        let busBytes = ["small": 4, "mid": 16, "large": 32][machine]!
        let bound = max(sum("lowerBoundCycles"), (sum("lowerBoundBytes") + busBytes - 1) / busBytes)
        let grouped = layers.filter { $0["group"] != nil }
        #expect(grouped.isEmpty == (fuse == "off"))
        // A group's input and output may bound it where no layer of it is bound.
        #expect(
            grouped.isEmpty
                ? totals["lowerBoundCycles"]!.integer == bound
                : (bound...sum("simulatedCycles")).contains(totals["lowerBoundCycles"]!.integer!))
        for field in ["weightBufferPeakBytes", "activationBufferPeakBytes"] {
            #expect(totals[field]!.integer == layers.map { $0[field]!.integer! }.max(), "\(field)")
        }
        #expect(totals["dramBytes"]!.integer == sum("dramReadBytes") + sum("dramWriteBytes"))
        var stallCycles: [String: Int] = [:]
        for layer in layers {
            for (reason, cycles) in layer["stallCycles"]!.members { stallCycles[reason, default: 0] += cycles.integer! }
        }
        #expect(totals["stallCycles"]!.members.mapValues { $0.integer! } == stallCycles)
        let milliseconds = Double(sum("simulatedCycles")) / (Self.clockMegahertz[machine]! * 1000)
        #expect(abs(totals["milliseconds"]!.number! / milliseconds - 1) < 1e-12)
        #expect(abs(totals["framesPerSecond"]!.number! * milliseconds / 1000 - 1) < 1e-12)
        // Multipliers of small, mid and large: 8 x 8 x 4, 16 x 16 x 4, 16 x 32 x 8.
        let macs = ["small": 256, "mid": 1024, "large": 4096][machine]!
        let peak = (sum("usefulMACs") + macs - 1) / macs
        #expect(totals["peakCycles"]?.integer == peak)
        #expect(totals["cyclesOverPeak"]?.number == Double(sum("simulatedCycles")) / Double(peak))
    }

    /// The default network on 768 x 512: the picture in and out, 3 bytes a pixel; 1,759,104 weight codes; 48 x 32 x 96
    /// latents of two bytes and 12 x 8 x 64 hyper-latents of one.
    @Test("What must move is inputs, weights, outputs and symbols, once each")
    func compulsoryBytes() throws {
        let totals = try #require(
            try Tool.run(["plan", "--size", "768x512", "--json"], in: ScratchFolder()).report()["totals"])
        let bytes = 2 * 768 * 512 * 3 + 1_759_104 + 48 * 32 * 96 * 2 + 12 * 8 * 64
        #expect(bytes == 4_419_456 && totals["compulsoryBytes"]?.integer == bytes)
        #expect(
            totals["dramOverCompulsory"]?.number == Double(totals["dramBytes"]!.integer!) / Double(bytes))
        #expect(totals["weightBytes"]?.integer == 1_759_104)
    }

    @Test("`--float` adds the float network's quality, and nothing else changes")
    func float() throws {
        let folder = try ScratchFolder()
        try folder.write(HandmadePNG.ramp(width: 64, height: 48).bytes, "ramp.png")
        let plain = try Tool.run(["run", "--network", "lapped8", "--image", "ramp.png", "--json"], in: folder).report()
        let both = try Tool.run(
            ["run", "--network", "lapped8", "--image", "ramp.png", "--json", "--float"], in: folder
        ).report()
        #expect(Self.schema.violations(of: both) == [])
        #expect(both["quality"]?["psnrFloat"]?.number ?? 0 > 20)
        #expect(both.changing("quality") { $0.without(["psnrFloat", "empiricalBitsPerPixelFloat"]) } == plain)
    }

    @Test("The float network's entropy counts all tensors that are coded, symbols, too")
    func floatEntropy() throws {
        let folder = try ScratchFolder()
        try folder.write(HandmadePNG.ramp(width: 128, height: 64).bytes, "ramp.png")
        let report = try Tool.run(["run", "--image", "ramp.png", "--json", "--float"], in: folder).report()
        let latents = report["latents"]!.elements
        #expect(latents.map { $0["tensor"]!.string } == ["symbols", "h_a.4"])
        let bits = latents.map { $0["empiricalBitsPerPixel"]!.number! }
        let float = try #require(report["quality"]?["empiricalBitsPerPixelFloat"]?.number)
        // Integers round elsewhere, but the symbols are most of both.
        #expect(float > 2 * bits[1] && abs(float / (bits[0] + bits[1]) - 1) < 0.1, "\(float), \(bits)")
    }

    @Test("Latents behind a tensor that is fed have no bits a pixel: there is no picture")
    func bitsOfNoPicture() throws {
        let folder = try ScratchFolder()
        try folder.write(HandmadePNG.ramp(width: 64, height: 48).bytes, "ramp.png")
        let run = ["run", "--json"]
        let whole = try Tool.run(run + ["--image", "ramp.png", "-o", "out", "--tensors"], in: folder).report()
        let fed = try Tool.run(run + ["--input", "g_a.0=out/g_a.0.npy"], in: folder).report()
        #expect(Self.schema.violations(of: fed) == [])
        let of = try #require(whole["latents"]?.elements.first)
        let without = try #require(fed["latents"]?.elements.first)
        #expect((of["empiricalBitsPerPixel"]?.number ?? 0) > 0 && without["empiricalBitsPerPixel"] == nil)
        #expect(of["count"] == without["count"] && of["saturated"] == without["saturated"])
    }

    @Test("The validator of these tests refuses what the schema does not allow")
    func validatorRefuses() throws {
        let plan = try Tool.run(["plan", "--network", "lapped8", "--size", "64x48", "--json"], in: ScratchFolder())
            .report()
        func violations(_ report: JSON) -> Int { Self.schema.violations(of: report).count }
        #expect(violations(plan) == 0)
        #expect(violations(plan.without(["totals"])) == 1)
        #expect(violations(plan.changing("schemaVersion") { _ in .integer(1) }) == 1)
        #expect(violations(plan.changing("network") { $0.changing("digest") { _ in .string("12") } }) == 1)
        #expect(violations(plan.changing("image") { $0.changing("width") { _ in .integer(-1) } }) == 1)
        #expect(violations(plan.changing("image") { $0.changing("width") { _ in .number(1.5) } }) == 1)
        #expect(violations(.object(plan.members.merging(["extra": .null]) { first, _ in first })) == 1)
        #expect(
            violations(
                plan.changing("layers") {
                    .array([
                        .object($0.elements[0].members.merging(["outputDigest": .string("abc")]) { _, last in last })
                    ])
                }) == 1)
        #expect(violations(plan.changing("totals") { $0.changing("utilization") { _ in .number(1.5) } }) == 1)
    }
}

extension HandmadePNG {
    /// An RGB picture that shows a shift, a swap of channels or a lost row.
    static func ramp(width: Int, height: Int) -> HandmadePNG {
        let samples = (0..<width * height).flatMap { (pixel: Int) -> [UInt16] in
            let (x, y) = (pixel % width, pixel / width)
            return [UInt16(x * 255 / width), UInt16(y * 255 / height), UInt16((x + y) % 32 * 8)]
        }
        return HandmadePNG(width: width, height: height, samples: samples)
    }
}
