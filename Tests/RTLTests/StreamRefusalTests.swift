import Commands
import Diagnostics
import Foundation
import Machine
import MachineDescription
import RTL
import TestSupport
import Testing
import Timing

/// Streams of few commands, written by hand, that no schedule becomes: what the modules have no logic for ends the
/// simulation, and what stands beside it does not.
@Suite(
    "Streams that the RTL refuses", .serialized,
    .enabled(if: InstalledProgram.exists("iverilog"), "iverilog is not installed"))
struct StreamRefusalTests {
    private static let machine = {
        var machine = TestMachine.tiny
        machine.name = "refusing"
        (machine.memory.read.latencyCycles, machine.memory.write.latencyCycles) = (4, 1)
        return machine
    }()

    /// One build for all streams.
    private struct Bench {
        let folder: ScratchFolder
        let build: MachineBuild

        init() throws {
            folder = try ScratchFolder(named: "intaglio-test-")
            build = try MachineBuild(
                machine, simulator: .icarus, directory: folder.url.appendingPathComponent("build"))
        }
    }
    private static let bench = Result { try Bench() }

    /// A channel block's header of 64 bytes that neither clips nor maps: R is 32.
    private static let memory: [UInt8] =
        [0, 0, 0, 32, 0, 0, 0, 0x80, 0xFF, 0xFF, 0xFF, 0x7F] + [UInt8](repeating: 0, count: 1012)

    private static func transfer(_ bytes: Int, _ buffer: BufferName) -> Transfer {
        Transfer(
            externalAddress: 0, rows: 1, rowPitchBytes: 0, rowBytes: bytes, buffer: buffer, bufferAddress: 0,
            chunkBytes: bytes, chunkPitchBytes: bytes)
    }

    private static func command(
        _ operation: Command.Operation, waits: SemaphoreSet = [], signals: SemaphoreSet = []
    ) -> Command {
        Command(layer: 0, waits: waits, signals: signals, operation: operation)
    }

    /// What the simulator says of a stream that it does not run to its end; nil of one that it does.
    private func refusal(of commands: [Command]) throws -> String? {
        let bench = try Self.bench.get()
        do {
            _ = try RTLRun(
                commands, memory: Self.memory, activationBits: 16, cycleLimit: 2000, on: bench.build,
                directory: bench.folder.url.appendingPathComponent("run"))
            return nil
        } catch {
            #expect(error.code == .simulationFailed)
            return error.found
        }
    }

    /// The header is loaded, then the work runs.
    private func refusal(of work: Command.Operation, hasHeader: Bool = true) throws -> String? {
        try refusal(of: [
            Self.command(.load(Self.transfer(hasHeader ? 64 : 1, .parameterMemory)), signals: .parametersFull(0)),
            Self.command(work, waits: .parametersFull(0)),
        ])
    }

    /// One position of one channel, by the header at 0.
    private static func pass(_ change: (inout Accumulation) -> Void) -> Command.Operation {
        var pass = Accumulation()
        pass.parameters.channelBlock = 0
        change(&pass)
        return .accumulate(pass)
    }

    private static func elementwise(
        _ function: Elementwise.Function, firstChannel: Int = 0
    ) -> Command.Operation {
        var work = Elementwise()
        (work.function, work.firstChannel, work.parameters.channelBlock) = (function, firstChannel, 0)
        return .elementwise(work)
    }

    // MARK: Tokens

    @Test("A semaphore holds as many tokens as the model says, and no more", arguments: [0, 1])
    func tokens(_ more: Int) throws {
        let load = Self.command(.load(Self.transfer(4, .activationBuffer)), signals: .inputFull(0))
        let commands = Array(repeating: load, count: SemaphoreSet.largestTokens + more)
        let isRefused = more > 0
        let refusal = try refusal(of: commands)
        #expect((refusal?.contains("semaphore 8 holds a token and is given another") ?? false) == isRefused)
        #expect((refusal != nil) == isRefused)
        #expect(isRefusedByTimeline(commands) == isRefused)
        #expect(try isRefusedByMachine(commands) == isRefused)
    }

