import Diagnostics
import FixedPoint
import Graph
import Text

/// A row as the machine computes it: the same products, in a tensor of the same bytes.
///
/// *Turned*: a filter as wide as its input makes one column of results. Rows become columns, and what lies in a row
/// becomes channels:
///
///     H x W x C, kernel R x W, stride s   =   1 x H x (W C), kernel 1 x R, stride s
///
/// *Folded*: channels of which a layer's records pass the parameter memory become columns, w to each:
///
///     H x W x C, kernel R x S, stride s   =   H x (W w) x (C / w), kernel R x (S w), stride s x (s w)
///
/// *Filled*: where no w divides C so that few are left, as few channels of zeros are added as make C / w an integer.
struct PlannedRow {
    var height: Int
    var width: Int
    var channels: Int
    var kernelHeight: Int
    var kernelWidth: Int
    var strideY: Int
    var strideX: Int
    /// Rows and columns of zeros that the last window reaches into.
    var paddingBottom: Int
    var paddingRight: Int
    /// Whether it is another shape than the row's.
    var isReshaped = false
    /// Channels of zeros that were added.
    private(set) var filledChannels = 0

    /// Channels up to which nothing is folded.
    static let fewChannels = 1024
    private static let mostChannels = 65_535
    private static let largestKernel = 255
    private static let wideRow = 1 << 16

    /// - Throws: `topologyRowUnfit`.
    init(_ row: TopologyRow, at place: String) throws(Diagnostic) {
        (height, width, channels) = (row.height, row.width, row.channels)
        (kernelHeight, kernelWidth) = (row.kernelHeight, row.kernelWidth)
        (strideY, strideX) = (row.stride, row.stride)
        paddingBottom = (row.outputHeight - 1) * row.stride + row.kernelHeight - row.height
        paddingRight = (row.outputWidth - 1) * row.stride + row.kernelWidth - row.width
        if row.kernelWidth == row.width, row.width > 1 || row.height > 1 { turn() }
        let isMatrix = height == 1 && kernelWidth == 1 && strideX == 1
        let fold = channels > Self.fewChannels ? foldFactor() : 1
        if isMatrix { splitColumns(fold) }
        if fold > 1 { self.fold(fold) }
        try requireLimits(row, at: place)
    }

    private mutating func turn() {
        (width, channels, height) = (height, width * channels, 1)
        (kernelWidth, kernelHeight) = (kernelHeight, 1)
        (strideX, strideY) = (strideY, 1)
        (paddingRight, paddingBottom) = (paddingBottom, 0)
        isReshaped = true
    }

    /// w: the smallest that leaves few channels, of those the first that leaves a multiple of 16, which fills lanes;
    /// then the largest that leaves not many; nil where none divides the channels so.
    private func exactFold(_ largest: Int) -> Int? {
        let divisors = (2...largest).filter { channels % $0 == 0 }
        let few = divisors.filter { channels / $0 <= Self.fewChannels }
        return few.first { channels / $0 % 16 == 0 } ?? few.first
            ?? divisors.last { channels / $0 <= 2 * Self.fewChannels }
    }

    /// w, for channels that are filled up to a multiple of it.
    private mutating func foldFactor() -> Int {
        let largest = Self.largestKernel / max(kernelWidth, strideX)
        guard largest > 1 else { return 1 }
        if let exact = exactFold(largest) { return exact }
        let factor = min(largest, ceilDivide(channels, by: Self.fewChannels))
        filledChannels = roundUp(channels, to: factor) - channels
        channels += filledChannels
        return factor
    }

    /// A matrix of many rows: several rows of pixels instead of one.
    private mutating func splitColumns(_ fold: Int) {
        guard width * fold > Self.wideRow else { return }
        let columns = width
        guard let rows = (2...4096).first(where: { columns % $0 == 0 && columns / $0 * fold <= Self.wideRow }) else {
            return
        }
        (height, width) = (rows, columns / rows)
        isReshaped = true
    }

    private mutating func fold(_ factor: Int) {
        (width, channels) = (width * factor, channels / factor)
        (kernelWidth, strideX, paddingRight) = (kernelWidth * factor, strideX * factor, paddingRight * factor)
        isReshaped = true
    }

    private func requireLimits(_ row: TopologyRow, at place: String) throws(Diagnostic) {
        func refuse(_ found: String, _ expected: String) -> Diagnostic {
            Diagnostic(
                .topologyRowUnfit, at: "\(place), line \(row.line), layer \(row.name)", found: found,
                expected: expected, remedy: "cut the row into several smaller ones")
        }
        let windows = [kernelHeight, kernelWidth, strideY, strideX]
        guard windows.allSatisfy({ $0 <= Self.largestKernel }) else {
            throw refuse(
                "a kernel of \(kernelHeight)x\(kernelWidth), stride \(strideY)x\(strideX)",
                "each at most \(Self.largestKernel), or a filter as wide as its input")
        }
        guard channels <= Self.mostChannels else {
            throw refuse(
                row.channels.groupedCount("channel"),
                "at most \(Self.mostChannels.grouped), or \(Self.largestKernel) times as many for a filter of 1x1")
        }
        guard row.filters <= GraphLimits.extent else {
            throw refuse("\(row.filters.grouped) filters", "at most \(GraphLimits.extent.grouped)")
        }
        guard height <= GraphLimits.extent, width <= GraphLimits.extent else {
            throw refuse("an input of \(height)x\(width)", "at most \(GraphLimits.extent.grouped) rows and columns")
        }
    }
}
