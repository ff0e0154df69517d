import Diagnostics
import Foundation
import Text

extension ONNXReader {
    /// Where elements lie outside of the model.
    struct ExternalFile {
        let folder: String
        let path: String
        let offset: Int
        let byteCount: Int

        var isThere: Bool { realpath(path, nil).map { free($0) } != nil }
    }

    /// Where the elements of a tensor lie, as the file says it: within the folder of the model.
    ///
    /// - Throws: `onnxExternalRefused`, `onnxMalformed`.
    func externalFile(_ tensor: ProtoTensor, byteCount: Int, at location: String) throws(Diagnostic) -> ExternalFile {
        var entries: [String: String] = [:]
        guard tensor.externalData.count <= 16 else {
            throw malformed(location, found: "\(tensor.externalData.count) entries", expected: "at most 16")
        }
        for bytes in tensor.externalData {
            let entry: ProtoEntry = try message(bytes, at: location)
            entries[entry.key] = entry.value
        }
        guard let name = entries["location"], Self.staysInside(name) else {
            throw refused(
                location, found: entries["location"].map { "elements in \($0)" } ?? "elements in a file without a name",
                expected: "a path within the model's folder, without '..'")
        }
        guard let offset = Self.number(entries["offset"], absent: 0),
            let length = Self.number(entries["length"], absent: byteCount), length == byteCount
        else {
            throw refused(
                location,
                found: "offset \(entries["offset"] ?? "none"), length \(entries["length"] ?? "none")",
                expected: "\(byteCount.counted("byte")) from 0 on, or from an offset")
        }
        let folder = place.lastIndex(of: "/").map { String(place[...$0]) } ?? "./"
        return ExternalFile(folder: folder, path: folder + name, offset: offset, byteCount: byteCount)
    }

    /// The elements, links followed.
    ///
    /// - Throws: `onnxExternalRefused`.
    func external(_ elements: ExternalFile, at location: String) throws(Diagnostic) -> [UInt8] {
        let (path, offset, byteCount) = (elements.path, elements.offset, elements.byteCount)
        guard let real = Self.resolved(path) else {
            throw refused(location, found: "no file \(path)", expected: "the elements of this constant")
        }
        guard let inside = Self.resolved(elements.folder), real.hasPrefix(inside == "/" ? inside : inside + "/") else {
            throw refused(location, found: "\(path), a link out of the folder", expected: "a file inside of it")
        }
        do throws(InputFile.Refusal) {
            let file = try InputFile(real, limit: .max)
            guard offset <= file.byteCount, byteCount <= file.byteCount - offset else {
                throw .shortened(byteCount: max(0, file.byteCount - offset))
            }
            return try file.read(offset..<offset + byteCount)
        } catch {
            throw refused(
                location, found: "\(path): \(error.found)", expected: "\(byteCount.counted("byte")) from \(offset) on",
                remedy: error.remedy(or: Self.remedy))
        }
    }

    private static func staysInside(_ name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix("/") && !name.utf8.contains(0)
            && !name.split(separator: "/", omittingEmptySubsequences: false).contains("..")
    }

    private static func number(_ text: String?, absent: Int) -> Int? {
        guard let text else { return absent }
        guard let number = Int(text), number >= 0 else { return nil }
        return number
    }

    private static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    private static let remedy =
        "put the file with the elements beside the model, or export the model with its elements inside"

    private func refused(
        _ location: String, found: String, expected: String, remedy: String = Self.remedy
    ) -> Diagnostic {
        Diagnostic(.onnxExternalRefused, at: location, found: found, expected: expected, remedy: remedy)
    }
}
