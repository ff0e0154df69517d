import Diagnostics
import FileFormats
import Networks
import TestSupport
import Testing

@Suite struct SafetensorsFileTests {
    /// A file from header text and body, put together by the format's definition.
    private func file(_ header: String, body: [UInt8] = [], length: Int? = nil) -> [UInt8] {
        let count = UInt64(length ?? header.utf8.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + Array(header.utf8) + body
    }

    private func failure(_ bytes: [UInt8]) -> DiagnosticCode? { code { _ = try SafetensorsFile(bytes, at: "net") } }

    private func tensor(_ name: String, type: String = "U8", shape: String = "[2]", _ start: Int, _ end: Int) -> String
    {
        "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":[\(start),\(end)]}"
    }

    @Test("A handmade file is read by the format's definition")
    func readsHandmade() throws {
        let header =
            "{\"__metadata__\":{\"a\":\"b \\u00e9 \\n\"},"
            + "\(tensor("x", type: "I16", shape: "[1,2]", 2, 6)),\(tensor("w", 0, 2))}  "
        let read = try SafetensorsFile(file(header, body: [7, 8, 0xFF, 0xFF, 0x34, 0x12]), at: "net")
        #expect(read.metadata == ["a": "b é \n"])
        #expect(read.tensors["w"]?.bytes == [7, 8])
        #expect(read.tensors["x"]?.integers(as: Int16.self) == [-1, 0x1234])
        #expect(read.tensors["x"]?.shape == [1, 2])
    }

    @Test("Written files have ordered, gapless tensors and an aligned header, and read back")
    func writes() throws {
        let source = SafetensorsFile(
            metadata: ["k": "quote \" backslash \\ \u{1}"],
            tensors: [
                "b": SafetensorsTensor([Float(1.5), -0.0], shape: [2]),
                "a": SafetensorsTensor([Int64.min, 5], shape: [2, 1]), "empty": SafetensorsTensor([Int8](), shape: [0]),
            ])
        let bytes = source.bytes
        #expect((8 + Int(bytes[0])) % 8 == 0)
        #expect(try SafetensorsFile(bytes, at: "net") == source)
        #expect(try SafetensorsFile(bytes, at: "net").bytes == bytes)
        #expect(bytes.suffix(24).prefix(8) == [0, 0, 0, 0, 0, 0, 0, 0x80])
    }

    @Test("Truncated anywhere, a file is refused")
    func truncated() throws {
        let whole = file("{\(tensor("w", 0, 2))}", body: [1, 2])
        #expect(failure(whole) == nil)
        for count in 0..<whole.count {
            #expect(failure(Array(whole.prefix(count))) == .networkFileTruncated, "\(count) bytes")
        }
    }

    @Test("Each fault of the header has its code")
    func faults() {
        #expect(failure(file("{}", length: 100_000_001)) == .networkHeaderTooLarge)
        #expect(failure(file("{\(tensor("w", 0, 2)),\(tensor("v", 1, 3))}", body: [1, 2, 3])) == .networkTensorOffsets)
        #expect(failure(file("{\(tensor("w", 1, 3))}", body: [1, 2, 3])) == .networkTensorOffsets)
        #expect(failure(file("{\(tensor("w", 0, 2))}", body: [1, 2, 3])) == .networkTrailingBytes)
        #expect(failure(file("{\(tensor("w", type: "F8_E4M3", 0, 2))}", body: [1, 2])) == .networkUnknownElementType)
        for header in [
            "[]", "{", "{}x", "{\"__metadata__\":1}", "{\"__metadata__\":{\"a\":1}}", "{\"w\":1}",
            "{\"w\":{\"dtype\":\"U8\",\"shape\":[2]}}",
            "{\(tensor("w", 0, 2)),\(tensor("w", 0, 2))}", "{\(tensor("w", 2, 0))}", "{\(tensor("w", 0, 1))}",
            "{\(tensor("w", shape: "[-2]", 0, 2))}",
            "{\(tensor("w", shape: "[4611686018427387904,4611686018427387904]", 0, 2))}",
            "{\(tensor("w", shape: "[2.0]", 0, 2))}",
            String(repeating: "[", count: 100_000), "{\"a\u{1}\":1}", "{\"a\":01}", "{\"a\":1e999}",
            "{\"a\":\"\\ud800\"}",
        ] {
            #expect(failure(file(header, body: [1, 2])) == .networkHeaderMalformed, "\(header.prefix(60))")
        }
    }

