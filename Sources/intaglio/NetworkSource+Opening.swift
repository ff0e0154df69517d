import Diagnostics
import FileFormats
import Graph
import Images
import Importers
import NetworkFiles
import Networks
import ONNX
import ONNXImport
import TFLite
import TFLiteImport

extension NetworkSource {
    /// A bundled network, a network file, or a TensorFlow Lite or ONNX model or a CompressAI state dict, which is
    /// imported in memory: known by its contents.
    ///
    /// - Throws: `networkHasNoWeights` for what can only be planned, `networkUnknown`, the diagnostics of network
    ///   files, and those of imports.
    static func opening(
        _ nameOrPath: String, includingFloat: Bool = true, memory: MemoryBudget
    ) throws(Diagnostic) -> NetworkSource {
        if let weightless = try WeightlessSource(nameOrPath) { throw weightless.refusal }
        if let model = try ONNXModel.ifOne(nameOrPath, memory: memory) {
            let imported = try ONNXImport(
                model, name: PlainName.ofModel(nameOrPath), at: nameOrPath, memory: memory)
            let extent = Extent(width: imported.report.width, height: imported.report.height)
            switch imported.network {
            case .float(let network):
                let host = imported.report.operators.filter { $0.destination == .host }.map(\.name)
                if !host.isEmpty {
                    Console.note(
                        """
                        \(nameOrPath): left to the host, not computed: \(host.joined(separator: ", ")); the network \
                        ends with \(network.graph.outputs.joined(separator: ", "))
                        """)
                }
                return NetworkSource(place: nameOrPath, imported: network, extent: extent)
            case .quantized(let network):
                return NetworkSource(place: nameOrPath, imported: network, extent: extent)
            }
        }
        if let imported = try CompressAIImport.ifOne(nameOrPath, memory: memory) {
            return NetworkSource(place: nameOrPath, imported: imported.network)
        }
        guard let model = try TFLiteModel.ifOne(nameOrPath, memory: memory) else {
            return try NetworkSource(nameOrPath, includingFloat: includingFloat, memory: memory)
        }
        let imported = try TFLiteImport(
            model, name: PlainName.ofModel(nameOrPath), at: nameOrPath, memory: memory)
        return NetworkSource(
            place: nameOrPath, imported: imported.network,
            extent: Extent(width: imported.report.width, height: imported.report.height))
    }

    /// What is planned without `--size`.
    func size(_ given: PictureSize?) -> PictureSize {
        let graph = file.quantized?.graph ?? file.float?.graph
        return extent?.size(given, of: place, isFixed: graph?.inputs.first?.extent != nil) ?? given
            ?? PictureSize(width: 768, height: 512)
    }

    /// The built-in picture, of the network's own extent where it has one.
    var testPicture: RGBImage {
        guard let extent else { return TestPicture.draw() }
        let (width, height) = (
            max(extent.width, TestPicture.defaultWidth), max(extent.height, TestPicture.defaultHeight)
        )
        return TestPicture.draw(width: width, height: height).cropped(
            top: (height - extent.height) / 2, left: (width - extent.width) / 2, width: extent.width,
            height: extent.height)
    }
}

extension NetworkSource.Extent {
    /// What is given, with a warning where it is another.
    ///
    /// - Parameter isFixed: whether the inputs have extents of their own, which none that is given changes.
    func size(_ given: PictureSize?, of place: String, isFixed: Bool) -> PictureSize {
        let own = PictureSize(width: width, height: height)
        if let given, isFixed {
            if given.width != width || given.height != height {
                Console.warn(
                    "\(place): its inputs have extents of their own, the first \(own): --size \(given) is unused")
            }
            return own
        }
        if let given, given.width != width || given.height != height {
            Console.warn("\(place) was made for \(width)x\(height): its padding at \(given) is another's")
        }
        return given ?? own
    }
}

extension TFLiteModel {
    /// No model is longer: 2 GiB.
    private static let largestBytes = 1 << 31

    /// The model at a path; nil where there is no file, or one of another format.
    ///
    /// - Throws: `memoryBudgetExceeded`, and what the model's reader throws.
    static func ifOne(_ path: String, memory: MemoryBudget) throws(Diagnostic) -> TFLiteModel? {
        guard let file = try? InputFile(path, limit: largestBytes), file.byteCount >= 8,
            let first = try? file.read(0..<8), begins(first)
        else { return nil }
        // The bytes, and what is read of them: at most four times as many.
        try memory.require(MemoryBudget.product(6, file.byteCount), for: "a model", at: path)
        let bytes: [UInt8]
        do {
            bytes = try file.read()
        } catch {
            throw Diagnostic(
                .tfliteTruncated, at: path, found: error.found, expected: "a model that can be read",
                remedy: "copy the whole file again")
        }
        return try TFLiteModel(bytes, at: path)
    }
}

extension ONNXModel {
    /// The format's own limit: 2 GiB.
    private static let largestBytes = 1 << 31

    /// The model at a path; nil where there is no file, or one of another format. A file whose name ends in .onnx is
    /// taken as one.
    ///
    /// - Parameter assumesMissing: whether real numbers in files that are not there are taken as 0.
    /// - Throws: `importFormatUnknown` for a checkpoint and the like under a model's name, `memoryBudgetExceeded`, and
    ///   what the model's reader throws.
    static func ifOne(
        _ path: String, memory: MemoryBudget, assumesMissing: Bool = false
    ) throws(Diagnostic) -> ONNXModel? {
        guard let file = try? InputFile(path, limit: largestBytes), isOne(path, file) else { return nil }
        try ForeignFormat.refuse(path)
        // The bytes, and what is read of them.
        try memory.require(MemoryBudget.product(11, file.byteCount), for: "a model", at: path)
        let bytes: [UInt8]
        do {
            bytes = try file.read()
        } catch {
            throw Diagnostic(
                .onnxNotOne, at: path, found: error.found, expected: "a model that can be read",
                remedy: "copy the whole file again")
        }
        return try ONNXModel(bytes, at: path, memory: memory.beside(bytes.count), assumesMissing: assumesMissing)
    }

    /// Whether there is a model at a path.
    static func isOne(_ path: String) -> Bool {
        (try? InputFile(path, limit: largestBytes)).map { isOne(path, $0) } ?? false
    }

    private static func isOne(_ path: String, _ file: InputFile) -> Bool {
        path.hasSuffix(".onnx") || isOne(byteCount: file.byteCount, reading: { try? file.read($0) })
    }
}

extension PlainName {
    /// Of a model: its file's name without its folder and ending.
    static func ofModel(_ path: String) -> String {
        var stem = path.split(separator: "/").last.map(String.init) ?? path
        for ending in [".tflite", ".onnx"] where stem.hasSuffix(ending) && stem.count > ending.count {
            stem = String(stem.dropLast(ending.count))
        }
        return mapped(stem)
    }
}
