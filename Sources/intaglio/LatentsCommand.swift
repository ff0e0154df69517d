import ArgumentParser
import Codec
import Diagnostics
import Images
import Simulation

struct LatentsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "latents", abstract: "Write the quantized latents of a folder of pictures.",
        discussion: """
            What the synthesis will be fed with at every rate, after each quantizer, and the hyper-latents, as the \
            machine computes them: what a decoder's syntheses are \
            fine-tuned on. Nothing is entropy coded and no picture is reconstructed.
            """)

    @OptionGroup var folder: CodedFolderOptions
    @OptionGroup var codec: CodecOptions
    @Option(name: .shortAndLong, help: "Folder for latents.json and the .npy files.") var output: String
    @Flag(help: "Write the symbols too.") var symbols = false
    @Flag(help: "Write latents.json to standard output, too.") var json = false

    func run() throws {
        var codec = try codec.codec()
        let rates = try folder.chosenRates(of: codec.rateCount)
        let quantizers = try folder.chosenQuantizers(for: codec)
        let pictures = try folder.chosenPictures()
        var latents = try LatentFolder(
            at: output, of: codec, rates: rates, quantizers: quantizers, includingSymbols: symbols,
            header: self.codec.header(of: codec))
        latents.add(refused: pictures.refused)
        for (index, picture) in pictures.pictures.enumerated() {
            Console.progress("picture", index + 1, of: pictures.pictures.count)
            do throws(Diagnostic) {
                let original = try PNGReader.read(path: picture.path, memory: self.codec.budget()).image
                for rate in rates {
                    let analysis = try codec.analyse(original, rate: rate)
                    if let hyperLatents = codec.hyperLatentValues(analysis) {
                        try latents.write(hyperLatents: hyperLatents, of: picture.name, rate: rate)
                    }
                    for (name, quantizer) in quantizers {
                        try latents.write(
                            codec.quantizedLatents(analysis, quantizer: quantizer), of: picture.name, original,
                            rate: rate, quantizer: name)
                    }
                }
            } catch {
                // A place that cannot be written to is no fault of a picture.
                guard error.code != .outputUnwritable, error.code != .outputDeviceFull else { throw error }
                latents.leaveOut(picture.name, error.within(picture.path))
            }
        }
        Console.endProgress()
        if latents.pictureCount > 0 {
            try latents.writeIndex()
            if json { try Console.result(latents.document) }
        }
        try RefusedItems.requireNone(latents.refused, done: latents.pictureCount, items: "pictures")
    }
}
