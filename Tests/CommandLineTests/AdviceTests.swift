import Diagnostics
import Foundation
import TestSupport
import Testing

/// Answers to command lines that cannot be understood tell the way out.
@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct AdviceTests {
    @Test(
        "A value that is none: what it may be, and an example",
        arguments: [
            ("plan --size 1920", "WIDTHxHEIGHT, each 1...65535", "--size 1920x1080"),
            ("plan --size +5x5", "each 1...65535", "--size 1920x1080"),
            ("plan --size 70000x1", "each 1...65535", "--size 1920x1080"),
            ("plan --memory=-5", "KiB ... TiB", "--memory 2GiB"), ("plan --memory -5", "KiB ... TiB", "--memory 2GiB"),
            ("plan --rate x", "a whole number from 0 on", "--rate 0"), ("plan --fps x", "at most 1000000", "--fps 30"),
            ("run --threads x", "a whole number in 1...256", "--threads 4"),
            ("run --input x", "NAME=FILE", "--input g_s.0=latents.npy"),
            ("run --input-offset x", "a whole number", "--input-offset=-128"),
            ("run --units dmaa", "load,compute,store", "--units dma,macArray"),
            ("explain --at 1,2,3", "y=ROW,x=COLUMN,c=CHANNEL", "--at y=12,x=7,c=3"),
            ("verify --crop 1x", "WIDTHxHEIGHT+X+Y", "--crop 64x64+352+224"),
            ("verify --suite x", "a whole number from 1 on", "--suite 60"),
            ("verify --random-machines x", "1...100000", "--random-machines 30"),
            ("verify --tolerance x", "a whole number from 0 on", "--tolerance 0"),
            ("machines --random -1", "0...18446744073709551615", "--random 7"),
            ("vectors --module", "a SystemVerilog module", "--module my_mac_array"),
            ("vectors --count x", "1...10000000", "--count 20000"), ("pictures --count x", "1...10000,", "--count 4"),
            ("quantize --crop x", "16...4096", "--crop 192"), ("quantize --codebooks x", "1...256", "--codebooks 8"),
            ("quantize --weight-bits x", "8...12", "--weight-bits 12"),
            ("quantize --sparsity x", "0...0.99", "--sparsity 0.5"),
            ("encode --step x", "1...16384", "--step 16"), ("evaluate --step x", "1...1024", "--step 16"),
            ("encode --lambda x", "0..<100", "--lambda 0.1"),
        ])
    func forms(_ line: String, _ expected: String, _ example: String) throws {
        let outcome = try Tool.run(line.split(separator: " ").map(String.init), in: ScratchFolder())
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        let lines = outcome.errors.split(separator: "\n")
        #expect(lines[0].hasPrefix("error[ARGUMENTS]: ") && lines.count > 1, "\(outcome.errors)")
        #expect(lines[1].hasPrefix("Expected: ") && lines[1].contains(expected), "\(outcome.errors)")
        #expect(lines[1].hasSuffix(", such as \(example)"), "\(outcome.errors)")
        let command = line.split(separator: " ")[0]
        #expect(lines.last?.hasPrefix("  remedy: correct the command line: intaglio \(command) --help") == true)
    }

    @Test("Of several machine files the problems of all are told")
    func machineFiles() throws {
        let folder = try ScratchFolder()
        let yaml = try Tool.run(["machines", "mid"], in: folder).output
        try folder.write(yaml.replacing("pixelLanes: 4", with: "pixelLanes: 0"), "one.yaml")
        try folder.write(yaml.replacing("latencyCycles: 100", with: "latencyCycles: -1"), "two.yaml")
        let outcome = try Tool.run(["machines", "one.yaml", "small", "two.yaml"], in: folder)
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        for part in ["one.yaml", "pixelLanes", "two.yaml", "latencyCycles", "refused: 2 of 3 machine files"] {
            #expect(outcome.errors.contains(part), "\(outcome.errors)")
        }
    }

    @Test(
        "A value in place of the example is taken: the examples are of the form",
        arguments: [
            ["plan", "--network", "lapped8", "--size", "1920x1080", "--memory", "2GiB", "--rate", "0", "--fps", "30"],
            ["machines", "--random", "7"], ["verify", "--suite", "1", "--random-machines", "1", "--threads", "4"],
            ["explain", "--network", "lapped8", "--at", "y=12,x=7,c=3"],
        ])
    func examples(_ line: [String]) throws {
        let outcome = try Tool.run(line, in: ScratchFolder())
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    @Test(
        "A word that is nearly one of those that there are",
        arguments: [
            ("pla", "Did you mean 'plan'?"), ("plna --machine small", "no command 'plna'. Did you mean 'plan'?"),
            ("help runn", "no command 'runn'. Did you mean 'run'?"), ("run --units dma,dma --waveform w", "each once"),
            ("machine", "Did you mean 'machines'?"),
            ("study schemas", "Did you mean 'schemes'?"), ("plan --netwrok lapped8", "Did you mean '--network'?"),
            ("vectors --unit macaray", "Did you mean 'macArray'?"), ("verify --against rlt", "Did you mean 'rtl'?"),
            ("verify --rounding halfeven", "Did you mean 'halfEven'?"),
            ("encode --quantizer tcq", "Did you mean 'tcq4'?"), ("verify --input-layout nhcw", "Did you mean 'nhwc'?"),
            ("verify --module m", "--module is an option of `vectors`"),
            ("evaluate d --network lapped8 --quantizers rdoc", "Did you mean 'rdoq'?"),
        ])
    func words(_ line: String, _ advice: String) throws {
        let outcome = try Tool.run(line.split(separator: " ").map(String.init), in: ScratchFolder())
        #expect(outcome.status == 2 && outcome.errors.contains(advice), "\(outcome.errors)")
    }

    @Test(
        "Names in diagnostics",
        arguments: [
            ("plan --network lapped9", "lapped8"), ("plan --machine midd", "mid"),
            ("explain --network lapped8 --layer gdn00", "gdn0"), ("verify --network lapped8 --layer igdn", "igdn0"),
            ("verify --network lapped8 --inject halo:sythesis0:-1", "synthesis0"),
            ("vectors --network lapped8 --layer analysis -o d", "analysis0"),
            ("import w --architecture bls2018 -o n", "bls2017"),
        ])
    func names(_ line: String, _ name: String) throws {
        let outcome = try Tool.run(line.split(separator: " ").map(String.init), in: ScratchFolder())
        #expect(outcome.status == 2 && outcome.errors.contains("\n  remedy: did you mean "), "\(outcome.errors)")
        #expect(outcome.errors.contains("did you mean \(name)?") || outcome.errors.contains("did you mean '\(name)'?"))
    }
}
