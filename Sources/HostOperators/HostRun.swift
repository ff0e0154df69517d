public import Diagnostics
public import Networks
public import Tensors

/// The host's part of a run: what it computes behind a network, from what the network has stored.
public struct HostRun: Sendable {
    /// In the order of the network's host operators; those in front of it have no place here.
    public let results: [(name: String, array: HostArray)]

    /// - Parameters:
    ///   - operators: of the network.
    ///   - stored: the stored codes of a layer; nil for names of none, which only results before an operator have.
    ///   - memory: asked for every result.
    /// - Throws: `graphShapeMismatch` where a layer has another number of elements than the operand: the network ran at
    ///   another extent. `memoryBudgetExceeded`.
    public init(
        _ operators: [HostOperator], stored: (String) -> Tensor<Int32>?, memory: MemoryBudget
    ) throws(Diagnostic) {
        var results: [(name: String, array: HostArray)] = []
        for one in operators where one.function != .quantize {
            let before = results.first { $0.name == one.input }
            // In front of the network.
            if one.function == .quantizeHalfEven, before == nil { continue }
            let place = "host operator \(one.name)"
            // Elements of 64 bits on both sides.
            try memory.require(
                MemoryBudget.product(16, one.operand.count + one.result.count), for: one.function.name, at: place)
            let array: HostArray
            if let before {
                array = before.array
            } else if let codes = stored(one.input), let elements = one.operand.type.elements {
                guard codes.elements.count == one.operand.count else {
                    throw Diagnostic(
                        .graphShapeMismatch, at: place, found: "\(codes.shape) of \(one.input)",
                        expected: "\(one.operand.shapeText), the extents of the model",
                        remedy: "run the network at the model's own extent")
                }
                array = HostArray(one.operand, .integers(codes.elements.map { Int($0) + elements.lowerBound }))
            } else {
                preconditionFailure("\(one.input) is no layer of the network, and nothing before it")
            }
            results.append((one.name, one.result(of: array)))
        }
        self.results = results
    }
}

extension HostOperator {
    /// The stored codes of real numbers in front of the network, in the order of the operand.
    ///
    /// - Parameter place: of the numbers, in diagnostics.
    /// - Throws: `tensorElementUnfit` for what is no number.
    public func codes(of reals: [Float], at place: String) throws(Diagnostic) -> [Int32] {
        if let index = reals.firstIndex(where: { $0.isNaN }) {
            throw Diagnostic(
                .tensorElementUnfit, at: "\(place), element \(index)", found: "NaN", expected: "a number",
                remedy: "look for what made it: no code means it")
        }
        let lowest = result.type.elements?.lowerBound ?? 0
        let rounding: FloatingPointRoundingRule =
            function == .quantizeHalfEven ? .toNearestOrEven : .toNearestOrAwayFromZero
        return quantized(reals, rounding).map { Int32($0 - lowest) }
    }
}
