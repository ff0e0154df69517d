import Diagnostics

/// A tensor of a subgraph: what it is called, its shape, what its elements are and which buffer holds them.
public struct TFLiteTensor: Equatable, Sendable {
    /// Not necessarily unique, may hold any characters, may be empty.
    public var name: String
    /// Extents, none negative; 1 stands for an extent that is not fixed. Empty for a scalar.
    public var shape: [Int]
    /// The product of the extents.
    public var elementCount: Int
    /// Extents with -1 where one is not fixed; empty where all are.
    public var shapeSignature: [Int]
    /// Whether the file says that the rank is known; older files never say it.
    public var hasRank: Bool
    public var elementType: TFLiteElementType
    /// Index of the buffer with a constant's elements; that buffer is empty where the tensor is no constant.
    public var buffer: Int
    /// Nil where the tensor is not quantized, or by `customQuantization` only.
    public var quantization: TFLiteQuantization?
    /// The number of the scheme that replaces `quantization`: 1 custom, 2 by blocks, 3 of several axes. 0 is none.
    public var customQuantization: Int
    /// Keeps its elements from one inference to the next.
    public var isVariable: Bool
    /// The elements of the buffer are stored compressed.
    public var isSparse: Bool
    /// The elements lie in another file.
    public var isExternal: Bool

    /// Whether an extent is not fixed.
    public var isDynamic: Bool { shapeSignature.contains(-1) }
}

extension TFLiteTensor {
    /// - Throws: `tfliteIndexOutOfRange`, `tfliteValueOutOfRange`, and what reading throws.
    init(_ table: FlatBufferTable, bufferCount: Int) throws(Diagnostic) {
        name = try table.string(3, "name")
        shape = try table.integers(0, "shape") ?? []
        if let extent = shape.first(where: { $0 < 0 }) {
            throw table.outOfRange("a shape with an extent of \(extent)", "extents that are not negative")
        }
        elementCount = 1
        for extent in shape {
            let (product, overflow) = elementCount.multipliedReportingOverflow(by: extent)
            guard !overflow else { throw table.outOfRange("more than 2^63 elements", "a shape that fits 64 bits") }
            elementCount = product
        }
        shapeSignature = try table.integers(7, "shape signature") ?? []
        guard shapeSignature.isEmpty || shapeSignature.count == shape.count, shapeSignature.allSatisfy({ $0 >= -1 })
        else {
            throw table.outOfRange(
                "a shape signature of \(shapeSignature.count) extents, the least \(shapeSignature.min() ?? 0)",
                "\(shape.count) extents of -1 or more")
        }
        hasRank = try table.flag(8)
        elementType = try table.elementType(1)
        buffer = try table.index(2, of: bufferCount, "buffer")
        let quantizationTable = try table.table(4, "quantization")
        customQuantization = Int(try quantizationTable?.number(4, default: 0 as UInt8) ?? 0)
        quantization = nil
        if customQuantization == 0, let quantizationTable { quantization = try TFLiteQuantization(quantizationTable) }
        isVariable = try table.flag(5)
        isSparse = try table.has(6)
        isExternal = try table.index(10) != 0
    }
}
