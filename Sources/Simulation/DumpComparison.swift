public import Diagnostics
import Geometry
import Graph
public import Networks
public import Tensors
import Text

/// A run of the model against a user's own dump: firmware, RTL, another simulator.
public struct DumpComparison: Sendable {
    /// One tensor, as far as it agrees.
    public struct TensorComparison: Encodable, Sendable {
        public let tensor: String
        public let elements: Int
        /// Elements that differ by more than the tolerance.
        public let differences: Int
        /// The largest difference of all, in stored codes or integers.
        public let largestDifference: Int
        /// Model less file, where it is the same in all elements and not 0: the files have another offset.
        public let constantDifference: Int?
        /// The first of `differences` in NHWC order; nil where there is none.
        public let first: ElementComparison?
    }

    /// One element of both.
    public struct ElementComparison: Encodable, Sendable {
        public let y: Int
        public let x: Int
        public let c: Int
        /// As the file has it, and as the file would have the model's.
        public let expected: String
        public let found: String
        /// The model's stored code or integer.
        public let stored: Int

        /// `y=12,x=7,c=3`.
        public var coordinate: Coordinate { Coordinate(y: y, x: x, c: c) }
    }

    /// In the graph's order.
    public let tensors: [TensorComparison]
    /// Rows and columns around the first difference of the first tensor that differs, in its channel: the file beside
    /// the model; empty where all agree.
    public let window: String

    /// What a constant difference of all tensors says, in a sentence; nil where one differs by another or agrees: then
    /// it is no matter of the offset.
    public func hint(_ tensor: TensorComparison, _ dump: TensorDump, _ format: TensorFormat) -> String? {
        guard let difference = tensor.constantDifference, let offset = dump.offset(of: format),
            tensors.allSatisfy({ $0.constantDifference == difference })
        else { return nil }
        return
            """
            every element of \(tensor.tensor) differs by \(difference): the files have code 0 as \
            \(offset - difference), not \(offset); say \(dump.form.option)-offset \(offset - difference)
            """
    }

    /// The first tensor that differs.
    public var firstDifferent: TensorComparison? { tensors.first { $0.differences > 0 } }

    /// - Parameters:
    ///   - dumps: by name of a layer.
    ///   - tolerance: in stored codes or integers.
    /// - Throws: `inputUnknown` for a file that is named after no layer of the run, `tensorFileUnfit`,
    ///   `tensorElementUnfit`.
    public init(
        of run: SimulationRun, network: QuantizedNetwork, with dumps: [(layer: String, dump: TensorDump)],
        tolerance: Int
    ) throws(Diagnostic) {
        let geometry = run.plan.geometry
        let names = geometry.layers.map(\.name)
        for (layer, dump) in dumps where !names.contains(layer) {
            throw Diagnostic(
                .inputUnknown, at: dump.place, found: "no layer '\(layer)' in \(network.graph.name)",
                expected: "a file named after a layer: \(names.joined(separator: ", "))",
                remedy: closestName(to: layer, among: names).map { "did you mean '\($0)'?" }
                    ?? "name the file LAYER.npy, or say --layer")
        }
        var tensors: [TensorComparison] = []
        var window = ""
        for (index, name) in names.enumerated() {
            guard let dump = dumps.first(where: { $0.layer == name })?.dump, let format = network.formats[name] else {
                continue
            }
            let found = run.storedOutput(index)
            let expected = try dump.stored(as: format, shape: found.shape, of: name)
            let compared = Self.compared(name, expected, found, dump, format, tolerance)
            if compared.differences > 0, window.isEmpty, let first = compared.first {
                window = Self.window(around: first, dump, format, found)
            }
            tensors.append(compared)
        }
        self.tensors = tensors
        self.window = window
    }

    private static func compared(
        _ name: String, _ expected: Tensor<Int32>, _ found: Tensor<Int32>, _ dump: TensorDump, _ format: TensorFormat,
        _ tolerance: Int
    ) -> TensorComparison {
        var (differences, largest) = (0, 0)
        var first: Int?
        var constant = found.elements.first.map { Int($0) - Int(expected.elements[0]) }
        for position in found.elements.indices {
            let signed = Int(found.elements[position]) - Int(expected.elements[position])
            if signed != constant { constant = nil }
            let difference = abs(signed)
            largest = max(largest, difference)
            guard difference > tolerance else { continue }
            differences += 1
            first = first ?? position
        }
        let shape = found.shape
        return TensorComparison(
            tensor: name, elements: shape.count, differences: differences, largestDifference: largest,
            constantDifference: constant == 0 ? nil : constant,
            first: first.map { position in
                let element = shape.coordinate(of: position)
                return ElementComparison(
                    y: element.y, x: element.x, c: element.c, expected: dump.text(of: element, in: shape),
                    found: dump.text(of: found.elements[position], as: format, channel: element.c),
                    stored: Int(found.elements[position]))
            })
    }

    /// Rows and columns on each side.
    private static let reach = 2

    private static func window(
        around first: ElementComparison, _ dump: TensorDump, _ format: TensorFormat, _ found: Tensor<Int32>
    ) -> String {
        let shape = found.shape
        let rows = max(0, first.y - reach)...min(shape.height - 1, first.y + reach)
        let columns = max(0, first.x - reach)...min(shape.width - 1, first.x + reach)
        var table = TextTable(
            header: ["file, c=\(first.c)"] + columns.map { "x=\($0)" } + ["", "model"] + columns.map { "x=\($0)" })
        for y in rows {
            table.append(
                ["y=\(y)"] + columns.map { dump.text(of: Coordinate(y: y, x: $0, c: first.c), in: shape) } + [
                    "", "y=\(y)",
                ]
                    + columns.map { dump.text(of: found[y, $0, first.c], as: format, channel: first.c) })
        }
        return table.text
    }
}
