/// One element of a tensor, written `y=12,x=7,c=3`; read in any order, so that none can be mistaken for another.
public struct Coordinate: Hashable, Sendable {
    /// Row.
    public var y: Int
    /// Column.
    public var x: Int
    /// Channel.
    public var c: Int

    public init(y: Int, x: Int, c: Int) {
        self.y = y
        self.x = x
        self.c = c
    }

    /// Nil for anything but `y=`, `x=` and `c=` with a number from 0 each, once each.
    public init?(_ text: String) {
        var numbers: [Substring: Int] = [:]
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false)
            guard sides.count == 2, ["y", "x", "c"].contains(sides[0]), let number = Int(sides[1]), number >= 0,
                numbers.updateValue(number, forKey: sides[0]) == nil
            else { return nil }
        }
        guard let y = numbers["y"], let x = numbers["x"], let c = numbers["c"] else { return nil }
        self.init(y: y, x: x, c: c)
    }
}

extension Coordinate: CustomStringConvertible {
    public var description: String { "y=\(y),x=\(x),c=\(c)" }
}
