import Diagnostics
import Graph
import TFLite
import Tensors
import Text

/// A tensor whose rows and columns SPACE_TO_BATCH_ND has dealt out to batches: what it was, and how.
///
///     SPACE_TO_BATCH_ND ── CONV_2D, stride 1 ── BATCH_TO_SPACE_ND      is      a convolution with dilation
struct DealtTensor {
    var operand: ImportedTensor
    /// Rows and columns of a block: the dilation.
    var block: (height: Int, width: Int)
    var padding: Padding
    /// Without an axis of rows, the block has one row.
    var hasRows: Bool
}

/// Where a convolution's kernel stands, and which tensor it makes.
struct ConvolutionPlacement {
    var operand: ImportedTensor
    var tensor: Int
    var padding: Padding
    var strideY: Int
    var strideX: Int
    var dilationY: Int
    var dilationX: Int
    /// Of the result, without channels.
    var extents: [Int]
}

extension NetworkBuilder {
    /// SPACE_TO_BATCH_ND: nothing; the convolution behind it has the dilation.
    mutating func spaceToBatch(at place: OperatorPlace) throws(Diagnostic) {
        let operand = try picture(0, of: place)
        guard [3, 4].contains(operand.extents.count) else {
            throw place.unfit("an operand of extents \(operand.extents)", expected: "batch, rows, columns, channels")
        }
        let (block, padding) = try blocks(of: place)
        try sameQuantization(as: operand, at: place)
        let height = operand.stored.height + padding.top + padding.bottom
        let width = operand.stored.width + padding.left + padding.right
        guard height % block.height == 0, width % block.width == 0 else {
            throw place.unfit(
                "\(height.counted("row")) and \(width.counted("column")) in blocks of \(block)",
                expected: "a multiple of the blocks")
        }
        dealt[try output(of: place)] = DealtTensor(
            operand: operand, block: block, padding: padding, hasRows: operand.extents.count == 4)
    }

    /// RESHAPE and the like in batches, of axes of extent 1: nothing, where the convolution takes it for itself.
    mutating func isInBatches(_ builtin: TFLiteBuiltin, at place: OperatorPlace) throws(Diagnostic) -> Bool {
        guard [.reshape, .squeeze, .expandDims].contains(builtin), let operand = place.operation.input(0) else {
            return false
        }
        let result = try output(of: place)
        if skipped.contains(operand) { return skipped.contains(result) }
        guard let dealt = dealt[operand], keepsAxes(from: operand, to: result) else { return false }
        self.dealt[result] = dealt
        return true
    }

    /// Whether two tensors of the file differ in axes of extent 1 only.
    private func keepsAxes(from operand: Int, to result: Int) -> Bool {
        subgraph.tensors[operand].shape.filter { $0 != 1 } == subgraph.tensors[result].shape.filter { $0 != 1 }
    }

    /// BATCH_TO_SPACE_ND: nothing; the convolution before it has made its result.
    func batchToSpace(at place: OperatorPlace) throws(Diagnostic) {
        guard activations[try output(of: place)] != nil else {
            throw unsupported(
                place, found: "batches that are not a convolution's between SPACE_TO_BATCH_ND and here",
                expected: "the dilation of one convolution")
        }
    }

    /// Where the kernel of an operator stands.
    mutating func placement(
        _ options: TFLiteOptions.Convolution, kernel: (height: Int, width: Int), at place: OperatorPlace
    ) throws(Diagnostic) -> ConvolutionPlacement {
        if let dealt = dealt[try input(0, of: place)] {
            return try placement(dealt, options, kernel: kernel, at: place)
        }
        let operand = try planes(0, of: place)
        let rows = Window(
            options.padding, input: operand.stored.height, kernel: kernel.height, stride: options.strideHeight,
            dilation: options.dilationHeight)
        let columns = Window(
            options.padding, input: operand.stored.width, kernel: kernel.width, stride: options.strideWidth,
            dilation: options.dilationWidth)
        guard let rows, let columns else { throw tooLarge(kernel, operand.stored, at: place) }
        return ConvolutionPlacement(
            operand: operand, tensor: try output(of: place),
            padding: Padding(top: rows.before, bottom: rows.after, left: columns.before, right: columns.after),
            strideY: options.strideHeight, strideX: options.strideWidth, dilationY: options.dilationHeight,
            dilationX: options.dilationWidth, extents: [1, rows.output, columns.output])
    }

