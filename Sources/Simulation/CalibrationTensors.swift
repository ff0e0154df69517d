public import Diagnostics
import Graph
public import Quantization
public import Tensors
import Text

/// Tensors for calibration: a folder's `.npy` files in the order of their names.
///
/// Of float32 files elements are real values, which all files together give a step and an offset; of uint8 files they
/// are codes of 1 / 255. Shapes are (H, W, C) and (N, H, W, C) of N tensors, with `nchw` (C, H, W) and (N, C, H, W);
/// of a network that takes vectors (C) of one and (N, C) of N, too.
public struct CalibrationTensors: Sendable {
    public private(set) var codes: [Tensor<UInt8>] = []
    public private(set) var scale = InputScale.picture

    /// Whether a folder holds such files; false where it holds pictures.
    ///
    /// - Throws: `calibrationFolderEmpty` where it holds neither, or both: what would be meant is not known.
    public static func isFolder(_ path: String) throws(Diagnostic) -> Bool {
        let folders: [InputFolder]
        do throws(InputFolder.Unreadable) {
            folders = [
                try InputFolder(path, ending: ".png", includingFolders: true),
                try InputFolder(path, ending: ".npy", includingFolders: true),
            ]
        } catch { throw Self.empty(path, found: error.found) }
        let (pictures, tensors) = (folders[0].items.count, folders[1].items.count)
        switch (pictures, tensors) {
        case (0, 0):
            throw folders[0].refused.first ?? Self.empty(path, found: "no .png file and no .npy file")
        case (0, _): return true
        case (_, 0): return false
        default:
            throw Diagnostic(
                .calibrationFolderEmpty, at: path, found: ".png files (\(pictures)) and .npy files (\(tensors))",
                expected: "files of one kind: PNG pictures, or .npy files of the network's inputs",
                remedy: "put the others into another folder")
        }
    }

    /// - Parameters:
    ///   - count: at most so many tensors, evenly spaced through all of them.
    ///   - channels: of the network's input.
    ///   - takesVectors: whether that input is a vector, so that two dimensions say what they mean.
    ///   - memory: asked for the files and for the codes.
    /// - Throws: `calibrationFolderEmpty`, `tensorFileUnreadable`, `tensorFileUnfit`, `tensorElementUnfit`,
    ///   `memoryBudgetExceeded`.
    public init(
        _ path: String, count: Int, channels: Int, layout: TensorDumpForm.Layout, takesVectors: Bool,
        memory: MemoryBudget
    ) throws(Diagnostic) {
        let folder: InputFolder
        do throws(InputFolder.Unreadable) {
            folder = try InputFolder(path, ending: ".npy", includingFolders: true)
        } catch { throw Self.empty(path, found: error.found) }
        if let refused = folder.refused.first { throw refused }
        var values: [Tensor<Float>] = []
        var type: NPYArray.ElementType?
        var held = 0
        let form = TensorDumpForm(layout: layout, option: "--input")
        for item in folder.items {
            let dump = try TensorDump(item.path, form: form, memory: memory.beside(held))
            guard dump.array.type == .float32 || dump.array.type == .uint8 else {
                throw Self.unfit(
                    item.path, found: "\(dump.array.type.name) elements", expected: "float32, or uint8 for 0...1")
            }
            guard type == nil || type == dump.array.type else {
                throw Self.unfit(
                    item.path, found: "\(dump.array.type.name) elements beside \(type!.name)",
                    expected: "one type in all files")
            }
            type = dump.array.type
            let tensors = try Self.tensors(of: dump, channels: channels, takesVectors: takesVectors)
            held += tensors.reduce(0) { $0 + 5 * $1.elements.count }
            values += tensors
        }
        guard !values.isEmpty else { throw Self.empty(path, found: "no tensor in .npy files") }
        let chosen = count < values.count ? (0..<count).map { values[$0 * values.count / count] } : values
        if type == .float32 {
            let extremes = values.lazy.flatMap(\.elements).reduce((0.0, 0.0)) {
                (min($0.0, Double($1)), max($0.1, Double($1)))
            }
            scale = InputScale(holding: extremes.0...extremes.1)
        }
        let (isCode, scale) = (type == .uint8, scale)
        codes = chosen.map { tensor in
            Tensor(
                shape: tensor.shape, elements: tensor.elements.map { isCode ? UInt8($0) : scale.code(of: Double($0)) })
        }
    }

    /// The tensors of one file, in NHWC order.
    private static func tensors(
        of dump: TensorDump, channels: Int, takesVectors: Bool
    ) throws(Diagnostic) -> [Tensor<Float>] {
        let extents = dump.array.shape
        let areSeveral = [2, 4].contains(extents.count)
        let each = areSeveral ? Array(extents.dropFirst()) : extents
        let isPlanar = dump.form.layout == .nchw && each.count == 3
        let shape: TensorShape? =
            switch each.count {
            case 1 where takesVectors: TensorShape(height: 1, width: 1, channels: each[0])
            case 3 where isPlanar: TensorShape(height: each[1], width: each[2], channels: each[0])
            case 3: TensorShape(height: each[0], width: each[1], channels: each[2])
            default: nil
            }
        guard let shape, shape.count > 0, shape.channels == channels else {
            throw unfit(
                dump.place, found: "shape \(NPYArray.text(extents))",
                expected: (dump.form.layout == .nhwc ? "(H, W, C) or (N, H, W, C)" : "(C, H, W) or (N, C, H, W)")
                    + (takesVectors ? ", (C) or (N, C)" : "") + " of \(channels.counted("channel")), the network's")
        }
        let elements: [Float] =
            switch dump.array.elements {
            case .floats(let reals): reals
            case .integers(let integers): integers.map { Float($0) }
            }
        if let wrong = elements.firstIndex(where: { !$0.isFinite || abs($0) > 1e30 }) {
            throw Diagnostic(
                .tensorElementUnfit, at: dump.place, found: "element \(wrong) is \(elements[wrong].namingNaN)",
                expected: "finite numbers of at most 1e30", remedy: "look for what made it")
        }
        let count = areSeveral ? extents[0] : 1
        return (0..<count).map { number in
            let first = number * shape.count
            return Tensor(
                shape: shape,
                elements: (0..<shape.count).map { position in
                    guard isPlanar else { return elements[first + position] }
                    let (pixel, channel) = (position / channels, position % channels)
                    return elements[first + channel * shape.height * shape.width + pixel]
                })
        }
    }

    private static func empty(_ path: String, found: String) -> Diagnostic {
        Diagnostic(
            .calibrationFolderEmpty, at: path, found: found, expected: "a folder of PNG pictures or .npy files",
            remedy: "name a folder of photographs, or of the network's inputs")
    }

    private static func unfit(_ place: String, found: String, expected: String) -> Diagnostic {
        Diagnostic(
            .tensorFileUnfit, at: place, found: found, expected: expected,
            remedy: "write the network's inputs with numpy.save; --input-layout nchw for channels first")
    }
}
