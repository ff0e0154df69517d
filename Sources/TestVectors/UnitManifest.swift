import FileFormats
import Foundation
import Simulation

/// `manifest.json`: what the files of a set of vectors are.
struct UnitManifest: Encodable {
    struct Port: Encodable {
        let name: String
        /// Of all lanes together; lane 0 in the lowest bits.
        let bits: Int
        /// Columns of the `.npy` file.
        let lanes: Int
        let signed: Bool
    }

    struct Readout: Encodable {
        let field: String
        let firstPort: String
        let bankPort: String
        let bankField: String
        let slotPort: String
        let slotElements: Int
    }

    struct File: Encodable {
        let file: String
        let rows: Int
        let bits: Int
        /// From the highest bit of a word, and the columns of the `.npy` file.
        let ports: [Port]
    }

    struct Memory: Encodable {
        let file: String
        let words: Int
        let wordBits: Int
        let indexPort: String
        let indexBits: Int
        let wordPort: String
        let reads: Int
        /// One index asks for all reads, consecutive words.
        let run: Bool
    }

    let schemaVersion = 1
    let unit: String
    let machine: String
    let module: String
    let parameters: [String: Int]
    let seed: UInt64
    let latencyCycles: Int
    let handshake: String
    let inputValidPort: String
    let outputValidPort: String
    /// Only inputs with this field high have a response.
    let completesField: String?
    /// A response that is read in slots, one a cycle from the cycle of the output's valid bit on.
    let readout: Readout?
    let stimulus: File
    let response: File
    let memories: [Memory]
    /// SHA-256 of each file.
    let digests: [String: String]

    init(_ vectors: UnitVectorSet, machine: String, seed: UInt64, files: [String: [UInt8]]) {
        let interface = vectors.interface
        unit = vectors.unit.rawValue
        self.machine = machine
        module = interface.module
        parameters = Dictionary(uniqueKeysWithValues: interface.parameters.map { ($0.name, $0.value) })
        self.seed = seed
        latencyCycles = interface.latency
        handshake =
            interface.latency == 0
            ? "combinational: a response row for each stimulus row"
            : "one stimulus row a cycle; a response row for each row with \(interface.handshake.input)"
                + (interface.handshake.completes.map { " and \($0)" } ?? "")
                + ", \(interface.latency) cycles later, unless reset comes between"
        inputValidPort = interface.handshake.input
        outputValidPort = interface.handshake.output
        completesField = interface.handshake.completes
        readout = interface.handshake.readout.map {
            Readout(
                field: $0.field, firstPort: $0.firstPort, bankPort: $0.bankPort, bankField: $0.bankField,
                slotPort: $0.slotPort, slotElements: $0.slotElements)
        }
        func file(_ name: String, _ rows: [[Int64]], _ ports: [UnitPort]) -> File {
            File(
                file: name, rows: rows.count, bits: ports.bits,
                ports: ports.map { Port(name: $0.name, bits: $0.bits, lanes: $0.lanes, signed: $0.isSigned) })
        }
        stimulus = file("stimulus.hex", vectors.stimulus, interface.stimulusPorts)
        response = file("response.hex", vectors.response, interface.outputs)
        memories = interface.memories.map {
            Memory(
                file: $0.name + ".hex", words: $0.words.count, wordBits: $0.wordBits, indexPort: $0.indexPort,
                indexBits: $0.indexBits, wordPort: $0.wordPort,
                reads: $0.reads, run: $0.isRun)
        }
        digests = files.mapValues { Digest.sha256($0) }
    }

    var jsonText: String { JSONDocument.text(of: self) }
}
