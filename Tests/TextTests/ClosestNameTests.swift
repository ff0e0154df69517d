import Testing
import Text

@Suite struct ClosestNameTests {
    @Test(arguments: [
        ("ordre", "order"), ("activaton", "activation"), ("Order", "order"), ("pixelOuter", "pixelsOuter"),
        ("teh", "the"), ("acitvation", "activation"), ("odrer", "order"),
    ])
    func meant(_ typed: String, _ name: String) {
        #expect(closestName(to: typed, among: ["something", name, "else"]) == name)
    }

    @Test(arguments: ["redro", "xyz", "", "activation-of-something"])
    func nobody(_ typed: String) { #expect(closestName(to: typed, among: ["order", "activation"]) == nil) }
}
