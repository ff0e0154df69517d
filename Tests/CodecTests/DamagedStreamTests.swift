import Codec
import Conformance
import Diagnostics
import EntropyCoding
import Foundation
import Images
import MachineDescription
import Networks
import Random
import TestSupport
import Testing

@Suite struct DamagedStreamTests {
    private static let stream: (bytes: [UInt8], picture: RGBImage) = {
        var codec = SmallCodec.hyperprior
        let encoded = try! codec.encode(
            SmallCodecNetwork.picture(width: 40, height: 24), rate: 0,
            quantizer: LatentQuantizer(.tcq8, fractionBits: 6))
        return (encoded.bytes, encoded.reconstruction)
    }()

    private func code(_ bytes: [UInt8]) -> DiagnosticCode? {
        var codec = SmallCodec.hyperprior
        do {
            _ = try codec.decode(bytes, at: "test")
            return nil
        } catch { return error.code }
    }

    /// With the checksums of header and sections made right again.
    private func repaired(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        func integer(_ offset: Int) -> Int { (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) } }
        func put(_ value: UInt32, _ offset: Int) {
            for index in 0..<4 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index)) }
        }
        let hyper = min(integer(36), bytes.count - 60)
        put(Self.crc32(bytes[60..<60 + hyper]), 44)
        put(Self.crc32(bytes[(60 + hyper)...]), 48)
        put(Self.crc32(bytes[..<56]), 56)
        return bytes
    }

    /// Bit by bit, from the definition.
    private static func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var remainder: UInt32 = ~0
        for byte in bytes {
            for bit in 0..<8 {
                let isSet = (remainder ^ UInt32(byte >> UInt8(bit))) & 1 == 1
                remainder = isSet ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1
            }
        }
        return ~remainder
    }

    @Test("The layout of the header is as documented, and its repaired copy decodes")
    func layout() throws {
        let bytes = Self.stream.bytes
        #expect(Array(bytes[..<8]) == Array("INTG".utf8) + [1, 3, 0, 4])
        #expect(Array(bytes[8..<20]) == [40, 0, 0, 0, 24, 0, 0, 0, 36, 0, 0, 0])
        #expect(repaired(bytes) == bytes)
        var codec = SmallCodec.hyperprior
        #expect(try codec.decode(bytes, at: "test") == Self.stream.picture)
    }

    @Test(
        "Sections are read only where the network could have made them: streamSectionTooLong, memoryBudgetExceeded"
    )
    func sections() throws {
        let folder = try ScratchFolder()
        defer { folder.remove() }
        let path = folder.path("picture.bits")
        func code(_ codec: PictureCodec = SmallCodec.hyperprior) -> DiagnosticCode? {
            var codec = codec
            do throws(Diagnostic) {
                _ = try codec.decode(StreamFile(path))
                return nil
            } catch { return error.code }
        }
        let bytes = Self.stream.bytes
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        #expect(code() == nil)
        #expect(
            code(
                try PictureCodec(
                    ProvenNetwork(SmallCodec.hyperprior.network), machine: .builtIn(named: "mid")!,
                    memory: MemoryBudget(bytes: 1 << 16))) == .memoryBudgetExceeded)
        // A header that states 4 GiB less its own bytes and those of the hyper-latents, and a file with a hole of that
        // length.
        var header = Array(bytes[..<60])
        let hyperLatentBytes = (0..<4).reduce(0) { $0 | Int(header[36 + $1]) << (8 * $1) }
        let latentBytes = 1 << 32 - 60 - hyperLatentBytes
        for index in 0..<4 { header[40 + index] = UInt8(truncatingIfNeeded: latentBytes >> (8 * index)) }
        let checksum = Self.crc32(header[..<56])
        for index in 0..<4 { header[56 + index] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * index)) }
        try Data(header).write(to: URL(fileURLWithPath: path))
        #expect(code() == .streamTruncated)
        #expect(truncate(path, 1 << 32) == 0)
        #expect(code() == .streamSectionTooLong)
        try Data(repeating: 0, count: 10).write(to: URL(fileURLWithPath: path))
        #expect(truncate(path, 1 << 32) == 0)
        #expect(code() == .streamNotOne)
    }

    @Test("Each kind of damage has its code")
    func codes() throws {
        let bytes = Self.stream.bytes
        func changed(_ offset: Int, _ value: UInt8) -> [UInt8] {
            var bytes = bytes
            bytes[offset] = value
            return bytes
        }
        #expect(code([]) == .streamNotOne)
        #expect(code(changed(0, 0)) == .streamNotOne)
        #expect(code(changed(4, 2)) == .streamVersionUnknown)
        #expect(code(Array(bytes.prefix(30))) == .streamTruncated)
        #expect(code(Array(bytes.dropLast())) == .streamTruncated)
        #expect(code(bytes + [0]) == .streamHeaderInvalid)
        #expect(code(changed(9, 1)) == .streamHeaderInvalid)
        for (offset, value) in [(5, 9), (6, 7), (7, 0), (11, 255), (16, 0), (18, 1)] as [(Int, UInt8)] {
            var damaged = changed(offset, value)
            if offset == 16 { damaged[17] = 0 }
            #expect(code(repaired(damaged)) == .streamHeaderInvalid, "offset \(offset)")
        }
        #expect(code(repaired(changed(20, bytes[20] ^ 1))) == .streamOfAnotherNetwork)
        #expect(code(changed(bytes.count - 1, bytes.last! ^ 1)) == .streamChecksumMismatch)
        #expect(code(changed(61, bytes[61] ^ 1)) == .streamChecksumMismatch)
        #expect(code(repaired(changed(60, bytes[60] ^ 1))) == .streamPayloadInvalid)
        #expect { _ = try StreamFile("/nowhere/at/all") } throws: { ($0 as? Diagnostic)?.code == .streamMissing }
    }

    @Test("20,000 mutations and truncations end in a picture or a typed error, also where the checksums are right")
    func mutations() throws {
        var random = SeededGenerator(seed: 12)
        var (decoded, refused) = (0, 0)
        var codec = SmallCodec.hyperprior
        for round in 0..<20_000 {
            var bytes = Self.stream.bytes
            if Int.random(in: 0..<4, using: &random) == 0 {
                bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
            }
            for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            // A large picture would be decoded, only slowly: extents keep their upper bytes when the checksum is
            // repaired.
            if round % 2 == 0, bytes.count >= 60 {
                for offset in [9, 10, 11, 13, 14, 15] { bytes[offset] = 0 }
                bytes = repaired(bytes)
            }
            do {
                _ = try codec.decode(bytes, at: "test")
                decoded += 1
            } catch {
                #expect(
                    error.code.rawValue.hasPrefix("STREAM-") || error.code == .trellisTableInvalid,
                    "round \(round): \(error)")
                refused += 1
            }
        }
        #expect(decoded > 20 && refused > 10_000, "\(decoded) decoded, \(refused) refused")
    }
}
