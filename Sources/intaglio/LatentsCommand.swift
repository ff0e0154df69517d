import ArgumentParser
import Codec
import Images

struct LatentsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latents", abstract: "Write the quantized latents of a folder of pictures.",
        discussion: """
            What the synthesis will be fed with at every rate, after each quantizer, and the hyper-latents, as the machine computes them: what a decoder's syntheses are \
            fine-tuned on. Nothing is entropy coded and no picture is reconstructed.
            """)

    @OptionGroup var folder: CodedFolderOptions
    @OptionGroup var codec: CodecOptions
    @Option(name: .shortAndLong, help: "Folder for latents.json and the .npy files.") var output: String
    @Flag(help: "Write the symbols too.") var symbols = false

    func run() throws {
        var codec = try codec.codec()
        let rates = try folder.chosenRates(of: codec)
        let quantizers = try folder.chosenQuantizers(for: codec)
        let pictures = try folder.chosenPictures()
        var latents = LatentFolder(at: output, of: codec, rates: rates, quantizers: quantizers, includingSymbols: symbols)
        for (index, picture) in pictures.enumerated() {
            Console.progress("picture \(index + 1) of \(pictures.count)")
            let original = try PNGReader.read(path: picture.path).image
            for rate in rates {
                let analysis = try codec.analyse(original, rate: rate)
                if let hyperLatents = codec.hyperLatentValues(analysis) { try latents.write(hyperLatents: hyperLatents, of: picture.name, rate: rate) }
                for (name, quantizer) in quantizers {
                    try latents.write(codec.quantizedLatents(analysis, quantizer: quantizer), of: picture.name, original, rate: rate, quantizer: name)
                }
            }
        }
        Console.endProgress()
        try latents.writeIndex()
    }
}
