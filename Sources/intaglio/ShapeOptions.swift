import ArgumentParser

/// What an ONNX model leaves open.
struct ShapeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Of an ONNX model: what a symbolic dimension is (height=224), or all extents of an input "
                + "(image=1x3x224x224). May be repeated.", valueName: "name=extents")) var shape: [String] = []

    func validate() throws { _ = try extents() }

    /// By name.
    ///
    /// - Throws: a sentence; exit code 2.
    func extents() throws -> [String: [Int]] {
        var shapes: [String: [Int]] = [:]
        for text in shape {
            let parts = text.split(separator: "=", omittingEmptySubsequences: false)
            let extents = parts.last!.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
            let name = parts.dropLast().joined(separator: "=")
            guard !name.isEmpty, extents.count <= 8, extents.allSatisfy({ (1...1 << 20).contains($0) }) else {
                throw ValidationError("--shape '\(text)': name=number, or name=1x3x224x224 for a whole input")
            }
            guard shapes.updateValue(extents, forKey: name) == nil else {
                throw ValidationError("--shape names \(name) twice")
            }
        }
        return shapes
    }
}
