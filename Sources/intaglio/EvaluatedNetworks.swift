import ArgumentParser
import Codec
import Diagnostics
import EntropyCoding
import FileFormats
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

    func codecs() throws -> [PictureCodec] {
        let machine = try MachineDescription.loadAndWarn(machine)
        return try names.map { name in
            let source = try NetworkSource.opening(name, includingFloat: false, memory: memory.budget())
            return try PictureCodec(
                source.provenAtAllRates(), machine: machine, threads: work.threads, memory: budget())
        }
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
