import ArgumentParser
import Codec
import Diagnostics
import EntropyCoding
import FileFormats
import Graph
import MachineDescription
import NetworkFiles
import Networks
import Reports

/// The networks that `evaluate` measures, on which machine: one, or several that were trained for a rate each and join
/// to one curve.
struct EvaluatedNetworks: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            A bundled network's name, or a network file that `quantize --codec` wrote. May be repeated: the rates of \
            all make one curve. (default: \(NetworkSource.defaultName))
            """)) var network: [String] = []
    @Option(help: "A built-in machine's name, or a machine file.") var machine = "mid"
    @OptionGroup var work: ThreadOptions
    @OptionGroup var memory: MemoryOptions

    /// What is left to pictures and their codecs.
    func budget() -> MemoryBudget { memory.budget(threads: work.threads) }

    private var names: [String] { network.isEmpty ? [NetworkSource.defaultName] : network }

    /// Warns of networks that are built otherwise than the first: points of one curve are of one kind of network.
    ///
    /// - Throws: for a network that is given twice, under one name or two.
    func codecs() throws -> [PictureCodec] {
        let machine = try MachineDescription.loadAndWarn(machine)
        let codecs = try names.map { name in
            let source = try NetworkSource.opening(name, includingFloat: false, memory: memory.budget())
            return try PictureCodec(
                source.provenAtAllRates(), machine: machine, threads: work.threads, memory: budget())
        }
        guard names.count > 1 else { return codecs }
        let digests = codecs.map { NetworkFile(quantized: $0.network).identity().digest }
        for (index, digest) in digests.enumerated() {
            guard let first = digests[..<index].firstIndex(of: digest) else { continue }
            throw ValidationError(
                names[first] == names[index]
                    ? "--network \(names[index]) is given twice: give it once"
                    : "--network \(names[first]) and \(names[index]) are one network: give it once")
        }
        for (name, codec) in zip(names, codecs).dropFirst() {
            guard let what = codec.network.graph.unlikeness(codecs[0].network.graph) else { continue }
            Console.warn("\(name) makes one curve with \(names[0]) and is built otherwise: \(what)")
        }
        return codecs
    }

    func floats() throws -> [FloatNetwork] {
        try names.map { try NetworkSource.opening($0, includingFloat: true, memory: budget()).float() }
    }

    /// Of a document about these: of several, the names together and the digest of their digests.
    func header(of codecs: [PictureCodec]) -> DocumentHeader {
        let identities = codecs.map { NetworkFile(quantized: $0.network).identity() }
        let together =
            identities.count == 1
            ? identities[0]
            : NetworkIdentity(
                name: Self.name(of: codecs), digest: Digest.sha256(Array(identities.map(\.digest).joined().utf8)))
        return DocumentHeader(machine: codecs[0].machine, network: together)
    }

    static func name(of codecs: [PictureCodec]) -> String {
        codecs.map(\.network.graph.name).joined(separator: " + ")
    }

    /// The rates of all, one after the other: which network's, and which of its own.
    static func rates(of codecs: [PictureCodec]) -> [(codec: Int, rate: Int)] {
        codecs.indices.flatMap { index in (0..<codecs[index].rateCount).map { (index, $0) } }
    }
}
