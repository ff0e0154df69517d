import Diagnostics

/// Files that people name where a safetensors file belongs, known by how they begin.
enum ForeignFormat {
    /// A pickle, as PyTorch before version 1.6 writes checkpoints, begins with its protocol.
    case pickle
    /// A ZIP archive, as later versions write them.
    case zip(isCheckpoint: Bool)
    case hdf5

    /// - Parameter bytes: the first ones of the file.
    init?(_ bytes: [UInt8]) {
        if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
            // The name of the first member: its length at 26, its bytes at 30.
            let count = bytes.count >= 30 ? Int(bytes[26]) | Int(bytes[27]) << 8 : 0
            let name = String(decoding: bytes.dropFirst(30).prefix(count), as: UTF8.self)
            let ends = ["/data.pkl", "/.format_version", "/byteorder", "/version"]
            self = .zip(isCheckpoint: ends.contains { name.hasSuffix($0) })
        } else if bytes.count >= 2, bytes[0] == 0x80, (2...5).contains(bytes[1]) {
            self = .pickle
        } else if bytes.starts(with: [0x89, 0x48, 0x44, 0x46]) {
            self = .hdf5
        } else {
            return nil
        }
    }

    func refusal(at place: String) -> Diagnostic {
        let convert = "python -m intaglio_training convert \(place) -o network.safetensors (docs/importing.md)"
        let (found, remedy) =
            switch self {
            case .pickle: ("a pickle, as PyTorch writes checkpoints", "convert it: \(convert)")
            case .zip(isCheckpoint: true): ("a checkpoint of PyTorch", "convert it: \(convert)")
            case .zip: ("a ZIP archive", "name a file in it; if PyTorch wrote it, convert it: \(convert)")
            case .hdf5: ("an HDF5 file", "export the network to TensorFlow Lite, ONNX or safetensors")
            }
        return Diagnostic(
            .importFormatUnknown, at: place, found: found,
            expected: "a network that intaglio reads: a safetensors file, or a TensorFlow Lite or ONNX model",
            remedy: remedy)
    }
}
