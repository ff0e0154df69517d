import Diagnostics

/// Text that goes in pieces of 64 KiB to a file which is written whole or not at all.
struct BufferedFile: ~Copyable {
    private static let pieceBytes = 1 << 16
    private var file: AtomicFile
    private var piece: [UInt8] = []

    init(path: String) throws(Diagnostic) {
        file = try AtomicFile(path: path)
        piece.reserveCapacity(2 * BufferedFile.pieceBytes)
    }

    mutating func append(_ text: String) throws(Diagnostic) {
        piece.append(contentsOf: text.utf8)
        if piece.count >= BufferedFile.pieceBytes { try flush() }
    }

    private mutating func flush() throws(Diagnostic) {
        try file.append(piece)
        piece.removeAll(keepingCapacity: true)
    }

    /// Gives the text its name. Dropped without this, nothing is left behind.
    consuming func commit() throws(Diagnostic) {
        try flush()
        try file.commit()
    }
}
