import Testing
import Text

@Suite struct SVGCanvasTests {
    @Test("Names from files stay character data")
    func escapes() {
        var canvas = SVGCanvas(width: 10, height: 20)
        canvas.text("a<b>&\u{1B}", x: 1, y: 2)
        canvas.rectangle(x: 0, y: 0.25, width: 3, height: 4, fill: "red", title: "<x>")
        #expect(
            canvas.svg == """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 20" font-family="sans-serif" font-size="12">
                <rect width="10" height="20" fill="white"/>
                <text x="1.0" y="2.0" text-anchor="start" font-size="12">a&lt;b&gt;&amp;\\u{1B}</text>
                <rect x="0.0" y="0.2" width="3.0" height="4.0" fill="red"><title>&lt;x&gt;</title></rect>
                </svg>

                """)
    }

    @Test("Characters that XML 1.0 does not have are written out, others of their kind stay")
    func noCharacters() {
        #expect(SVGCanvas.escaped("a\u{FFFE}b\u{FFFF}\u{FFFD}\u{1FFFE}") == "a\\u{FFFE}b\\u{FFFF}\u{FFFD}\u{1FFFE}")
    }
}
