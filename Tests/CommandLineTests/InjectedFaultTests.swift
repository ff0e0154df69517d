import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct InjectedFaultTests {
    @Test(
        "Machine and reference model agree on the default network, on every machine",
        arguments: ["small", "mid", "large"])
    func noFault(_ machine: String) throws {
        let folder = try ScratchFolder()
        try folder.write(HandmadePNG.ramp(width: 201, height: 99).bytes, "ramp.png")
        let outcome = try Tool.run(["verify", "--machine", machine, "--image", "ramp.png"], in: folder)
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        #expect(outcome.output.hasSuffix("\n24 layers, 0 differences\n"), "\(outcome.output)")
    }

    @Test("Random layer cases agree on every machine", arguments: ["small", "mid", "large"])
    func suite(_ machine: String) throws {
        let outcome = try Tool.run(
            ["verify", "--suite", "20", "--seed", "100", "--machine", machine], in: ScratchFolder())
        #expect(outcome.status == 0 && outcome.output.hasSuffix("\n\n20 cases, 0 differences\n"), "\(outcome.errors)")
    }

    /// The reference value that is named must be what the machine stores without the fault.
    @Test(
        "Each fault is found: exit code 1, the first differing layer, its coordinate and both values",
        arguments: [
            ("weight:analysis0:0=3", "analysis0"), ("weight:igdn0:49=0", "igdn0"), ("threshold:gdn0:200", "gdn0"),
            ("halo:analysis0:-1", "analysis0"), ("halo:synthesis1:-1", "synthesis1"),
        ])
    func found(_ fault: String, _ layer: String) throws {
        let folder = try ScratchFolder()
        let outcome = try Tool.run(["verify", "--network", "lapped8", "--inject", fault], in: folder)
        #expect(outcome.status == 1, "\(outcome.errors)")
        let sentence =
            #/
            first\ differing\ layer\ (\w+):\ (\d+)\ of\ (\d+)\ elements\ differ,
            \ first\ at\ y=(\d+),x=(\d+),c=(\d+)\ reference\ (-?\d+),\ machine\ (-?\d+)\n
            /#
        let match = try #require(outcome.errors.wholeMatch(of: sentence), "\(outcome.errors)")
        #expect(match.1 == layer)
        let (y, x, c) = (Int(match.4)!, Int(match.5)!, Int(match.6)!)
        #expect(match.7 != match.8)
        _ = try Tool.run(["run", "--network", "lapped8", "--tensors", "--output", "out"], in: folder)
        let tensor = try NPYFile(folder.bytes("out/\(layer).npy"))
        #expect(tensor[y, x, c] == UInt8(match.7)!)
        #expect(Int(match.3) == tensor.payload.count)
        switch fault.split(separator: ":")[0] {
        case "weight":
            // [K][R][S][C]: only output channel index / (R S C) can change in the layer itself.
            #expect(c == (layer == "analysis0" ? 0 : 49 / 48))
        case "threshold":
            // Threshold 200 separates codes 200 and 201 of the first codebook; one higher, a value at the border keeps
            // the lower code.
            #expect(match.7 == "201" && match.8 == "200")
        default: break
        }
    }

    @Test(
        "One output's derivation ends in the value that run stores",
        arguments: ["analysis0", "gdn0", "synthesis0", "synthesis1"])
    func explained(_ layer: String) throws {
        let folder = try ScratchFolder()
        try folder.write(HandmadePNG.ramp(width: 64, height: 48).bytes, "ramp.png")
        _ = try Tool.run(
            ["run", "--network", "lapped8", "--image", "ramp.png", "--tensors", "--output", "out"], in: folder)
        let stored = try NPYFile(folder.bytes("out/\(layer).npy"))[3, 5, 1]
        let outcome = try Tool.run(
            ["explain", "--network", "lapped8", "--image", "ramp.png", "--layer", layer, "--at", "c=1,y=3,x=5"],
            in: folder)
        #expect(outcome.status == 0)
        #expect(
            outcome.output.hasSuffix("\nstored: derivation \(stored), reference model \(stored), machine \(stored)\n"),
            "\(outcome.output)")
    }
}
