public import Diagnostics
import FileFormats
import Machine
public import MachineDescription
import RTL
import Tensors

/// The files of a unit's vectors.
public struct UnitVectors: Sendable {
    public let vectors: UnitVectorSet
    /// Name and bytes, folders as in `rtl/intaglio_decode_lane.sv`.
    let files: [(name: String, bytes: [UInt8])]

    /// - Parameters:
    ///   - count: accepted inputs, 1...10,000,000; with `untilCovered` at least so many.
    /// - Throws: `vectorsUnitNotBuilt` for a unit that hardware does not make as the machine says,
    ///   `vectorsCountOutOfRange`.
    public init(
        of unit: UnitName, for machine: MachineDescription, count: Int, seed: UInt64, untilCovered: Bool
    ) throws(Diagnostic) {
        guard (1...10_000_000).contains(count) else {
            throw Diagnostic(
                .vectorsCountOutOfRange, at: "--count", found: "\(count)", expected: "1...10000000 vectors",
                remedy: "ask for a number in that range")
        }
        let bits = machine.macArray.activationBits
        let books = machine.codebookMux.codebooks
        switch unit {
        case .decoder:
            vectors = UnitVectorSet(
                DecoderUnit(activationBits: bits, codebooks: books, seed: seed), count: count, seed: seed,
                untilCovered: untilCovered)
        case .encoder:
            vectors = UnitVectorSet(
                EncoderUnit(activationBits: bits, codebooks: books, seed: seed), count: count, seed: seed,
                untilCovered: untilCovered)
        case .postProcessor:
            let unit = PostProcessorUnit(accumulatorBits: machine.macArray.accumulatorBits)
            vectors = UnitVectorSet(unit, count: count, seed: seed, untilCovered: untilCovered)
        case .normalization:
            guard machine.normalization.latencyCycles >= NormalizationUnit.leastLatency else {
                throw Diagnostic(
                    .vectorsUnitNotBuilt, at: "machine \(machine.name), normalization.latencyCycles",
                    found: "\(machine.normalization.latencyCycles)",
                    expected: "at least \(NormalizationUnit.leastLatency) for a lane in hardware",
                    remedy: "give the unit more cycles")
            }
            let (width, latency) = (machine.macArray.accumulatorBits, machine.normalization.latencyCycles)
            switch machine.normalization.method {
            case .exact:
                let unit = NormalizationUnit(activationBits: bits, accumulatorBits: width, latency: latency)
                vectors = UnitVectorSet(unit, count: count, seed: seed, untilCovered: untilCovered)
            case .table:
                let unit = TableNormalizationUnit(
                    activationBits: bits, accumulatorBits: width, latency: latency, seed: seed)
                vectors = UnitVectorSet(unit, count: count, seed: seed, untilCovered: untilCovered)
            }
        case .macArray:
            guard machine.macArray.pipelineStages >= MACArrayUnit.leastStages else {
                throw Diagnostic(
                    .vectorsUnitNotBuilt, at: "machine \(machine.name), macArray.pipelineStages",
                    found: "\(machine.macArray.pipelineStages)",
                    expected: "at least \(MACArrayUnit.leastStages): words, operands, sum, accumulator",
                    remedy: "give the array more stages")
            }
            vectors = UnitVectorSet(
                MACArrayUnit(machine, seed: seed), count: count, seed: seed, untilCovered: untilCovered)
        }
        let constants = MachineConstants(machine, externalMemoryBytes: 1 << 24, commands: 1 << 14).text(
            machine: machine.name)
        files = Self.files(of: vectors, machine: machine.name, constants: constants, seed: seed)
    }

    private static func files(
        of vectors: UnitVectorSet, machine: String, constants: String, seed: UInt64
    ) -> [(name: String, bytes: [UInt8])] {
        let interface = vectors.interface
        let title = "\(interface.module), machine \(machine), seed \(seed): "
        var files: [(name: String, bytes: [UInt8])] = []
        func append(_ name: String, _ text: String) { files.append((name, Array(text.utf8))) }
        append(
            "stimulus.hex",
            HexText.text(vectors.stimulus, ports: interface.stimulusPorts, title: title + "stimulus, one row a cycle"))
        append(
            "response.hex",
            HexText.text(
                vectors.response, ports: interface.outputs,
                title: title + "expected response, one row an accepted input"))
        for memory in interface.memories {
            append(
                memory.name + ".hex",
                HexText.text(
                    memory.words.map { [$0] }, ports: [UnitPort(memory.wordPort, memory.wordBits)],
                    title: title + "memory behind \(memory.indexPort)"))
        }
        files.append(("stimulus.npy", NPY.bytes(vectors.stimulus, columns: interface.stimulusPorts.columns)))
        files.append(("response.npy", NPY.bytes(vectors.response, columns: interface.outputs.columns)))
        append("testbench.sv", TestbenchText(vectors: vectors).text)
        files.append(("test_unit.py", PackageResources.test_unit_py))
        append("coverage.json", JSONDocument.text(of: vectors.coverage))
        append("coverage.txt", vectors.coverage.text)
        let sources = sources(of: interface.module)
        if sources.contains(where: { $0.text.contains("intaglio_constants::") }) {
            append("rtl/intaglio_constants.sv", constants)
        }
        for source in sources { append("rtl/" + source.name, source.text) }
        let manifest = UnitManifest(
            vectors, machine: machine, seed: seed,
            files: Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0.bytes) }))
        append("manifest.json", manifest.jsonText)
        return files
    }

    /// The module and those that it instantiates, found by their names in its text.
    static func sources(of module: String) -> [(name: String, text: String)] {
        var names: Set<String> = [module]
        var found: [(name: String, text: String)] = []
        for source in SystemVerilogSources.files.reversed() where names.contains(String(source.name.dropLast(3))) {
            found.insert(source, at: 0)
            for other in SystemVerilogSources.files.map({ String($0.name.dropLast(3)) })
            where instantiates(other, in: source.text) { names.insert(other) }
        }
        return found
    }

    /// `module #(parameters) name (` or `module name (`.
    private static func instantiates(_ module: String, in text: String) -> Bool {
        text.ranges(of: " " + module + " ").contains { range in
            let rest = text[range.upperBound...]
            return rest.hasPrefix("#(") || rest.drop { $0.isLetter || $0.isNumber || $0 == "_" }.hasPrefix(" (")
        }
    }

    /// Writes every file, each whole or not at all; `manifest.json`, which makes the folder whole, is removed first and
    /// written last.
    public func write(to folder: String) throws(Diagnostic) {
        _ = try ResultFolder(at: folder, completedBy: "manifest.json")
        try OutputFolder.create(at: folder + "/rtl")
        for file in files {
            try AtomicFile.write(file.bytes, to: OutputFolder.path(folder, file.name, inSubfolders: true))
        }
    }
}