    /// The longer the first store, the later the second takes the first load's token: up to the cycle in which the
    /// second load ends. One byte per cycle of the channel more makes it a cycle later.
    @Test("Timeline and RTL agree on the last cycle in which a token may be taken")
    func lastCycle() throws {
        func stream(_ beats: Int) -> [Command] {
            let input = Self.command(.load(Self.transfer(4, .activationBuffer)), signals: .inputFull(0))
            let bytes = beats * Self.machine.memory.busBytes
            let take = Self.command(.store(Self.transfer(4, .activationBuffer)), waits: .inputFull(0))
            return [input, input, Self.command(.store(Self.transfer(bytes, .activationBuffer))), take, take]
        }
        let refused = try #require((1..<100).first { isRefusedByTimeline(stream($0)) })
        try #require(refused > 1, "a short store leaves the token its place")
        #expect(try refusal(of: stream(refused - 1)) == nil)
        #expect(try refusal(of: stream(refused))?.contains("holds a token and is given another") == true)
    }

    private func isRefusedByTimeline(_ commands: [Command]) -> Bool {
        do {
            _ = try Timeline(simulating: commands, on: Self.machine)
            return false
        } catch .semaphoreOverflow { return true } catch { return false }
    }

    private func isRefusedByMachine(_ commands: [Command]) throws -> Bool {
        var machine = Machine(
            description: Self.machine, externalMemory: try ExternalMemory(contents: Self.memory), activationBits: 16,
            accumulatorBits: 40)
        do {
            _ = try machine.run(commands)
            return false
        } catch MachineError.semaphoreOverflow { return true }
    }

    // MARK: Words that are only checked

    @Test("A pass of several groups takes all their channels, in one pass")
    func groups() throws {
        func isRefused(_ change: (inout Accumulation) -> Void) throws -> Bool {
            let pass = Self.pass {
                $0.groups = 2
                change(&$0)
            }
            return try refusal(of: pass)?.contains("a pass of 2 groups takes a part of their channels") == true
        }
        #expect(try isRefused { $0.layerGroupInputChannels = 2 })
        #expect(try isRefused { $0.layerGroupOutputChannels = 2 })
        #expect(try isRefused { $0.first = false })
        #expect(try refusal(of: Self.pass { $0.groups = 2 }) == nil)
        // Of one group the words say nothing.
        let single = Self.pass { ($0.layerGroupInputChannels, $0.layerGroupOutputChannels) = (2, 2) }
        #expect(try refusal(of: single) == nil)
    }

    /// One byte of the header is loaded; the others are as they are at first, 0xA5.
    @Test("A copy's channel block neither clips nor maps")
    func channelBlock() throws {
        let text = "the channel block changes elements that pass unchanged"
        #expect(try refusal(of: Self.elementwise(.copy), hasHeader: false)?.contains(text) == true)
    }

    /// The header at 0 says of no placements.
    @Test("Lanes that are phases have placements")
    func phases() throws {
        let pass = Self.pass { ($0.lastPhaseRows, $0.lastPhaseColumns) = (1, 1) }
        #expect(try refusal(of: pass)?.contains("lanes that are phases without placements") == true)
    }

    @Test("Blocks of phases are not written to a ring of rows; windows are read from one")
    func rings() throws {
        let windows = Self.pass { ($0.windowStep, $0.inputRingRows) = (1, 2) }
        #expect(try refusal(of: windows) == nil)
        let phases = Self.pass { ($0.lastPhaseRows, $0.lastPhaseColumns, $0.outputRingRows) = (1, 1, 2) }
        #expect(try refusal(of: phases)?.contains("blocks of phases to a ring of rows") == true)
        let others = Self.pass { ($0.inputRingRows, $0.inputRingRow, $0.outputRingRows) = (2, 1, 2) }
        #expect(try refusal(of: others) == nil)
    }

    @Test("Normalization reads the positions that it writes")
    func normalization() throws {
        let text = "normalization of other positions or channels than its input tile has"
        let moved = Self.pass { ($0.drain, $0.inputStrideY) = (.normalization, 2) }
        #expect(try refusal(of: moved)?.contains(text) == true)
        #expect(try refusal(of: Self.pass { $0.drain = .normalization }) == nil)
    }

    @Test("Stores read the activation buffer")
    func store() throws {
        #expect(
            try refusal(of: [Self.command(.store(Self.transfer(4, .weightBuffer)))])?.contains(
                "another memory than the activation buffer") == true)
    }
}
