import Diagnostics
import ModelWriters
import Random
import TFLite
import TestSupport
import Testing

/// Whatever the bytes are, reading them ends in a model or in a diagnostic, and soon.
@Suite struct TFLiteDamageTests {
    /// Reads a file and all constants of what it turns out to be.
    private func read(_ bytes: [UInt8]) -> DiagnosticCode? {
        do throws(Diagnostic) {
            let model = try TFLiteModel(bytes, at: "test")
            for subgraph in model.subgraphs {
                for tensor in subgraph.tensors { _ = try model.constant(tensor) }
            }
            return nil
        } catch { return error.code }
    }

    private let allowed: Set<DiagnosticCode> = [
        .tfliteNotOne, .tfliteVersionUnknown, .tfliteTruncated, .tfliteMalformed, .tfliteTooLarge,
        .tfliteIndexOutOfRange, .tfliteValueOutOfRange, .tfliteConstantUnfit,
    ]

    @Test("Every prefix of a file is refused, the whole is read")
    func truncations() {
        let bytes = SmallModel.bytes
        // The last byte ends a string and is not needed.
        for count in 0..<bytes.count - 1 {
            let code = read(Array(bytes.prefix(count)))
            #expect(code.map { allowed.contains($0) } == true, "\(count) of \(bytes.count) bytes")
        }
        #expect(SmallModel.code(bytes) == nil)
    }

    @Test("Every value of every byte ends in a model or a diagnostic")
    func singleBytes() {
        var codes: [DiagnosticCode: Int] = [:]
        for position in SmallModel.bytes.indices {
            var bytes = SmallModel.bytes
            for value: UInt8 in [0, 1, 2, 3, 4, 5, 8, 16, 0x7F, 0x80, 0xFE, 0xFF] {
                bytes[position] = value
                if let code = read(bytes) { codes[code, default: 0] += 1 }
            }
        }
        #expect(Set(codes.keys).isSubset(of: allowed))
        // All kinds of damage are found: none of the checks is idle.
        for code in allowed.subtracting([.tfliteTooLarge]) { #expect(codes[code, default: 0] > 0, "\(code)") }
    }

    @Test("Seeded changes of several bytes, numbers and places end in a model or a diagnostic", arguments: 0..<4)
    func severalBytes(seed: Int) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<5000 {
            var bytes = SmallModel.bytes
            for _ in 0..<random.integer(1...6) {
                let position = random.integer(8...bytes.count - 4)
                switch random.integer(0...3) {
                case 0: bytes[position] = UInt8(random.integer(0...255))
                case 1:
                    let number = random.element(of: [0, 1, -1, Int32.max, .min, Int32(bytes.count), 0x10000])
                    withUnsafeBytes(of: number.littleEndian) {
                        bytes.replaceSubrange(position..<position + 4, with: $0)
                    }
                case 2:
                    let source = random.integer(8...bytes.count - 4)
                    bytes.replaceSubrange(position..<position + 4, with: bytes[source..<source + 4])
                default: bytes.swapAt(position, random.integer(8...bytes.count - 1))
                }
            }
            if let code = read(bytes) { #expect(allowed.contains(code), "seed \(seed)") }
        }
    }

    @Test("Vectors longer than the file are TFLITE-003, whatever they ask for")
    func hugeVectors() throws {
        let count = try #require(SmallModel.bytes.firstRange(of: Array("picture".utf8))).lowerBound - 4
        for value: [UInt8] in [[0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0x80], [0, 0, 1, 0]] {
            var bytes = SmallModel.bytes
            bytes.replaceSubrange(count..<count + 4, with: value)
            #expect(read(bytes) == .tfliteTruncated)
        }
    }

    @Test("Tables that lie on one another are read as long as they ask for no more than the file has")
    func sharedTables() throws {
        let tensor: [Int: Written] = [0: .int32s([1, 2, 3]), 3: .string("again")]
        func file(count: Int) -> [UInt8] {
            SmallModel.bytes([2: .tables([[0: .sameTable(tensor, count: count)]]), 7: .tables([])])
        }
        let model = try TFLiteModel(file(count: 3), at: "test")
        #expect(model.subgraphs[0].tensors.map(\.name) == ["again", "again", "again"])
        #expect(read(file(count: 1000)) == .tfliteTooLarge)
    }

    @Test("A megabyte of offsets to one long list is TFLITE-005 within a second")
    func quadratic() {
        let item: [Int: Written] = [1: .int32s(Array(repeating: -1, count: 100_000))]
        let bytes = SmallModel.bytes([
            2: .tables([[3: .sameTable(item, count: 100_000)]]), 7: .tables([]),
        ])
        let duration = ContinuousClock().measure { #expect(read(bytes) == .tfliteTooLarge) }
        #expect(duration < .seconds(1))
    }

    @Test("More tables than 2^18 are TFLITE-005")
    func manyTables() {
        // Bytes enough that the allowance for bytes does not refuse them first.
        let filler = [UInt8](repeating: 0, count: 1 << 20)
        func file(count: Int) -> [UInt8] {
            SmallModel.bytes([4: .sameTable([:], count: count), 8: .bytes(filler)])
        }
        #expect(read(file(count: 1 << 18)) == .tfliteTooLarge)
        #expect(SmallModel.code(file(count: (1 << 18) - 100)) == nil)
    }

    @Test("A table that leads back into itself ends")
    func cyclic() {
        // Every offset of the file leads to the root table in turn; only forward ones are offsets at all.
        let root = Int(SmallModel.bytes[0])
        for position in stride(from: 8, to: SmallModel.bytes.count - 4, by: 1) {
            var bytes = SmallModel.bytes
            let distance = UInt32(truncatingIfNeeded: root - position)
            withUnsafeBytes(of: distance.littleEndian) { bytes.replaceSubrange(position..<position + 4, with: $0) }
            if let code = read(bytes) { #expect(allowed.contains(code)) }
        }
    }
}
