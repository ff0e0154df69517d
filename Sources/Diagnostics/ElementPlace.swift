/// Where an element stands in a tensor, for people.
public enum ElementPlace {
    /// `[k, r, s, c]` of the element number `index` of a tensor of this shape, the last extent varying fastest; a
    /// scalar's is `[]`.
    public static func text(_ index: Int, in shape: [Int]) -> String {
        var rest = index
        var coordinates: [Int] = []
        for extent in shape.reversed() {
            coordinates.append(rest % max(extent, 1))
            rest /= max(extent, 1)
        }
        return "[\(coordinates.reversed().map(String.init).joined(separator: ", "))]"
    }
}

extension BinaryFloatingPoint where Self: CustomStringConvertible {
    /// As it is printed, but every NaN is `NaN`: its sign says nothing, and differs from processor to processor.
    package var namingNaN: String { isNaN ? "NaN" : description }
}

extension Diagnostic {
    /// Of the first element that is no finite number; nil where all are.
    ///
    /// - Parameter place: of the tensor.
    public static func notFinite(_ values: [Float], shape: [Int], at place: String) -> Diagnostic? {
        values.firstIndex { !$0.isFinite }.map { index in
            Diagnostic(
                .networkNotFinite, at: "\(place), element \(ElementPlace.text(index, in: shape))",
                found: values[index].namingNaN, expected: "finite numbers only",
                remedy: "train or export the network again")
        }
    }
}
