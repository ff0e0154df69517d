import Calibration
import Codec
import Diagnostics
import EntropyCoding
import FileFormats
import Foundation
import Graph
import Images
import Networks
import Reports
import Tensors

/// A folder of quantized latents: an index and, for each picture, rate and quantizer, NumPy files of shape [H][W][C],
/// 16 bits an element.
///
///     latents.json                                 the index, removed first and written last
///     QUANTIZER/RATE/PICTURE.reconstruction.npy    u, in grid steps
///     QUANTIZER/RATE/PICTURE.symbols.npy           k, where asked for
///     hyper/RATE/PICTURE.npy                       hyper-latents, of a network with a hyperprior
///
/// It depends on the network's encoder alone: another synthesis leaves the same bytes.
struct LatentFolder {
    let includesSymbols: Bool
    private let folder: ResultFolder
    private let header: DocumentHeader
    private var index: Index

    private struct Index: Encodable {
        /// A step of u's grid in steps of the float network's latent.
        var gridStep: Double
        var rates: [Int]
        var quantizers: [Quantizer]
        var pictures: [Picture] = []
        /// Pictures and sub-folders that could not be read or analysed.
        var refused: [Diagnostic] = []

        struct Quantizer: Encodable {
            var name: String
            /// In steps of the grid.
            var step: Int
            /// Of quantizers that weigh bits.
            var lambda: Double?
        }

        struct Picture: Encodable {
            var name: String
            var width: Int
            var height: Int
        }
    }

    /// - Throws: `outputUnwritable`, `outputDeviceFull`.
    init(
        at path: String, of codec: PictureCodec, rates: [Int], quantizers: [(name: String, quantizer: LatentQuantizer)],
        includingSymbols: Bool, header: DocumentHeader
    ) throws(Diagnostic) {
        folder = try ResultFolder(at: path, completedBy: "latents.json")
        includesSymbols = includingSymbols
        self.header = header
        index = Index(
            gridStep: codec.latentGridStep, rates: rates,
            quantizers: quantizers.map {
                .init(
                    name: $0.name, step: $0.quantizer.step,
                    lambda: $0.quantizer.kind == .round ? nil : $0.quantizer.lambda)
            })
    }

    /// - Parameter picture: its name relative to the folder of pictures.
    mutating func write(
        _ latents: QuantizedLatents, of picture: String, _ original: RGBImage, rate: Int, quantizer: String
    ) throws(Diagnostic) {
        if index.pictures.last?.name != picture {
            index.pictures.append(.init(name: picture, width: original.width, height: original.height))
        }
        try write(latents.reconstruction, to: "\(quantizer)/\(rate)/\(picture).reconstruction.npy")
        if includesSymbols { try write(latents.symbols, to: "\(quantizer)/\(rate)/\(picture).symbols.npy") }
    }

    /// Hyper-latents of a picture, which no quantizer of the latents changes.
    func write(hyperLatents: Tensor<Int32>, of picture: String, rate: Int) throws(Diagnostic) {
        try write(hyperLatents, to: "hyper/\(rate)/\(picture).npy")
    }

    private func write(_ tensor: Tensor<Int32>, to name: String) throws(Diagnostic) {
        let file = try OutputFolder.path(folder.path, name, inSubfolders: true)
        try OutputFolder.create(at: String(file[..<file.lastIndex(of: "/")!]))
        try AtomicFile.write(NPY.bytes(tensor, bytesPerElement: 2), to: file)
    }

    /// Of a picture of which not all could be written.
    mutating func leaveOut(_ picture: String, _ refusal: Diagnostic) {
        index.pictures.removeAll { $0.name == picture }
        index.refused.append(refusal)
    }

    /// Sub-folders that cannot be read.
    mutating func add(refused: [Diagnostic]) { index.refused += refused }

    var refused: [Diagnostic] { index.refused }
    var pictureCount: Int { index.pictures.count }

    /// The index as it is written.
    var document: String { Document(index, header).text }

    func writeIndex() throws { try folder.complete(document) }
}
