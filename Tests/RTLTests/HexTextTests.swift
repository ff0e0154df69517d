import RTL
import Testing

@Suite("Memory files of simulators") struct HexTextTests {
    @Test("A byte with an unknown bit is not a byte, and never 0")
    func unknown() {
        let text = "// 0x00000000\n@0\n00\nff\nxx\n0X\nz1 7f\n"
        #expect(HexText.parse(Array(text.utf8)) == [0, 255, nil, nil, nil, 127])
    }
}
