import Diagnostics
import ONNX

extension GraphBuilder {
    /// Imports one operator.
    ///
    /// - Throws: `onnxOperatorUnsupported` for those that are not carried over, and what each of the others throws.
    mutating func `import`(_ place: ONNXPlace) throws(Diagnostic) {
        guard place.node.isOfKnownDomain else {
            throw unsupported(
                place, found: "an operator of domain \(place.node.domain)", expected: "one of ONNX itself")
        }
        if try fold(place) { return }
        if OperatorImport.ofHost.contains(place.name)
            || Self.passed.contains(place.name) && place.input(0).map(hostTensors.contains) ?? false
        {
            return try leaveToHost(at: place)
        }
        guard let handler = OperatorImport[place.name] else { throw unknown(place) }
        try handler(&self, place)
    }

    func unknown(_ place: ONNXPlace) -> Diagnostic {
        unsupported(place, found: "an operator that is not carried over", expected: "one of \(Self.imported)")
    }

    /// What the host takes along behind what it computes.
    private static let passed: Set<String> = [
        "QuantizeLinear", "DequantizeLinear", "Identity", "Dropout", "Reshape", "Flatten", "Squeeze", "Unsqueeze",
        "Transpose",
    ]

    private static let imported =
        (OperatorImport.all.flatMap(\.names) + OperatorImport.ofHost).joined(separator: ", ")
        + " and their QLinear forms"
}
