import Diagnostics
import Networks
import Quantization
import Tensors

extension StoredOperand {
    /// The values of all elements, `v = entries[select[c]][code] + offset[c]` or the stored 16-bit integer itself.
    ///
    /// - Parameter operandBits: V where the values go to the MAC array; `nil` where they do not.
    /// - Throws: `referenceElementOutOfRange` for an element that is no code of its codebook or no 16-bit integer,
    ///   `codebookValueTooWide` where some value that the format can express (present or not) does not fit V bits.
    func values(operandBits: Int?) throws(Diagnostic) -> [Int32] {
        if let operandBits { try requireRange(bits: operandBits) }
        let channels = tensor.shape.channels
        switch format {
        case .codes(let set):
            let tables = (0..<channels).map { c in
                set.codebooks[Int(set.selects[c])].entries.map {
                    Int32(truncatingIfNeeded: Int64($0) + Int64(set.offsets[c]))
                }
            }
            var values: [Int32] = []
            values.reserveCapacity(tensor.elements.count)
            for (index, code) in tensor.elements.enumerated() {
                let table = tables[index % channels]
                guard code >= 0, code < table.count else {
                    throw outOfRange(index, expected: "a code in 0..<\(table.count)")
                }
                values.append(table[Int(code)])
            }
            return values
        case .integers16:
            for (index, value) in tensor.elements.enumerated() where value < -32768 || value > 32767 {
                throw outOfRange(index, expected: "a 16-bit integer")
            }
            return tensor.elements
        }
    }

    /// Refuses a format with a value outside the V-bit signed range.
    private func requireRange(bits: Int) throws(Diagnostic) {
        let limit = 1 << (bits - 1)
        for c in 0..<tensor.shape.channels {
            let range = format.valueRange(channel: c)
            guard range.lowerBound >= -limit, range.upperBound < limit else {
                throw Diagnostic(
                    .codebookValueTooWide, at: "tensor \(name), channel \(c)",
                    found: "values \(range.lowerBound)...\(range.upperBound)",
                    expected: "values that fit \(bits) bits signed",
                    remedy: "choose smaller entries and offsets, or a larger V")
            }
        }
    }

    private func outOfRange(_ index: Int, expected: String) -> Diagnostic {
        let shape = tensor.shape
        let (y, x, c) = (
            index / (shape.width * shape.channels), index / shape.channels % shape.width, index % shape.channels
        )
        return Diagnostic(
            .referenceElementOutOfRange, at: "tensor \(name), (y \(y), x \(x), c \(c))",
            found: "element \(tensor.elements[index])", expected: expected,
            remedy: "give elements in the tensor's stored form")
    }
}

extension WeightDecoder {
    /// The integers behind weight codes, all of them within W bits signed.
    func expandedWeights(_ codes: [UInt8], bits: Int, layer: String) throws(Diagnostic) -> [Int32] {
        let limit = Int32(1) << (bits - 1)
        for (code, entry) in entries.enumerated() where Int32(entry) < -limit || Int32(entry) >= limit {
            throw Diagnostic(
                .codebookValueTooWide, at: "layer \(layer), weight code \(code)", found: "expanded weight \(entry)",
                expected: "weights that fit \(bits) bits signed",
                remedy: "choose a law with smaller entries, or a larger W")
        }
        return codes.map { Int32(entries[Int($0)]) }
    }
}

extension StoredOperand {
    /// Values that a layer combines element by element: codes fit V bits, 16-bit integers may exceed them.
    func values(of target: LayerTarget) throws(Diagnostic) -> [Int32] {
        try values(operandBits: format.bytesPerElement == 1 ? target.widths.activationBits : nil)
    }
}
