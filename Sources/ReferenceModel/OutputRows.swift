import Diagnostics
import Dispatch
import Synchronization
import Tensors

/// One row of output pixels while it is made, in NHWC order.
struct OutputRow: Sendable {
    private(set) var elements: [Int32] = []
    private(set) var saturatedOutputsByChannel: [Int]

    init(channels: Int) { saturatedOutputsByChannel = Array(repeating: 0, count: channels) }

    mutating func append(_ stored: StoredElement, channel: Int) {
        elements.append(stored.element)
        if stored.isSaturated { saturatedOutputsByChannel[channel] += 1 }
    }
}

/// A layer's output from its rows, each made on its own, on all cores: rows share nothing, so the result does not
/// depend on their order.
///
/// - Throws: the diagnostic of the topmost row that fails.
func assembleRows(
    _ shape: TensorShape, row: @Sendable (_ y: Int) throws(Diagnostic) -> OutputRow
) throws(Diagnostic) -> LayerResult {
    let finished = Mutex<[Result<OutputRow, Diagnostic>?]>(Array(repeating: nil, count: shape.height))
    DispatchQueue.concurrentPerform(iterations: shape.height) { y in
        let result = Result { () throws(Diagnostic) -> OutputRow in try row(y) }
        finished.withLock { $0[y] = result }
    }
    var elements: [Int32] = []
    elements.reserveCapacity(shape.count)
    var saturated = Array(repeating: 0, count: shape.channels)
    for result in finished.withLock({ $0 }) {
        let row = try result!.get()
        elements.append(contentsOf: row.elements)
        for (channel, count) in row.saturatedOutputsByChannel.enumerated() { saturated[channel] += count }
    }
    return LayerResult(output: Tensor(shape: shape, elements: elements), saturatedOutputsByChannel: saturated)
}
