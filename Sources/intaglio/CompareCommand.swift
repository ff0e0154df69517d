import ArgumentParser
import Codec
import Images

struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "compare", abstract: "PSNR and MS-SSIM of a picture against its original.")

    @Argument(help: "A PNG picture.") var picture: String
    @Argument(help: "The PNG picture that it was made from.") var original: String
    @Flag(help: "Write the figures as one JSON document.") var json = false

    func run() throws {
        let quality = try PictureQuality(of: PNGReader.read(path: picture).image, against: PNGReader.read(path: original).image)
        try Console.result(json ? quality.jsonText() : quality.text)
    }
}
