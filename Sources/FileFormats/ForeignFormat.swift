package import Diagnostics

/// Files that people name where a network belongs, known by their contents whatever their names end in.
package enum ForeignFormat {
    /// A pickle, as PyTorch before version 1.6 writes checkpoints.
    case pickle
    /// A ZIP archive, as later versions write them.
    case zip(isCheckpoint: Bool)
    case hdf5
    /// What a clone has in place of a file that Git LFS keeps elsewhere.
    case lfsPointer

    /// The format of a file at a path; nil where there is none, or one that is not known here.
    private init?(path: String) {
        do throws(InputFile.Refusal) {
            let file = try InputFile(path, limit: .max)
            self.init(count: file.byteCount) { try? file.read($0) }
        } catch .lfsPointer {
            self = .lfsPointer
        } catch { return nil }
    }

    /// - Parameters:
    ///   - count: of the file's bytes.
    ///   - read: some of them; nil where they cannot be read.
    init?(count: Int, reading read: (Range<Int>) -> [UInt8]?) {
        guard let first = read(0..<min(count, 512)) else { return nil }
        if let known = Self(first) {
            self = known
        } else if Self.beginsAsHDF5(behindUserBlock: count, read) {
            self = .hdf5
        } else {
            return nil
        }
    }

    /// - Parameter bytes: the first ones of the file.
    private init?(_ bytes: [UInt8]) {
        if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
            // The name of the first member: its length at 26, its bytes at 30.
            let count = bytes.count >= 30 ? Int(bytes[26]) | Int(bytes[27]) << 8 : 0
            let name = String(decoding: bytes.dropFirst(30).prefix(count), as: UTF8.self)
            let ends = ["/data.pkl", "/.format_version", "/byteorder", "/version"]
            self = .zip(isCheckpoint: ends.contains { name.hasSuffix($0) })
        } else if Self.beginAsPickle(bytes) {
            self = .pickle
        } else if bytes.starts(with: [0x89, 0x48, 0x44, 0x46]) {
            self = .hdf5
        } else if InputFile.beginsAsLFSPointer(bytes) {
            self = .lfsPointer
        } else {
            return nil
        }
    }

    /// Protocols 2 to 5 begin with their number. Of the older two there is a container with its first place in the
    /// memo, `(dp0` or `(lp1` and a line feed, `}q\0` or `]q\0`; or the name of a class in two lines.
    private static func beginAsPickle(_ bytes: [UInt8]) -> Bool {
        if bytes.count >= 2, bytes[0] == 0x80 { return (2...5).contains(bytes[1]) }
        if ["}q\0", "]q\0"].contains(where: { bytes.starts(with: Array($0.utf8)) }) { return true }
        let lines = bytes.split(separator: 0x0A, maxSplits: 2, omittingEmptySubsequences: false)
        guard lines.count == 3 else { return false }
        if ["(dp", "(lp"].contains(where: { lines[0].starts(with: Array($0.utf8)) }) {
            return lines[0].count > 3 && lines[0].dropFirst(3).allSatisfy { (0x30...0x39).contains($0) }
        }
        func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
            !bytes.isEmpty && bytes.count <= 100
                && String(decoding: bytes, as: UTF8.self).allSatisfy {
                    $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".")
                }
        }
        return lines[0].first == UInt8(ascii: "c") && isName(lines[0].dropFirst()) && isName(lines[1])
            && lines[2].first.map { [UInt8(ascii: "q"), UInt8(ascii: "p"), UInt8(ascii: "(")].contains($0) } ?? false
    }

    /// A block of the user's stands before the signature: 512 bytes, or a power of two times as many.
    private static func beginsAsHDF5(behindUserBlock count: Int, _ read: (Range<Int>) -> [UInt8]?) -> Bool {
        let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
        var start = 512
        while start <= count - signature.count {
            if read(start..<start + signature.count) == signature { return true }
            start *= 2
        }
        return false
    }

    /// Refuses a file of one of these formats, for readers that go by a name's ending.
    ///
    /// - Throws: `importFormatUnknown`.
    package static func refuse(_ path: String) throws(Diagnostic) {
        if let format = ForeignFormat(path: path) { throw format.refusal(at: path) }
    }

    func refusal(at place: String) -> Diagnostic {
        let convert = "python -m intaglio_training convert \(place) -o network.safetensors (docs/importing.md)"
        let (found, remedy) =
            switch self {
            case .pickle: ("a pickle, as PyTorch writes checkpoints", "convert it: \(convert)")
            case .zip(isCheckpoint: true): ("a checkpoint of PyTorch", "convert it: \(convert)")
            case .zip: ("a ZIP archive", "name a file in it; if PyTorch wrote it, convert it: \(convert)")
            case .hdf5: ("an HDF5 file", "export the network to TensorFlow Lite, ONNX or safetensors")
            case .lfsPointer:
                (InputFile.Refusal.lfsPointer.found, InputFile.Refusal.lfsPointer.remedy(or: "copy the file itself"))
            }
        return Diagnostic(
            .importFormatUnknown, at: place, found: found,
            expected: "a network that intaglio reads: a safetensors file, or a TensorFlow Lite or ONNX model",
            remedy: remedy)
    }
}
