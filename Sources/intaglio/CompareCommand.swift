import ArgumentParser
import Codec
import Diagnostics
import Images
import Reports

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "PSNR and MS-SSIM of a picture against its original.")

    @Argument(help: "A PNG picture.") var picture: String
    @Argument(help: "The PNG picture that it was made from.") var original: String
    @OptionGroup var memory: MemoryOptions
    @Flag(help: "Write the figures as one JSON document.") var json = false

    private func pictureQuality(_ memory: MemoryBudget) throws -> PictureQuality {
        let first = try PNGReader.read(path: picture, memory: memory).image
        let second = try PNGReader.read(path: original, memory: memory.beside(first.samples.count)).image
        return try PictureQuality(
            of: first, against: second, memory: memory.beside(first.samples.count + second.samples.count))
    }

    func run() throws {
        let quality = try pictureQuality(memory.budget())
        if json { return try Console.document(quality, DocumentHeader()) }
        try Console.result(quality.text)
    }
}
