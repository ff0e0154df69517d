import Tensors
import Testing

/// `.npy` files made here by the format's definition.
@Suite struct NPYArrayTests {
    private static func file(
        _ header: String, _ payload: [UInt8], version: UInt8 = 1, magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    ) -> [UInt8] {
        let text = Array((header + "\n").utf8)
        let length =
            version == 1
            ? [UInt8(text.count & 255), UInt8(text.count >> 8)]
            : [UInt8(text.count & 255), UInt8(text.count >> 8), 0, 0]
        return magic + [version, 0] + length + text + payload
    }

    private static func header(_ type: String, _ shape: String, order: String = "False") -> String {
        "{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(shape), }"
    }

    @Test func elementsOfEveryType() throws {
        // 2, 254 (-2 as int8), 127
        let bytes: [UInt8] = [2, 254, 127]
        #expect(try NPYArray(Self.file(Self.header("|u1", "(3,)"), bytes)).elements == .integers([2, 254, 127]))
        #expect(try NPYArray(Self.file(Self.header("|i1", "(1, 3)"), bytes)).elements == .integers([2, -2, 127]))
        // 0x0102 = 258, 0xFFFE = -2
        #expect(
            try NPYArray(Self.file(Self.header("<i2", "(2,)"), [2, 1, 0xFE, 0xFF])).elements == .integers([258, -2]))
        #expect(
            try NPYArray(Self.file(Self.header(">i2", "(2,)"), [1, 2, 0xFF, 0xFE])).elements == .integers([258, -2]))
        #expect(try NPYArray(Self.file(Self.header("<i4", "()"), [0, 0, 1, 0])).elements == .integers([65_536]))
        // 1.5 = 0x3FC00000
        let float = try NPYArray(Self.file(Self.header("<f4", "(1, 1, 1)"), [0, 0, 0xC0, 0x3F]))
        #expect(float.elements == .floats([1.5]) && float.shape == [1, 1, 1] && float.type == .float32)
    }

    @Test func versionsAndSpacing() throws {
        for version: UInt8 in [1, 2, 3] {
            let array = try NPYArray(Self.file(Self.header("|u1", "(2, 1)"), [7, 8], version: version))
            #expect(array.shape == [2, 1] && array.elements == .integers([7, 8]))
        }
        let spaced = #"{"shape": (2,), "fortran_order": False, "descr": "|u1"}"#
        #expect(try NPYArray(Self.file(spaced, [7, 8])).elements == .integers([7, 8]))
        let other = "{'shape':(2, ), 'fortran_order':False, 'descr':'|u1', }                "
        #expect(try NPYArray(Self.file(other, [7, 8])).shape == [2])
    }

    /// Each is the same to Python.
    @Test("Keys in any order, with and without a comma at the end, spaces and quotes of both kinds")
    func literals() throws {
        let items = ["'descr': '<i2'", "'fortran_order': False", "'shape': (1, 2)"]
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            for (open, between, close) in [
                ("{", ", ", "}"), ("{", ", ", ", }"), ("{", ",", "}"), ("{ ", "  ,  ", " , } "),
                ("  {", ",\n ", ",}\n"),
            ] {
                let text = open + order.map { items[$0] }.joined(separator: between) + close
                for header in [
                    text, text.replacing("'", with: "\""), text.replacing(": ", with: ":"),
                    text.replacing(": ", with: " :  "), text.replacing("(1, 2)", with: "( 1 ,2, )"),
                ] {
                    let array = try NPYArray(Self.file(header, [7, 0, 8, 0]))
                    #expect(array.shape == [1, 2] && array.elements == .integers([7, 8]), "\(header)")
                }
            }
        }
        #expect(try NPYArray(Self.file("{'shape': (), 'fortran_order': False, 'descr': '|u1'}", [3])).shape == [])
    }

    static let refused: [(file: [UInt8], found: String)] = [
        ([], "no NumPy file"), (Array("hello, world".utf8), "no NumPy file"),
        (file(header("|u1", "(2,)"), [1, 2], version: 9), "version 9.0"),
        (file(header("<f8", "(1,)"), [0, 0, 0, 0, 0, 0, 0, 0]), "elements of type '<f8'"),
        (file(header("|O", "(1,)"), [0]), "elements of type '|O'"),
        (file(header("|u1", "(2, 2)", order: "True"), [1, 2, 3, 4]), "Fortran order"),
        (file(header("|u1", "(3,)"), [1, 2]), "2 bytes of elements"),
        (file(header("|u1", "(1,)"), [1, 2]), "2 bytes of elements"),
        (file(header("|u1", "(-1,)"), [1]), "shape (-1,)"),
        (
            file(header("|u1", "(4294967296, 4294967296, 4294967296)"), []),
            "shape (4294967296, 4294967296, 4294967296)"
        ),
        (file("{'descr': '|u1', 'fortran_order': False, }", [1]), "a header without 'shape'"),
        (file("nothing", [1]), "a header without 'descr'"),
        (file("{'descr': '|u1', 'shape': (1,)}", [1]), "a header without 'fortran_order'"),
        (
            file("{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (1,)}", [1]),
            "a header with 'descr' twice"
        ),
        (file("{'descr': '|u1', 'fortran_order': False, 'shape': (1,,)}", [1]), "shape (1,,)"),
        (file("{'descr': '|u1', 'fortran_order': False, 'shape': 1}", [1]), "shape 1"),
        (file("{'descr': '|u1', 'fortran_order': 0, 'shape': (1,)}", [1]), "'fortran_order' 0"),
        (file("{'descr': '|u1',, 'fortran_order': False, 'shape': (1,)}", [1]), "'' in the header"),
        (
            file("{'descr': [('a', '<f4'), ('b', '|u1')], 'fortran_order': False, 'shape': (1,)}", [1]),
            "elements of type [('a', '<f4'), ('b', '|u1')]"
        ),
        (Array(file(header("|u1", "(1,)"), [1]).prefix(30)), "a header of 58 bytes in a file of 30"),
    ]

    @Test(arguments: refused.indices) func refusals(_ index: Int) throws {
        let refusal = #expect(throws: NPYArray.Refusal.self) { try NPYArray(Self.refused[index].file) }
        #expect(refusal?.found == Self.refused[index].found)
    }

    /// Whatever is cut or changed, there is an array or a refusal.
    @Test func damageIsRefused() {
        let whole = Self.file(Self.header("<i2", "(1, 2, 1)"), [1, 2, 3, 4])
        for count in whole.indices {
            #expect(throws: NPYArray.Refusal.self) { try NPYArray(Array(whole.prefix(count))) }
        }
        for index in whole.indices {
            for value: UInt8 in [0, 1, 39, 40, 41, 44, 45, 57, 58, 127, 255] {
                var damaged = whole
                damaged[index] = value
                _ = try? NPYArray(damaged)
            }
        }
    }
}
