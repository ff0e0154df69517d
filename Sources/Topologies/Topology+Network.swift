public import Architectures
public import Diagnostics
import FixedPoint
import Geometry
import Graph
public import MachineDescription
import Text

extension Topology {
    /// The rows as layers. A row that takes what the row before gives is its reader; every other row has an input of
    /// its own in external memory, and is planned by itself.
    ///
    /// - Parameter machine: whose parameter memory the filters of a layer must fit; rows with more are cut into layers
    ///   of as many filters as fit. Without a machine nothing is cut.
    /// - Throws: `topologyRowUnfit`, `topologyTooLarge`.
    public func network(on machine: MachineDescription? = nil) throws(Diagnostic) -> WeightlessNetwork {
        var builder = TopologyBuilder(parameterBytes: machine?.parameterHalfBytes)
        for row in rows {
            builder.append(row, try PlannedRow(row, at: place))
            guard builder.layers.count <= GraphLimits.layers else {
                throw Diagnostic(
                    .topologyTooLarge, at: "\(place), line \(row.line), layer \(row.name)",
                    found: "more than \(GraphLimits.layers.grouped) layers, \(row.filters.grouped) filters in this row",
                    expected: "at most \(GraphLimits.layers.grouped), rows with many filters cut into several",
                    remedy: "cut the file into several")
            }
        }
        let read = Set(builder.layers.flatMap(\.inputs))
        let graph = Graph(
            name: name, inputs: builder.inputs, layers: builder.layers,
            outputs: builder.layers.map(\.name).filter { !read.contains($0) })
        return WeightlessNetwork(graph: graph, codebooks: 1, notes: builder.notes(rows.count) + notes)
    }
}

private struct TopologyBuilder {
    /// What a layer's parameters may take; nil: as much as they want.
    let parameterBytes: Int?
    private(set) var inputs: [GraphInput] = []
    private(set) var layers: [Layer] = []
    private var chained = 0
    private var reshaped: [String] = []
    private var filled: [String] = []
    private var cut: [String] = []
    /// The row before, where its result is one tensor of the row's own shape.
    private var previous: TopologyRow?

    init(parameterBytes: Int?) { self.parameterBytes = parameterBytes }

    mutating func append(_ row: TopologyRow, _ planned: PlannedRow) {
        let input: String
        if let previous, !planned.isReshaped, previous.outputHeight == row.height, previous.outputWidth == row.width,
            previous.filters == row.channels
        {
            input = previous.name
            chained += 1
        } else {
            input = "\(row.name).input"
            inputs.append(
                GraphInput(
                    name: input, channels: planned.channels,
                    extent: GraphInput.Extent(height: planned.height, width: planned.width)))
        }
        let parts = parts(of: row, planned)
        for (index, filters) in parts.enumerated() {
            let convolution = Convolution(
                outputChannels: filters, kernelHeight: planned.kernelHeight, kernelWidth: planned.kernelWidth,
                strideY: planned.strideY, strideX: planned.strideX,
                padding: Padding(top: 0, bottom: planned.paddingBottom, left: 0, right: planned.paddingRight))
            let name = parts.count == 1 ? row.name : "\(row.name).\(index)"
            layers.append(Layer(name: name, operator: .convolution(convolution), inputs: [input]))
        }
        if planned.isReshaped { reshaped.append(row.name) }
        if planned.filledChannels > 0 { filled.append("\(row.name) by \(planned.filledChannels.grouped)") }
        if parts.count > 1 { cut.append("\(row.name) in \(parts.count)") }
        previous = parts.count == 1 && !planned.isReshaped ? row : nil
    }

    /// Filters of each layer that a row becomes.
    private func parts(of row: TopologyRow, _ planned: PlannedRow) -> [Int] {
        // Tables of one codebook and of weights, a channel block: see the records in ChannelBlock.
        let tables = 512 + 1032 + 512 + 64 + 4 * 8
        let room = parameterBytes.map { ($0 - tables - 8 * planned.channels) / 24 } ?? Self.mostFilters
        // More products than a layer may have are cut, too; of one filter they are refused with the layer.
        let products = [
            row.outputHeight, row.outputWidth, planned.kernelHeight, planned.kernelWidth, planned.channels,
        ].reduce(1.0) { $0 * Double($1) }
        let most = min(room, Self.mostFilters, Int(min(Double(GraphLimits.product) / products, 1e9)))
        let largest = max(Self.laneGroup, most / Self.laneGroup * Self.laneGroup)
        guard row.filters > most else { return [row.filters] }
        let count = ceilDivide(row.filters, by: largest)
        let even = roundUp(ceilDivide(row.filters, by: count), to: Self.laneGroup)
        return stride(from: 0, to: row.filters, by: even).map { min(even, row.filters - $0) }
    }

    /// Of a layer: its records count them in 16 bits.
    private static let mostFilters = 65_535
    /// Parts are multiples of this, so that lanes stay full.
    private static let laneGroup = 32

    func notes(_ rows: Int) -> [String] {
        var notes = [
            """
            \(rows.grouped) rows: \(chained.grouped) read the row before, \((rows - chained).grouped) have an input of \
            their own and are planned one by one
            """
        ]
        if !reshaped.isEmpty {
            notes.append(
                "the same products in another shape (docs/zoo.md): \(Self.listed(reshaped))")
        }
        if !filled.isEmpty { notes.append("filled with channels of zeros: \(Self.listed(filled))") }
        if !cut.isEmpty {
            notes.append("cut by filters, whose parameters or products pass a layer's limits: \(Self.listed(cut))")
        }
        return notes
    }

    private static func listed(_ names: [String]) -> String {
        names.prefix(6).joined(separator: ", ") + (names.count > 6 ? " and \((names.count - 6).grouped) more" : "")
    }
}
