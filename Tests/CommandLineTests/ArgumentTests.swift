import Diagnostics
import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct ArgumentTests {
    @Test(
        "Options and arguments without sense: exit code 2, a sentence on standard error, nothing on standard output",
        arguments: [
            "run --bogus", "nonsense", "run extra", "run --threads 0", "run --threads 257", "run --threads many",
            "run --tensors", "run --rate", "plan --size 0x1",
            "plan --size 65536x1", "plan --size 10", "plan --size 1x2x3", "schedule --size=-8x8", "explain --at 1,2",
            "explain --at 0,0,0", "explain --at y=0,x=0", "explain --at y=0,x=0,x=0", "explain --at y=0,x=0,c=-1",
            "explain --at y=0,x=0,c=0,c=0", "explain --at y=,x=0,c=0", "explain --at a,b,c", "verify --threads 0",
            "verify --threads=-1", "verify --suite 0", "verify --suite=-3", "verify --against nobody",
            "verify --rounding upwards", "verify --crop 64x64", "verify --work d", "quantize",
            "import",
            "quantize a -o b --calibration c --reference d --without-float",
            "study codec --calibration a --images b --sparsities 0.5,1",
            "quantize a -o b --calibration c --codebooks 0", "quantize a -o b --calibration c --pictures 0",
            "quantize a -o b --calibration c --crop 1",
        ])
    func arguments(_ line: String) throws {
        let outcome = try Tool.run(line.split(separator: " ").map(String.init), in: ScratchFolder())
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(outcome.errors.hasPrefix("error[ARGUMENTS]: ") && outcome.output.isEmpty, "\(outcome.errors)")
        let remedies = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("  remedy: ") }
        #expect(remedies.count == 1 && remedies[0].hasSuffix(" --help says what it takes"), "\(outcome.errors)")
    }

    @Test(
        "With --json an error is one JSON document on standard error",
        arguments: [
            ["plan", "--json", "--size", "10"], ["verify", "--json", "--work", "d"],
            ["run", "--json", "--image", "nowhere.png"],
            ["verify", "--against", "rtl", "--json", "--crop", "1x1+9999+0"], ["plan", "--machine", "huge", "--json"],
        ])
    func errorsInJSON(_ arguments: [String]) throws {
        let outcome = try Tool.run(arguments, in: ScratchFolder())
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        let document = try JSON(Data(outcome.errors.utf8))
        #expect(document["schemaVersion"]?.integer == 2)
        let errors = document["errors"]?.elements ?? []
        #expect(errors.count == 1)
        let error = try #require(errors.first)
        let code = try #require(error["code"]?.string)
        for member in ["found", "remedy"] { #expect(error[member]?.string?.isEmpty == false) }
        if code != "ARGUMENTS" {
            #expect(DiagnosticCode(rawValue: code) != nil)
            for member in ["place", "expected"] { #expect(error[member]?.string?.isEmpty == false) }
        }
    }

    @Test(
        "Sizes have the names of video",
        arguments: [
            ("720p", "1280x720"), ("1080p", "1920x1080"), ("4k", "3840x2160"), ("4K", "3840x2160"),
        ])
    func sizes(_ name: String, _ size: String) throws {
        let folder = try ScratchFolder()
        let plans = try [name, size].map {
            try Tool.run(["plan", "--network", "lapped8", "--size", $0], in: folder).output
        }
        #expect(plans[0] == plans[1] && plans[0].contains(", \(size)"))
    }

    @Test("Help and version are results")
    func help() throws {
        for arguments in [["--help"], ["run", "--help"], ["--version"], []] {
            let outcome = try Tool.run(arguments, in: ScratchFolder())
            #expect(outcome.status == 0 && !outcome.output.isEmpty && outcome.errors.isEmpty, "\(arguments)")
        }
    }

    @Test("Faults and places that do not exist")
    func places() throws {
        let folder = try ScratchFolder()
        for fault in [
            "foo", "weight:analysis0:0", "weight:analysis0:0=256", "weight:analysis0:-1=0", "threshold:gdn0",
            "halo:analysis0:-2", "halo:analysis0:1", "",
        ] {
            try Tool.expectRefusal(.faultUnknown, ["verify", "--network", "lapped8", "--inject", fault], in: folder)
        }
        for fault in [
            "weight:nowhere:0=1", "weight:analysis0:9216=1", "weight:gdn0:2304=1", "threshold:nowhere:0",
            "threshold:analysis0:765", "halo:nowhere:-1",
        ] {
            try Tool.expectRefusal(
                .faultUnknownPlace, ["verify", "--network", "lapped8", "--inject", fault], in: folder)
        }
        try Tool.expectRefusal(.layerUnknown, ["verify", "--network", "lapped8", "--layer", "nowhere"], in: folder)
        try Tool.expectRefusal(.layerUnknown, ["explain", "--network", "lapped8", "--layer", "nowhere"], in: folder)
        for place in ["c=48,y=0,x=0", "y=128,x=0,c=0", "x=192,c=0,y=0", "c=9223372036854775807,y=0,x=0"] {
            try Tool.expectRefusal(.explainOutside, ["explain", "--network", "lapped8", "--at", place], in: folder)
        }
        try Tool.expectRefusal(.layerCaseMissing, ["verify", "--layers", "nowhere"], in: folder)
    }
}