    /// The same in batches: each batch sees every block-th row and column.
    private mutating func placement(
        _ dealt: DealtTensor, _ options: TFLiteOptions.Convolution, kernel: (height: Int, width: Int),
        at place: OperatorPlace
    ) throws(Diagnostic) -> ConvolutionPlacement {
        guard options.strideHeight * options.strideWidth == 1, options.dilationHeight * options.dilationWidth == 1
        else {
            throw unsupported(
                place, found: "strides or dilation between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND", expected: "none")
        }
        let (tensor, crops) = try end(of: dealt, at: place)
        let (stored, block, padding) = (dealt.operand.stored, dealt.block, dealt.padding)
        let rows = Window(
            options.padding, input: (stored.height + padding.top + padding.bottom) / block.height,
            kernel: kernel.height, stride: 1, dilation: 1)
        let columns = Window(
            options.padding, input: (stored.width + padding.left + padding.right) / block.width, kernel: kernel.width,
            stride: 1, dilation: 1)
        guard let rows, let columns else { throw tooLarge(kernel, stored, at: place) }
        let whole = Padding(
            top: padding.top + block.height * rows.before - crops.top,
            bottom: padding.bottom + block.height * rows.after - crops.bottom,
            left: padding.left + block.width * columns.before - crops.left,
            right: padding.right + block.width * columns.after - crops.right)
        guard min(whole.top, whole.bottom, whole.left, whole.right) >= 0 else {
            throw unsupported(
                place, found: "crops of \(crops) behind padding of \(padding)", expected: "at most the padding")
        }
        let height = block.height * rows.output - crops.top - crops.bottom
        let width = block.width * columns.output - crops.left - crops.right
        return ConvolutionPlacement(
            operand: dealt.operand, tensor: tensor, padding: whole, strideY: 1, strideX: 1, dilationY: block.height,
            dilationX: block.width, extents: dealt.hasRows ? [1, height, width] : [1, width])
    }

    /// The BATCH_TO_SPACE_ND that alone reads an operator's result: its own result, and what it cuts off.
    private mutating func end(
        of dealt: DealtTensor, at place: OperatorPlace
    ) throws(Diagnostic) -> (tensor: Int, crops: Padding) {
        var result = try output(of: place)
        skipped.insert(result)
        var reader = onlyReader(of: result)
        while let index = reader, let view = subgraph.operators[index].outputs.first,
            [.reshape, .squeeze, .expandDims].contains(subgraph.operators[index].code.builtin),
            keepsAxes(from: result, to: view), skipped.insert(view).inserted
        {
            result = view
            reader = onlyReader(of: view)
        }
        guard let reader, subgraph.operators[reader].code.builtin == .batchToSpaceND else {
            throw unsupported(
                place, found: "batches made by SPACE_TO_BATCH_ND that others read too",
                expected: "BATCH_TO_SPACE_ND behind it, alone")
        }
        let end = OperatorPlace(index: reader, operation: subgraph.operators[reader], file: place.file)
        let (block, crops) = try blocks(of: end)
        guard block == dealt.block else {
            throw unsupported(end, found: "blocks of \(block)", expected: "\(dealt.block), as SPACE_TO_BATCH_ND has")
        }
        guard try outputQuantization(of: end) == outputQuantization(of: place) else {
            throw unsupported(end, found: "an output of another scale or zero point", expected: "those of the operand")
        }
        return (try output(of: end), crops)
    }

    /// The operator that alone reads a tensor, as its first operand.
    private func onlyReader(of tensor: Int) -> Int? {
        let readers = subgraph.operators.indices.filter { subgraph.operators[$0].inputs.contains(tensor) }
        guard readers.count == 1, subgraph.operators[readers[0]].inputs.first == tensor,
            !subgraph.outputs.contains(tensor)
        else { return nil }
        return readers[0]
    }

    /// Operands 1 and 2: rows and columns of a block, and what is added to or cut off either side.
    private func blocks(
        of place: OperatorPlace
    ) throws(Diagnostic) -> (block: (height: Int, width: Int), margins: Padding) {
        let (block, margins) = (try knownIntegers(1, of: place).elements, try knownIntegers(2, of: place).elements)
        guard [1, 2].contains(block.count), margins.count == 2 * block.count,
            block.allSatisfy({ (1...255).contains($0) }),
            margins.allSatisfy({ (0...1024).contains($0) })
        else {
            throw unsupported(
                place, found: "blocks of \(block.prefix(8)) with margins \(margins.prefix(8))",
                expected: "blocks of rows and columns, at most 255, margins of at most 1,024")
        }
        let (b, m) = (block.count == 1 ? [1] + block : block, block.count == 1 ? [0, 0] + margins : margins)
        return ((b[0], b[1]), Padding(top: m[0], bottom: m[1], left: m[2], right: m[3]))
    }

    private func tooLarge(
        _ kernel: (height: Int, width: Int), _ stored: TensorShape, at place: OperatorPlace
    ) -> Diagnostic { place.unfit("\(stored) under a kernel of \(kernel)", expected: "a kernel that fits the input") }
}
