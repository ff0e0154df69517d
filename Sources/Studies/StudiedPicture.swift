public import Images
public import Simulation

/// A picture of a study with what the float network makes of it.
public struct StudiedPicture: Sendable {
    public let name: String
    public let image: RGBImage
    public let float: FloatRun

    public init(name: String, image: RGBImage, float: FloatRun) {
        self.name = name
        self.image = image
        self.float = float
    }
}
