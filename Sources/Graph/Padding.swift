/// Rows and columns of real zeros around the input activations, never stored: padding bypasses the decoder and injects
/// v = 0.
public struct Padding: Hashable, Sendable {
    public var top: Int
    public var bottom: Int
    public var left: Int
    public var right: Int

    public init(top: Int, bottom: Int, left: Int, right: Int) {
        self.top = top
        self.bottom = bottom
        self.left = left
        self.right = right
    }

    public init(all count: Int) {
        self.init(top: count, bottom: count, left: count, right: count)
    }

    public static let none = Padding(all: 0)

    /// Whether anything lies outside of the tensor; else rows and columns are only left out.
    public var addsElements: Bool { max(top, bottom, left, right) > 0 }
}
