import Diagnostics
import Dispatch
import Synchronization
import Tensors

/// One row of output pixels while it is made, in NHWC order.
struct OutputRow: Sendable {
    private(set) var elements: [Int32] = []
    private(set) var saturatedOutputs = 0

    mutating func append(_ stored: StoredElement) {
        elements.append(stored.element)
        if stored.isSaturated { saturatedOutputs += 1 }
    }
}

/// A layer's output from its rows, each made on its own, on all cores: rows share nothing, so the result does not depend on their order.
///
/// - Throws: the diagnostic of the topmost row that fails.
func assembleRows(_ shape: TensorShape, row: @Sendable (_ y: Int) throws(Diagnostic) -> OutputRow) throws(Diagnostic) -> LayerResult {
    let finished = Mutex<[Result<OutputRow, Diagnostic>?]>(Array(repeating: nil, count: shape.height))
    DispatchQueue.concurrentPerform(iterations: shape.height) { y in
        let result = Result { () throws(Diagnostic) -> OutputRow in try row(y) }
        finished.withLock { $0[y] = result }
    }
    var elements: [Int32] = []
    elements.reserveCapacity(shape.count)
    var saturatedOutputs = 0
    for result in finished.withLock({ $0 }) {
        let row = try result!.get()
        elements.append(contentsOf: row.elements)
        saturatedOutputs += row.saturatedOutputs
    }
    return LayerResult(output: Tensor(shape: shape, elements: elements), saturatedOutputs: saturatedOutputs)
}
