import Diagnostics
import FileFormats
import Importers
import NetworkFiles
import Text

/// A file to import that is no model and no state dict of CompressAI: what it is instead, as far as it says.
struct UnknownFormat {
    private let path: String

    init(_ path: String) { self.path = path }

    var refusal: Diagnostic {
        let header: SafetensorsFile
        do {
            header = try SafetensorsFile(readingFrom: path) { _, _ in false }
        } catch {
            switch error.code {
            // A file of another kind, of which these say nothing.
            case .networkFileMissing, .networkFileTooLarge, .networkHeaderTooLarge: return other
            case .networkFileTruncated, .networkHeaderMalformed: return beginsAsSafetensors ? error : other
            default: return error
            }
        }
        guard header.metadata["format"] != NetworkFile.format else {
            return refusal(
                found: "a network file, which intaglio wrote", expected: "a network of another format",
                remedy: "name it to quantize, plan or run: it needs no import")
        }
        let names = header.unreadTensors.sorted()
        return refusal(
            found:
                """
                a safetensors file of \(names.count.counted("tensor")) that \(names.count == 1 ? "is" : "are") no \
                state dict of CompressAI
                """
                + (names.isEmpty
                    ? "" : ": \(names.prefix(3).joined(separator: ", "))" + (names.count > 3 ? ", ..." : "")),
            expected: "tensors of g_a and g_s beside an entropy_bottleneck or gaussian_conditional",
            remedy: names.contains("gain")
                ? "for a network of intaglio_training: --architecture mean-scale-hyperprior"
                : "save the state dict of the whole network, or say what the weights are: \(architectures)")
    }

    private var architectures: String {
        "--architecture \(NetworkImporter.architectures.joined(separator: " or "))"
    }

    /// Whether the header's length is that of a header, and it begins as JSON.
    private var beginsAsSafetensors: Bool {
        (try? InputFile(path, limit: .max)).flatMap { try? $0.read(0..<min($0.byteCount, 9)) }?.dropFirst(8)
            .first == 0x7B
    }

    private var other: Diagnostic {
        let found: String
        do throws(InputFile.Refusal) {
            found = "\(try InputFile(path, limit: .max).byteCount) bytes that do not begin as a model"
        } catch { found = error.found }
        return refusal(
            found: found,
            expected:
                """
                a TensorFlow Lite model (TFL3 in bytes 4 to 7), an ONNX model, a CompressAI state dict as safetensors, \
                or weights with --architecture
                """,
            remedy:
                """
                name a .tflite or .onnx file, convert a checkpoint (docs/importing.md), or say what the weights are: \
                \(architectures)
                """)
    }

    private func refusal(found: String, expected: String, remedy: String) -> Diagnostic {
        Diagnostic(.importFormatUnknown, at: path, found: found, expected: expected, remedy: remedy)
    }
}
