import Diagnostics
import Graph
import Networks
import TFLite
import Tensors
import Text

/// Positions of a window along an axis that see elements in the same way: a run of outputs, all with so many elements.
struct WindowRun: Equatable {
    /// Of the outputs.
    var first: Int
    var count: Int
    /// The first element under the first of these windows, and how many each has.
    var begin: Int
    var elements: Int

    /// All runs of an axis, in order; where the window lies inside the input, one.
    static func runs(_ window: Window, input: Int, kernel: Int, stride: Int) -> [WindowRun] {
        var runs: [WindowRun] = []
        for index in 0..<window.output {
            let start = index * stride - window.before
            let begin = max(start, 0)
            let elements = min(start + kernel, input) - begin
            if let last = runs.last, last.elements == elements, begin == last.begin + (index - last.first) * stride {
                runs[runs.count - 1].count += 1
            } else {
                runs.append(WindowRun(first: index, count: 1, begin: begin, elements: elements))
            }
        }
        return runs
    }
}

extension NetworkBuilder {
    /// AVERAGE_POOL_2D whose windows leave the input: an average for each kind of edge, put together.
    ///
    ///     corner | edge | corner        each: the rows and columns that it sees, their average, padded with zeros to
    ///     edge   | all  | edge          the whole; then all are added, of which one is not 0
    ///     corner | edge | corner
    mutating func raggedAverage(
        _ operand: ImportedTensor, _ options: TFLiteOptions.Pooling, _ rows: Window, _ columns: Window,
        _ clamp: ClosedRange<Int>, as name: String, at place: OperatorPlace
    ) throws(Diagnostic) -> TensorShape {
        let rowRuns = WindowRun.runs(
            rows, input: operand.stored.height, kernel: options.filterHeight, stride: options.strideHeight)
        let columnRuns = WindowRun.runs(
            columns, input: operand.stored.width, kernel: options.filterWidth, stride: options.strideWidth)
        guard MemoryBudget.product(rowRuns.count, columnRuns.count) <= Self.mostRuns else {
            throw unsupported(
                place, found: "\(rowRuns.count) x \(columnRuns.count.counted("kind")) of windows at the edges",
                expected: "at most \(Self.mostRuns)")
        }
        let channels = operand.stored.channels
        var parts: [ImportedTensor] = []
        for row in rowRuns {
            for column in columnRuns {
                let part = innerName(name, "part\(parts.count)")
                let slices = [
                    AxisSlice(
                        begin: row.begin, stride: 1, count: (row.count - 1) * options.strideHeight + row.elements),
                    AxisSlice(
                        begin: column.begin, stride: 1,
                        count: (column.count - 1) * options.strideWidth + column.elements), .all(channels),
                ]
                let seen = try sliced(operand, slices, as: innerName(part, "rows"), at: place)
                let convolution = Convolution(
                    outputChannels: channels, kernelHeight: row.elements, kernelWidth: column.elements,
                    strideY: options.strideHeight, strideX: options.strideWidth, groups: channels)
                let whole = rows.output == row.count && columns.output == column.count
                let inner = whole ? name : innerName(part, "average")
                let stored = try average(seen, convolution, clamp, as: inner, at: place)
                if whole { return stored }
                let averaged = ImportedTensor(
                    name: inner, stored: stored, extents: stored.extents, quantization: operand.quantization)
                parts.append(
                    try padded(
                        averaged, top: row.first, bottom: rows.output - row.first - row.count, left: column.first,
                        right: columns.output - column.first - column.count, as: part, at: place))
            }
        }
        return try sum(parts, as: name, at: place).stored
    }

    /// As many layers as a concatenation takes.
    private static let mostRuns = 64

    /// A tensor with zeros around it.
    mutating func padded(
        _ operand: ImportedTensor, top: Int, bottom: Int, left: Int, right: Int, as name: String,
        at place: OperatorPlace
    ) throws(Diagnostic) -> ImportedTensor {
        let quantization = operand.quantization
        return try pad(
            operand,
            Pad(
                padding: Padding(top: top, bottom: bottom, left: left, right: right),
                fill: quantization.zeroPoint - quantization.elements.lowerBound), as: name, at: place)
    }

    /// The sum of tensors of one shape and format of which at most one is not 0 anywhere.
    mutating func sum(
        _ parts: [ImportedTensor], as name: String, at place: OperatorPlace
    ) throws(Diagnostic) -> ImportedTensor {
        let channels = parts[0].stored.channels
        let layer = Layer(name: innerName(name, "parts"), operator: .concatenation, inputs: parts.map(\.name))
        let stored = try append(layer, .none, of: parts, as: parts[0].quantization, at: place)
        let joined = ImportedTensor(
            name: layer.name, stored: stored, extents: stored.extents, quantization: parts[0].quantization)
        let taps = (0..<channels).map { channel in parts.indices.map { $0 * channels + channel } }
        return try copy(joined, Selection(taps: taps), as: name, at: place)
    }
}
