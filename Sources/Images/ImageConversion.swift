/// What had to be done to a picture on the way to 8-bit RGB. Reported, since it decides what the network sees.
public enum ImageConversion: String, CaseIterable, Sendable {
    /// 16-bit samples v became the nearest 8-bit ones: v x 255 / 65535, rounded to nearest (no ties exist: 65535 / 255
    /// = 257 is odd).
    case sixteenBit
    /// Gray samples were repeated for red, green and blue; 1, 2 and 4 bits were scaled to the full range (x 255, 85,
    /// 17), which is exact.
    case gray
    /// Palette indices were replaced by their colours.
    case palette
    /// The alpha channel or the transparent colour was ignored: the colours are those stored, blended with nothing.
    case alpha
    /// The rows were stored interlaced (Adam7); nothing was lost.
    case interlaced
}
