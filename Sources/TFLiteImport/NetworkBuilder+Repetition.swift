import Diagnostics
import Graph
import Networks
import TFLite
import Tensors

/// A tensor in the middle of an enlargement by whole factors, as converters write it:
///
///     [1 H W C] RESHAPE [1 H 1 W C] TILE [1 H r W C] RESHAPE [1 Hr W 1 C] TILE [1 Hr W c C] RESHAPE [1 Hr Wc C]
///
/// In every form its elements lie in the order rows, r, columns, c, channels.
struct RepeatedTensor {
    /// With H rows and W columns.
    var operand: ImportedTensor
    /// How often each row stands there: r.
    var rows = 1
    /// How often each column stands there: c.
    var columns = 1
    var extents: [Int]

    /// With rows, columns and channels of these extents; nil where they are none. One column and its repetitions may be
    /// rows as well.
    func settled(as extents: [Int]) -> RepeatedTensor? {
        let stored = operand.stored
        guard let shape = TensorShape(extents: extents), shape.channels == stored.channels,
            shape.height % stored.height == 0, shape.width % stored.width == 0
        else { return nil }
        let settled = RepeatedTensor(
            operand: operand, rows: shape.height / stored.height, columns: shape.width / stored.width,
            extents: extents)
        let isSame = settled.rows == rows && settled.columns == columns
        return isSame || stored.width == 1 && settled.rows * settled.columns == rows * columns ? settled : nil
    }
}

extension NetworkBuilder {
    /// The largest factor of `nearestResize`.
    static let largestRepetition = 16

    /// TILE: rows or columns that are repeated where they stand. Nothing; the RESHAPE behind it makes the layer.
    mutating func tile(at place: OperatorPlace) throws(Diagnostic) {
        let tensor = try input(0, of: place)
        var result: RepeatedTensor
        if let before = repeated[tensor] {
            result = before
        } else {
            let operand = try activation(0, of: place)
            result = RepeatedTensor(operand: operand, extents: operand.extents)
        }
        try sameQuantization(as: result.operand, at: place)
        let factors = try knownIntegers(1, of: place).elements
        guard factors.count == result.extents.count, factors.allSatisfy({ $0 >= 1 }) else {
            throw place.unfit(
                "multiples \(factors.prefix(8)) of \(result.extents)", expected: "one of 1 or more for each extent")
        }
        let stored = result.operand.stored
        for axis in factors.indices where factors[axis] != 1 {
            let (factor, before) = (factors[axis], result.extents[..<axis].reduce(1, *))
            guard result.extents[axis] == 1, factor <= Self.largestRepetition else {
                throw unrepeated(place, "multiples \(factors.prefix(8)) of \(result.extents)")
            }
            result.extents[axis] = factor
            if before == stored.height * result.rows * stored.width * result.columns {
                result.columns *= factor
            } else if before == stored.height * result.rows {
                result.rows *= factor
            } else {
                throw unrepeated(place, "multiples \(factors.prefix(8)) of \(result.extents)")
            }
            guard max(result.rows, result.columns) <= Self.largestRepetition * Self.largestRepetition else {
                throw unrepeated(place, "rows \(result.rows) times, columns \(result.columns) times")
            }
        }
        if result.rows == 1, result.columns == 1 {
            return try define(output(of: place), as: result.operand.viewed(as: result.extents), at: place)
        }
        if result.extents.count <= 4, let settled = result.settled(as: result.extents) {
            return try enlarge(settled, at: place)
        }
        repeated[try output(of: place)] = result
    }

    /// RESHAPE of a repeated tensor: where it gets rows, columns and channels, `nearestResize`.
    mutating func settle(_ tensor: RepeatedTensor, at place: OperatorPlace) throws(Diagnostic) {
        try sameQuantization(as: tensor.operand, at: place)
        let extents = subgraph.tensors[try output(of: place)].shape
        guard extents.count <= 8, extents.allSatisfy({ $0 >= 1 }),
            extents.reduce(1.0, { $0 * Double($1) }) == Double(tensor.extents.reduce(1, *))
        else {
            throw place.unfit(
                "extents \(extents.prefix(8)) for \(tensor.extents)", expected: "fixed ones, as many elements")
        }
        if let settled = tensor.settled(as: extents) { return try enlarge(settled, at: place) }
        var view = tensor
        view.extents = extents
        repeated[try output(of: place)] = view
    }

    /// Rows and columns equally often: one layer. Otherwise both as often as the least common multiple says, and of
    /// these only some, at equal distances.
    private mutating func enlarge(_ tensor: RepeatedTensor, at place: OperatorPlace) throws(Diagnostic) {
        let (rows, columns) = (tensor.rows, tensor.columns)
        guard let factor = (1...Self.largestRepetition).first(where: { $0 % rows == 0 && $0 % columns == 0 }) else {
            throw unrepeated(place, "rows \(rows) times, columns \(columns) times")
        }
        let result = try output(of: place)
        let name = names.name(of: result)
        let operand = tensor.operand
        let layer = Layer(
            name: rows == columns ? name : innerName(name, "both"), operator: .nearestResize(factor: factor),
            inputs: [operand.name])
        let stored = try append(layer, .none, of: [operand], as: operand.quantization, at: place)
        var enlarged = ImportedTensor(
            name: layer.name, stored: stored, extents: stored.extents, quantization: operand.quantization)
        if rows != columns {
            let (strideY, strideX) = (factor / rows, factor / columns)
            let padding = Padding(top: 0, bottom: 1 - strideY, left: 0, right: 1 - strideX)
            enlarged = try pad(
                enlarged, Pad(padding: padding, strideY: strideY, strideX: strideX), as: name, at: place)
        }
        try define(result, as: enlarged.viewed(as: tensor.extents), at: place)
    }

    private func unrepeated(_ place: OperatorPlace, _ found: String) -> Diagnostic {
        unsupported(
            place, found: found,
            expected: """
                each row and each column so many times where it stands, with a common multiple of at most \
                \(Self.largestRepetition) (or a layer that resizes to the nearest: Resizing)
                """)
    }
}
