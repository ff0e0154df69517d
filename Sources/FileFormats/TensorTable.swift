package import Diagnostics

/// The tensors of one network inside a file: names under a prefix, each taken once with its type and shape checked.
package struct TensorTable {
    private let tensors: [String: SafetensorsTensor]
    private let prefix: String
    private let place: String
    private var taken: Set<String> = []

    package init(_ tensors: [String: SafetensorsTensor], prefix: String, at place: String) {
        self.tensors = tensors
        self.prefix = prefix
        self.place = place
    }

    package func has(_ name: String) -> Bool { tensors[prefix + name] != nil }

    package mutating func integers<Element: FixedWidthInteger>(
        _ name: String, _ elementType: SafetensorsTensor.ElementType, as type: Element.Type, shape: [Int]
    ) throws(Diagnostic) -> [Element] {
        try take(name, elementType, shape: shape).integers(as: type)
    }

    package mutating func floats(_ name: String, shape: [Int]) throws(Diagnostic) -> [Float] {
        try take(name, isHalf(name) ? .float16 : .float32, shape: shape).floats
    }

    /// Floats whose number the file decides.
    package mutating func floats(_ name: String) throws(Diagnostic) -> [Float] {
        try floats(name, shape: tensors[prefix + name].map { [$0.count] } ?? [0])
    }

    private func isHalf(_ name: String) -> Bool { tensors[prefix + name]?.elementType == .float16 }

    /// A list whose length the file decides.
    package mutating func list<Element: FixedWidthInteger>(
        _ name: String, _ elementType: SafetensorsTensor.ElementType, as type: Element.Type
    ) throws(Diagnostic) -> [Element] {
        try take(name, elementType, shape: tensors[prefix + name].map { [$0.count] } ?? [0]).integers(as: type)
    }

    /// A table with this many columns and as many rows as the file has.
    package mutating func rows<Element: FixedWidthInteger>(
        _ name: String, _ elementType: SafetensorsTensor.ElementType, as type: Element.Type, columns: Int
    ) throws(Diagnostic) -> [[Element]] {
        let elements = try take(name, elementType, shape: [tensors[prefix + name]?.shape.first ?? 1, columns]).integers(
            as: type)
        return stride(from: 0, to: elements.count, by: columns).map { Array(elements[$0..<$0 + columns]) }
    }

    private mutating func take(
        _ name: String, _ elementType: SafetensorsTensor.ElementType, shape: [Int]
    ) throws(Diagnostic) -> SafetensorsTensor {
        let name = prefix + name
        guard let tensor = tensors[name] else {
            throw Diagnostic(
                .networkTensorMissing, at: "\(place), tensor \(name)", found: "no such tensor",
                expected: "\(elementType.rawValue) of shape \(shape)",
                remedy: "write the file again from its source")
        }
        guard tensor.elementType == elementType, tensor.shape == shape else {
            throw Diagnostic(
                .networkTensorMismatch, at: "\(place), tensor \(name)",
                found: "\(tensor.elementType.rawValue) of shape \(tensor.shape)",
                expected: "\(elementType.rawValue) of shape \(shape)", remedy: "correct the graph or the tensor")
        }
        taken.insert(name)
        return tensor
    }

    /// No tensor under the prefix may be left over: it would be dropped in silence.
    package func requireAllTaken() throws(Diagnostic) {
        guard let name = tensors.keys.filter({ $0.hasPrefix(prefix) && !taken.contains($0) }).min() else { return }
        throw Diagnostic(
            .networkTensorUnused, at: "\(place), tensor \(name)", found: "a tensor that no layer of the graph uses",
            expected: "only tensors of the graph",
            remedy: "remove the tensor or add its layer")
    }
}