    /// Bit patterns of IEEE 754 binary16 by hand: sign, 5 bits of exponent (bias 15), 10 of fraction.
    @Test("Half precision is read by its definition, and written where it holds every value")
    func halfPrecision() throws {
        let header = "{\(tensor("w", type: "F16", shape: "[5]", 0, 10))}"
        let body: [UInt8] = [0x00, 0x3C, 0x01, 0xC0, 0x01, 0x00, 0x00, 0x80, 0xFF, 0x7B]
        let read = try SafetensorsFile(file(header, body: body), at: "net").tensors["w"]
        let values: [Float] = [1, -(2 + 2 * 0x1p-10), 0x1p-24, -0.0, 65504]
        #expect(read?.floats.map(\.bitPattern) == values.map(\.bitPattern))
        #expect(SafetensorsTensor(narrowest: values, shape: [5]).bytes == body)
        for one: Float in [1 + 0x1p-11, 0x1p-25, 65520, 1e30] {
            let kept = SafetensorsTensor(narrowest: values + [one], shape: [6])
            #expect(kept.elementType == .float32 && kept.floats == values + [one], "\(one)")
        }
    }

    @Test(
        "NaN and infinity are refused, in every float type",
        arguments: [Float.nan, .infinity, -.infinity, .signalingNaN])
    func notFinite(_ value: Float) {
        #expect(
            failure(SafetensorsFile(tensors: ["w": SafetensorsTensor([1, value], shape: [2])]).bytes)
                == .networkNotFinite)
        let half = Float16(value).bitPattern
        let halfBytes = [UInt8(truncatingIfNeeded: half), UInt8(half >> 8)]
        #expect(
            failure(
                SafetensorsFile(tensors: ["w": SafetensorsTensor(elementType: .float16, shape: [1], bytes: halfBytes)])
                    .bytes) == .networkNotFinite)
        let brain = UInt16(value.bitPattern >> 16)
        let brainBytes = [UInt8(truncatingIfNeeded: brain), UInt8(brain >> 8)]
        #expect(
            failure(
                SafetensorsFile(tensors: [
                    "w": SafetensorsTensor(elementType: .bfloat16, shape: [1], bytes: brainBytes)
                ]).bytes) == .networkNotFinite)
        let double = Double(value).bitPattern
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: double >> (8 * $0)) }
        #expect(
            failure(
                SafetensorsFile(tensors: ["w": SafetensorsTensor(elementType: .float64, shape: [1], bytes: bytes)])
                    .bytes) == .networkNotFinite)
    }

    @Test("BF16: a sign, 8 bits of exponent and 7 of mantissa, read exactly")
    func brainFloats() throws {
        // 1, -2.5, 2^-133 (below the normal ones), 1 + 2^-7.
        let bytes: [UInt8] = [0x80, 0x3F, 0x20, 0xC0, 0x01, 0x00, 0x81, 0x3F]
        let tensor = SafetensorsTensor(elementType: .bfloat16, shape: [4], bytes: bytes)
        #expect(tensor.floats == [1, -2.5, 0x1p-133, 1.0078125])
        let file = SafetensorsFile(tensors: ["w": tensor])
        #expect(try SafetensorsFile(file.bytes, at: "t") == file)
    }

    @Test("The element that is no finite number is named by its coordinates")
    func coordinates() {
        // Element 17 of [2][3][4] is 1 x 12 + 1 x 4 + 1.
        #expect(ElementPlace.text(17, in: [2, 3, 4]) == "[1, 1, 1]")
        #expect(ElementPlace.text(0, in: []) == "[]")
        var values = [Float](repeating: 0, count: 24)
        values[17] = .infinity
        let refusal = #expect(throws: Diagnostic.self) {
            try SafetensorsFile(
                SafetensorsFile(tensors: ["w": SafetensorsTensor(values, shape: [2, 3, 4])]).bytes, at: "t")
        }
        #expect(refusal?.place == "t, tensor w, element [1, 1, 1]")
    }

    @Test(
        "What PyTorch and others write is known by its beginning, and the way on is said",
        arguments: [
            // A ZIP archive whose first member, of 16 bytes, is that of torch.save; the same of another program.
            (
                [0x50, 0x4B, 3, 4] + [UInt8](repeating: 8, count: 22) + [16, 0, 0, 0] + Array("archive/data.pkl".utf8),
                "a checkpoint of PyTorch", "intaglio_training convert"
            ),
            (
                [0x50, 0x4B, 3, 4] + [UInt8](repeating: 8, count: 22) + [5, 0, 0, 0] + Array("a.npy".utf8),
                "a ZIP archive", "intaglio_training convert"
            ),
            // The number that the older format begins with.
            (
                [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20], "a pickle, as PyTorch writes checkpoints",
                "intaglio_training convert"
            ),
            ([0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10, 0], "an HDF5 file", "export the network"),
            // Behind a block of the user's of 512 bytes, or of 2048.
            (
                [UInt8](repeating: 0, count: 512) + [0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10, 0], "an HDF5 file",
                "export the network"
            ),
            (
                [UInt8](repeating: 0x41, count: 2048) + [0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10], "an HDF5 file",
                "export the network"
            ),
            // {'a': [1]} in protocols 0 and 1, and the beginning of a class in both.
            (Array("(dp0\nVa\np1\n(lp2\nI1\nas.".utf8), "a pickle, as PyTorch writes checkpoints", "convert"),
            (
                Array("}q\0X\u{1}\0\0\0aq\u{1}]q\u{2}K\u{1}as.".utf8), "a pickle, as PyTorch writes checkpoints",
                "convert"
            ),
            (
                Array("ccollections\nOrderedDict\np0\n(tRp1\n.".utf8), "a pickle, as PyTorch writes checkpoints",
                "convert"
            ),
            (
                Array("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n".utf8),
                "a pointer of Git LFS in place of the file", "git lfs pull"
            ),
        ] as [([UInt8], String, String)])
    func foreignFormats(bytes: [UInt8], found: String, remedy: String) throws {
        let refusal = #expect(throws: Diagnostic.self) { try SafetensorsFile(bytes, at: "t") }
        #expect(refusal?.code == .importFormatUnknown && refusal?.found == found)
        #expect(refusal?.remedy.contains(remedy) == true)
        // Readers that go by a name's ending ask for the same.
        try withFolder { folder in
            try AtomicFile.write(bytes, to: "\(folder)/x.csv")
            let refusal = #expect(throws: Diagnostic.self) { try ForeignFormat.refuse("\(folder)/x.csv") }
            #expect(refusal?.code == .importFormatUnknown && refusal?.found == found)
        }
    }

    @Test(
        "What only resembles another format is none",
        arguments: [
            "cats and dogs\nare animals\n", "(dpx\n1\n2\n", "Layer name, IFMAP Height\n", "version 1\n2\n3\n",
        ])
    func resemblances(_ text: String) throws {
        try withFolder { folder in
            try AtomicFile.write(Array(text.utf8), to: "\(folder)/x")
            try ForeignFormat.refuse("\(folder)/x")
        }
        let refusal = #expect(throws: Diagnostic.self) { try SafetensorsFile(Array(text.utf8), at: "t") }
        #expect(refusal?.code != .importFormatUnknown)
    }
}
