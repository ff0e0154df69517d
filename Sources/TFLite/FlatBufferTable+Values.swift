import Diagnostics

// What the tables of the format hold besides numbers.
extension FlatBufferTable {
    /// The index of one of `count` things.
    ///
    /// - Throws: `tfliteIndexOutOfRange`.
    func index(_ field: Int, of count: Int, _ word: StaticString) throws(Diagnostic) -> Int {
        let index = try index(field)
        try require(index, of: count, word)
        return index
    }

    /// Indices of tensors; -1 is no tensor.
    ///
    /// - Throws: `tfliteIndexOutOfRange`.
    func optionalTensors(_ field: Int, _ word: StaticString, of count: Int) throws(Diagnostic) -> [Int?] {
        let indices = try integers(field, word) ?? []
        for index in indices where index != -1 { try require(index, of: count, "tensor") }
        return indices.map { $0 == -1 ? nil : $0 }
    }

    /// Indices of tensors.
    ///
    /// - Throws: `tfliteIndexOutOfRange`.
    func tensors(_ field: Int, _ word: StaticString, of count: Int) throws(Diagnostic) -> [Int] {
        let indices = try integers(field, word) ?? []
        for index in indices { try require(index, of: count, "tensor") }
        return indices
    }

    /// A type of elements, float32 where the field is absent.
    ///
    /// - Throws: `tfliteValueOutOfRange`.
    func elementType(_ field: Int) throws(Diagnostic) -> TFLiteElementType {
        try choice(field, "element type")
    }

    /// One of the numbered choices of the format, number 0 where the field is absent.
    ///
    /// - Throws: `tfliteValueOutOfRange`.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ field: Int, _ word: StaticString, as type: Choice.Type = Choice.self
    ) throws(Diagnostic) -> Choice where Choice.RawValue == Int {
        let number = Int(try number(field, default: 0 as Int8))
        guard let choice = Choice(rawValue: number) else {
            throw outOfRange("\(word) \(number)", "0 to \(Choice.allCases.count - 1)")
        }
        return choice
    }

    /// A number that is at least 1, absent where the schema says so.
    ///
    /// - Throws: `tfliteValueOutOfRange`.
    func positive(_ field: Int, _ word: StaticString, default absent: Int32 = 0) throws(Diagnostic) -> Int {
        let value = try integer(field, default: absent)
        guard value >= 1 else { throw outOfRange("a \(word) of \(value)", "1 or more") }
        return value
    }

    func outOfRange(_ found: String, _ expected: String) -> Diagnostic {
        Diagnostic(
            .tfliteValueOutOfRange, at: "\(place)", found: found, expected: expected, remedy: "convert the model again")
    }

    private func require(_ index: Int, of count: Int, _ word: StaticString) throws(Diagnostic) {
        guard index >= 0, index < count else {
            throw Diagnostic(
                .tfliteIndexOutOfRange, at: "\(place)", found: "\(word) \(index)",
                expected: count == 0 ? "none: the file has no \(word)" : "\(word) 0 to \(count - 1)",
                remedy: "convert the model again")
        }
    }
}
