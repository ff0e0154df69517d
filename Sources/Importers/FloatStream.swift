import Diagnostics
import FileFormats
import Networks

/// A raw file of little-endian float32, taken from its start piece by piece.
struct FloatStream {
    private let path: String
    private let values: [Float]
    private let trailingBytes: Int
    private var position = 0

    /// - Throws: `importFileMissing`, `networkNotFinite`.
    init(path: String, memory: MemoryBudget) throws(Diagnostic) {
        let bytes: [UInt8]
        do {
            bytes = try FileBytes.read(path, memory: memory)
        } catch  where [.memoryBudgetExceeded, .memoryRefused].contains(error.code) {
            throw error
        } catch {
            throw Diagnostic(
                .importFileMissing, at: path, found: error.found, expected: "a file of float32",
                remedy: "name the folder that holds the weights")
        }
        self.path = path
        trailingBytes = bytes.count % 4
        values = bytes.withUnsafeBytes { raw in
            (0..<bytes.count / 4).map {
                Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
            }
        }
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw Diagnostic(
                .networkNotFinite, at: "\(path), element \(index)", found: values[index].namingNaN,
                expected: "finite numbers only", remedy: "export the weights again")
        }
    }

    /// - Throws: `importFileWrongSize`.
    func requireCount(_ count: Int) throws(Diagnostic) {
        guard values.count == count, trailingBytes == 0 else {
            throw Diagnostic(
                .importFileWrongSize, at: path, found: "\(4 * values.count + trailingBytes) bytes",
                expected: "\(4 * count)",
                remedy: "check the architecture and copy the whole file")
        }
    }

    /// The next `count` values; the file's size has been checked.
    mutating func take(_ count: Int) -> [Float] {
        defer { position += count }
        return Array(values[position..<position + count])
    }
}
