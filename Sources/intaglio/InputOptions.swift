public import ArgumentParser
import Diagnostics
import Images
import NetworkFiles
import Networks
import Simulation
import Text

extension TensorDumpForm.Layout: ExpressibleByArgument {}

/// What a network runs on: a picture, or tensors from files.
struct InputOptions: ParsableArguments {
    @Option(help: "A PNG picture; without one the built-in test picture.") var image: String?
    @Option(
        name: .customLong("input"),
        help: ArgumentHelp(
            """
            Instead of a picture: a tensor from a .npy file (uint8, int8, int16, int32, float32); may be repeated. The \
            name of a layer feeds what stands behind it: only the layers after it run.
            """,
            valueName: "name=file"))
    var files: [TensorFile] = []
    @Option(
        parsing: .unconditional,
        help: "With --input: what stands in the files for code 0. (default: -128 for int8 files of codes, else 0)")
    var inputOffset: Int?
    @Option(
        name: .customLong("input-layout"),
        help: "With --input: the order of the files' elements, nhwc or nchw. (default: nhwc)")
    var givenLayout: TensorDumpForm.Layout?

    /// Whether nothing was given.
    var isBuiltIn: Bool { image == nil && files.isEmpty }

    func validate() throws {
        guard files.isEmpty || image == nil else {
            throw ValidationError("--image and --input both say what to run on: give one of them")
        }
        if files.isEmpty {
            try refuseUnused(
                ["--input-offset": inputOffset != nil, "--input-layout": givenLayout != nil],
                goingWith: "--input NAME=FILE.npy")
        }
        for (index, file) in files.enumerated() where files[..<index].contains(where: { $0.name == file.name }) {
            throw ValidationError("--input gives '\(file.name)' twice")
        }
    }

    /// - Parameters:
    ///   - source: of the network, for the extent of the built-in picture.
    ///   - memory: asked for the files.
    func inputs(
        of network: ProvenNetwork, from source: NetworkSource, memory: MemoryBudget
    ) throws(Diagnostic) -> RunInputs {
        guard !files.isEmpty else {
            let picture = try image.map { path throws(Diagnostic) in try PNGReader.read(path: path, memory: memory) }
            return try RunInputs(picture?.image ?? source.testPicture, of: network)
        }
        let form = TensorDumpForm(offset: inputOffset, layout: givenLayout ?? .nhwc, option: "--input")
        var dumps: [(name: String, dump: TensorDump)] = []
        for file in files { dumps.append((file.name, try TensorDump(file.path, form: form, memory: memory))) }
        return try RunInputs(dumps, of: network)
    }

    /// The one file of a network that takes real numbers.
    ///
    /// - Throws: `inputMissing` where there is another number of them or of inputs, and what reading throws.
    func only(of inputs: [String], memory: MemoryBudget) throws(Diagnostic) -> (name: String, dump: TensorDump) {
        guard files.count == 1, inputs.count == 1 else {
            let expected = "one tensor for one input: so a network in real numbers is run"
            throw Diagnostic(
                .inputMissing, at: "--input \(files.map(\.name).joined(separator: ", "))",
                found:
                    """
                    \(files.count.counted("tensor")) for the \(inputs.count.counted("input")) \
                    \(inputs.joined(separator: ", "))
                    """,
                expected: expected,
                remedy: inputs.count == 1
                    ? "give --input \(inputs[0])=FILE.npy alone"
                    : "cut the network to one input with --outputs of `intaglio import`")
        }
        let form = TensorDumpForm(offset: inputOffset, layout: givenLayout ?? .nhwc, option: "--input")
        return (files[0].name, try TensorDump(files[0].path, form: form, memory: memory))
    }

    /// The same for a simulator, which takes part of a picture where nobody asks for the whole.
    func inputs(
        of network: ProvenNetwork, from source: NetworkSource, crop: PictureCrop?, memory: MemoryBudget
    ) throws -> RunInputs {
        guard files.isEmpty else { return try inputs(of: network, from: source, memory: memory) }
        return try RunInputs(PictureCrop.picture(image, crop, of: source, memory: memory), of: network)
    }

    /// - Throws: for a part of the picture where tensors are given.
    func refuseCrop(_ crop: PictureCrop?) throws {
        guard !files.isEmpty else { return }
        try refuseUnused(["--crop": crop != nil], goingWith: "a picture: leave --input out")
    }

    /// The same on a command line.
    var words: [String] {
        (image.map { ["--image", $0] } ?? []) + files.flatMap { ["--input", "\($0.name)=\($0.path)"] }
            + (inputOffset.map { ["--input-offset", "\($0)"] } ?? [])
            + (givenLayout.map { ["--input-layout", $0.rawValue] } ?? [])
    }
}

/// A tensor and its file, written `NAME=FILE`.
struct TensorFile: ExpressibleByArgument {
    let name: String
    let path: String

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex,
            argument.index(after: equals) < argument.endIndex
        else { return nil }
        name = String(argument[..<equals])
        path = String(argument[argument.index(after: equals)...])
    }
}
