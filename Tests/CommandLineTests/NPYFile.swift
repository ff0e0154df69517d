import Foundation
import TestSupport
import Testing

/// A NumPy file of version 1.0, read by the format's definition.
struct NPYFile {
    let descriptor: String
    /// Height, width, channels.
    let shape: [Int]
    let payload: [UInt8]

    init(_ bytes: [UInt8]) throws {
        try #require(
            bytes.count >= 10 && Array(bytes[..<8]) == [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0],
            "no NumPy magic of version 1.0")
        let end = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
        try #require(
            end % 64 == 0 && bytes.count >= end && bytes[end - 1] == 0x0a,
            "the header is neither aligned nor ended by a newline")
        let header = String(decoding: bytes[10..<end], as: UTF8.self)
        let match = try #require(
            try /^\{'descr': '([|<][ui][12])', 'fortran_order': False, 'shape': \((\d+), (\d+), (\d+)\), \} *\n$/
                .wholeMatch(in: header), "header \(header)")
        descriptor = String(match.1)
        shape = [Int(match.2)!, Int(match.3)!, Int(match.4)!]
        payload = Array(bytes[end...])
        try #require(
            payload.count == shape.reduce(1, *) * (descriptor.hasSuffix("2") ? 2 : 1),
            "\(payload.count) bytes for shape \(shape)")
    }

    /// The one-byte element in row y, column x, channel c.
    subscript(y: Int, x: Int, c: Int) -> UInt8 { payload[(y * shape[1] + x) * shape[2] + c] }

    /// SHA-256 of the payload by the system's own program.
    func payloadDigest(in folder: ScratchFolder) throws -> String {
        let path = try folder.write(payload, "payload")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
        process.arguments = [path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let line = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return String(line.drop { $0 == "\\" }.prefix(64))
    }
}
