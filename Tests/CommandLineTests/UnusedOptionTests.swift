import Diagnostics
import Foundation
import TestSupport
import Testing

/// An option that was given and has no effect is an error that names it; one that was not given never is.
@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct UnusedOptionTests {
    @Test(
        "An option that stands twice is refused, in either of its spellings",
        arguments: [
            ("run --rate 1 --rate 0", "--rate"), ("run --rate=0 --rate 0", "--rate"),
            ("plan --size 20x12 --size 40x24", "--size"), ("plan --json --json", "--json"),
            ("encode a.png -o b --output c", "--output"), ("quantize a -o b -o b --calibration c", "--output"),
            ("run --network lapped8 --network lapped8", "--network"),
            ("quantize a -o b --calibration c --bias-correction --no-bias-correction", "--bias-correction"),
            ("verify --against rtl --against reference", "--against"),
        ])
    func repeated(_ line: String, _ option: String) throws {
        let outcome = try Tool.run(line.split(separator: " ").map(String.init), in: ScratchFolder())
        #expect(
            outcome.status == 2 && outcome.errors.contains("\(option) is given twice"), "\(line): \(outcome.errors)")
    }

    @Test(
        "A file that is written may be no other file of the same command",
        arguments: [
            "encode p.png -o p.png", "encode p.png -o ./p.png", "encode p.png -o link.png",
            "encode p.png -o both --reconstruction both", "encode p.png -o both --reconstruction ./both",
            "encode p.png -o n --network ./n", "decode s -o s", "quantize n -o n --calibration .",
            "quantize n -o f --calibration . --reference f",
            "schedule --network ./n -o n", "schedule --machine ./n -o n", "run --timeline same --waveform same",
            "plan --timeline ./same --waveform same", "run --image p.png --timeline p.png",
            "import --architecture mean-scale-hyperprior n -o n",
        ])
    func sameFile(_ line: String) throws {
        let folder = try ScratchFolder()
        try folder.write(HandmadePNG.ramp(width: 64, height: 64).bytes, "p.png")
        for name in ["n", "f", "s"] { try folder.write("keep", name) }
        try FileManager.default.createSymbolicLink(
            atPath: folder.url.appendingPathComponent("link.png").path, withDestinationPath: "p.png")
        try Tool.expectRefusal(.outputSameFile, line.split(separator: " ").map(String.init), in: folder)
        #expect(
            try folder.bytes("n") == Array("keep".utf8)
                && folder.bytes("p.png") == HandmadePNG.ramp(width: 64, height: 64).bytes)
    }

    @Test(
        "A pipe that nobody reads is not waited for, nor is one that a module is to come from", .timeLimit(.minutes(1)))
    func pipes() throws {
        let folder = try ScratchFolder()
        let pipe = folder.url.appendingPathComponent("pipe").path
        #expect(mkfifo(pipe, 0o600) == 0)
        try folder.write(HandmadePNG.ramp(width: 64, height: 64).bytes, "p.png")
        try Tool.expectRefusal(.outputUnwritable, ["encode", "p.png", "-o", "pipe"], in: folder)
        try Tool.expectRefusal(
            .vectorsSimulatorFailed,
            [
                "vectors", "--unit", "decoder", "-o", "v", "--count", "5", "--simulate", "icarus", "--module", "m",
                "--source", "pipe",
            ], in: folder)
    }

    @Test(
        "Options that do nothing here are refused by name, with what they go with",
        arguments: [
            ("verify --against rtl --inject halo:analysis0:-1", "--inject", "--against reference"),
            ("verify --against rtl --layers d", "--layers", "--against reference"),
            ("verify --against rtl --rounding single", "--rounding", "--against reference"),
            ("verify --against rtl --suite 1 --crop 8x8", "--crop", "a whole network"),
            ("verify --simulate verilator", "--simulate", "--against rtl"),
            ("verify --crop 64x64", "--crop", "--against rtl"),
            ("verify --work d", "--work", "--against rtl"),
            ("verify --rounding single", "--rounding", "--layers"), ("verify --seed 0", "--seed", "--suite"),
            ("verify --suite 1 --rounding single", "--rounding", "--layers"),
            ("verify --suite 1 --image a.png", "--image", "a whole network"),
            ("verify --suite 1 --layer a", "--layer", "a whole network"),
            ("verify --suite 1 --inject halo:a:-1", "--inject", "a whole network"),
            ("verify --suite 1 --network lapped8", "--network", "a whole network"),
            ("verify --suite 1 --schedule s", "--schedule", "a whole network"),
            ("verify --suite 1 --rate 0", "--rate", "a whole network"),
            ("verify --layers d --image a.png", "--image", "a whole network"),
            ("verify --layers d --network lapped8 --rate 1", "--network and --rate", "a whole network"),
            ("verify --layers d --seed 1", "--seed", "--suite"),
            ("verify --layers d --layer a", "--layer", "a whole network"),
            ("verify --layers d --inject halo:a:-1", "--inject", "a whole network"),
            ("run --from 0", "--from", "--waveform"), ("run --to 5", "--to", "--waveform"),
            ("plan --units load,compute,store,semaphores,dma,macArray", "--units", "--waveform"),
            ("run --tensors", "--tensors", "--output"), ("plan --quantizer round", "--quantizer", "--codec"),
            ("plan --step 16", "--step", "--codec"),
            ("plan --lambda 0.1", "--lambda", "--codec"), ("plan --codec --lambda 0.1", "--lambda", "rdoq"),
            ("plan --codec --schedule s", "--schedule", "--codec"),
            ("plan --codec --timeline t", "--timeline", "--codec"),
            ("vectors --unit decoder -o d --network lapped8", "--network", "--layer"),
            ("vectors --unit decoder -o d --rate 0", "--rate", "--layer"),
            ("vectors --unit decoder -o d --schedule s", "--schedule", "--layer"),
            ("vectors --unit decoder -o d --image a.png", "--image", "--layer"),
            ("vectors --unit decoder -o d --crop 8x8", "--crop", "--layer"),
            ("vectors --unit decoder -o d --input image=x.npy", "--input", "--layer"),
            ("vectors --layer gdn0 -o d --input image=x.npy --crop 8x8", "--crop", "a picture: leave --input out"),
            ("verify --against rtl --input image=x.npy --crop 8x8", "--crop", "a picture: leave --input out"),
            ("vectors --unit decoder -o d --module m", "--module", "--simulate"),
            ("vectors --unit decoder -o d --source s.sv", "--source", "--simulate"),
            ("vectors --layer a -o d --count 20000", "--count", "--unit"),
            ("vectors --layer a -o d --seed 1", "--seed", "--unit"),
            ("vectors --layer a -o d --until-covered", "--until-covered", "--unit"),
            ("encode a.png -o b --lambda 0.1", "--lambda", "rdoq"),
            ("encode a.png -o b --quantizer round --lambda 0.1", "--lambda", "rdoq"),
            ("encode a.png -o b --trellis t", "--trellis", "--quantizer trellis"),
            ("evaluate d --quantizers round --lambda-factor 1", "--lambda-factor", "rdoq"),
            ("latents d --network n -o l --quantizers round --lambda-factor 2", "--lambda-factor", "rdoq"),
            ("quantize a -o b --calibration c --plain --ignore-learned-ranges", "--ignore-learned-ranges", "--plain"),
            (
                "quantize a -o b --calibration c --plain --codebooks-per-octave 2", "--codebooks-per-octave",
                "--codebooks 2"
            ),
            (
                "quantize a -o b --calibration c --codebooks 1 --codebooks-per-octave 1", "--codebooks-per-octave",
                "--codebooks 2"
            ),
            ("quantize a -o b --calibration c --plain --weight-bits 10", "--weight-bits", "law"),
            ("quantize a -o b --calibration c --weights linear --weight-bits 10", "--weight-bits", "law"),
            ("quantize a -o b --calibration c --activations table --ranges maximum", "--ranges", "law"),
            ("quantize a -o b --calibration c --sparsity 0.5", "--sparsity", "deadZone"),
            (
                "quantize a -o b --calibration c --no-mean-removal --mean-removal mean", "--no-mean-removal",
                "--mean-removal"
            ),
            ("quantize a -o b --calibration c --reference d --without-float", "--reference", "--without-float"),
            ("study codec --calibration a --images b --brief --sparsities 0.2,0.5", "--sparsities", "--brief"),
        ])
    func refused(_ line: String, _ option: String, _ purpose: String) throws {
        let outcome = try Tool.run(line.split(separator: " ").map(String.init), in: ScratchFolder())
        #expect(outcome.status == 2 && outcome.output.isEmpty, "\(line): \(outcome.errors)")
        let text =
            line.contains("--json")
            ? try #require(JSON(Data(outcome.errors.utf8))["errors"]?.elements.first?["found"]?.string)
            : outcome.errors
        let sentence = text.split(separator: "\n").first ?? ""
        #expect(
            (line.contains("--json") || sentence.hasPrefix("error[ARGUMENTS]: ")) && sentence.contains(option)
                && sentence.contains(purpose),
            "\(line): \(outcome.errors)")
    }

    @Test(
        "Numbers and lists that make no sense: exit code 2 and a sentence, never a trap",
        arguments: [
            "evaluate d --rates ,", "evaluate d --rates 0,,1", "evaluate d --rates 0,0", "evaluate d --rates 00,0",
            "evaluate d --rates -1", "evaluate d --rates x", "evaluate d --quantizers ,",
            "evaluate d --quantizers round,round", "evaluate d --quantizers round,", "evaluate d --quantizers trellis",
            "evaluate d --pictures 0", "evaluate d --pictures=-1",
            "evaluate d --step 0", "evaluate d --step 1025", "evaluate d --lambda-factor nan",
            "evaluate d --lambda-factor inf", "evaluate d --lambda-factor 0x1", "plan --fps 0x1p4", "plan --fps nan",
            "quantize a -o b --calibration c --sparsity 0x0.8p0", "quantize a -o b --calibration c --sparsity infinity",
            "study codec --calibration a --images b --sparsities 0x0.8p0", "evaluate d --lambda-factor=-1",
            "encode a.png -o b --step 0", "encode a.png -o b --step 16385", "encode a.png -o b --step=-1",
            "encode a.png -o b --quantizer rdoq --lambda nan",
            "encode a.png -o b --quantizer rdoq --lambda inf", "encode a.png -o b --quantizer rdoq --lambda=-1",
            "encode a.png -o b --threads 0",
            "verify --suite 0", "verify --suite=-1", "verify --suite 99999999999999999999",
            "verify --suite 1 --seed=-1", "verify --suite 1 --seed 18446744073709551616",
            "run --threads 0", "run --threads 99999999999999999999", "run --rate 1.5", "run --waveform w --from=-1",
            "run --waveform w --from 5 --to 4",
            "run --waveform w --from 99999999999999999999", "plan --size 0x0", "plan --size 99999999999999999999x1",
            "plan --size x", "plan --size 1x-1",
            "vectors --layer a -o d --crop 0x0", "vectors --layer a -o d --crop 1x1+0",
            "vectors --layer a -o d --crop 1x1+-1+0",
            "vectors --layer a -o d --crop 1x1+99999999999999999999+0", "explain --at 1,2",
            "explain --at y=0,x=0,c=99999999999999999999", "explain --at y=1,,c=2",
            "quantize a -o b --calibration c --sparsity nan", "quantize a -o b --calibration c --crop 4097",
            "quantize a -o b --calibration c --pictures 10001",
            "quantize a -o b --calibration c --activation-bits 7",
            "quantize a -o b --calibration c --activation-bits 17", "quantize a -o b --calibration c --weight-bits 13",
            "quantize a -o b --calibration c --weight-bits=-1", "study schemes --calibration a --images b --pictures 0",
            "study schemes --calibration a --images b --crop 0",
            "study schemes --calibration a --images b --threads 0",
            "study codec --calibration a --images b --threads 0", "study codec --calibration a --images b --measured 0",
            "study codec --calibration a --images b --sparsities ,",
            "study codec --calibration a --images b --sparsities nan",
            "study coding --calibration a --images b --threads 257",
            "study coding --calibration a --images b --levels ,", "study coding --calibration a --images b --levels 1",
            "study coding --calibration a --images b --sparsities 0.5,1",
            "study coding --calibration a --images b --symbols-per-cycle 0",
            "study weights --calibration a --pictures 0", "study means --calibration a --crop 15",
            "quantize a -o b --calibration c --crops 0", "quantize a -o b --calibration c --crops 1001",
            "pictures -o d --kinds cats", "pictures -o d --kinds flat,flat",
            "pictures -o d --kinds flat,", "pictures -o d --size 127x128", "pictures -o d --size 4097x512",
            "pictures -o d --count 0", "pictures -o d --first=-1",
        ])
    func numbers(_ line: String) throws {
        let outcome = try Tool.run(line.split(separator: " ").map(String.init), in: ScratchFolder())
        #expect(
            outcome.status == 2 && outcome.output.isEmpty && outcome.errors.hasPrefix("error[ARGUMENTS]: "),
            "\(line): \(outcome.errors)")
    }

    @Test("Lists without a word")
    func emptyLists() throws {
        for arguments in [
            ["evaluate", "d", "--quantizers", ""], ["evaluate", "d", "--rates", ""],
            ["run", "--waveform", "w", "--units", ""],
        ] {
            let outcome = try Tool.run(arguments, in: ScratchFolder())
            #expect(
                outcome.status == 2 && outcome.errors.hasPrefix("error[ARGUMENTS]: "), "\(arguments): \(outcome.errors)"
            )
        }
    }

    @Test("Numbers that only the network or the picture can judge")
    func judged() throws {
        let folder = try ScratchFolder()
        for rate in ["4", "-1", "9223372036854775807"] {
            try Tool.expectRefusal(.rateOutOfRange, ["run", "--rate=\(rate)"], in: folder)
            try Tool.expectRefusal(
                .rateOutOfRange, ["study", "schemes", "--calibration", "a", "--images", "b", "--rate=\(rate)"],
                in: folder)
        }
        for crop in ["1x1+9223372036854775807+0", "1x1+0+9223372036854775807", "769x1", "768x512+1+0", "65535x65535"] {
            try Tool.expectRefusal(
                .cropOutside, ["vectors", "--layer", "analysis0", "--network", "lapped8", "-o", "d", "--crop", crop],
                in: folder)
        }
        for count in ["0", "-1", "10000001", "9223372036854775807"] {
            try Tool.expectRefusal(
                .vectorsCountOutOfRange, ["vectors", "--unit", "decoder", "-o", "d", "--count=\(count)"], in: folder)
        }
        // A symbol step is 64 grid steps, of which 2^14 are the most.
        try Tool.expectRefusal(
            .codecStepOutOfRange, ["plan", "--codec", "--quantizer", "tcq8", "--step", "4097", "--size", "64x64"],
            in: folder)
        #expect(
            try Tool.run(["plan", "--codec", "--quantizer", "tcq8", "--step", "4096", "--size", "64x64"], in: folder)
                .status == 0)
    }
}
