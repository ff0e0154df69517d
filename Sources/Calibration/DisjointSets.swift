/// Sets of elements that are found to belong together, two by two.
struct DisjointSets<Element: Hashable> {
    private var parents: [Element: Element] = [:]

    /// The element that stands for the set of this one.
    func root(of element: Element) -> Element {
        var element = element
        while let parent = parents[element] { element = parent }
        return element
    }

    /// Makes one set of the sets of two elements; the first one's root stands for it.
    mutating func unite(_ first: Element, _ second: Element) {
        let (root, other) = (root(of: first), root(of: second))
        if root != other { parents[other] = root }
    }
}
