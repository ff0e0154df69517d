import Networks
import Quantization
import Tensors

/// From a stored element to its value, and from a result to the stored element.
extension Explanation {

    mutating func explainOperand(
        _ name: String, _ tensor: Tensor<Int32>, _ format: TensorFormat, _ y: Int, _ x: Int, _ c: Int
    ) -> Int {
        let stored = Int(tensor[y, x, c])
        let value = format.value(of: stored, channel: c)
        say("\(name) \(Coordinate(y: y, x: x, c: c)) stored \(stored) -> v = \(value)")
        return value
    }

    mutating func finish(_ result: Int64, _ format: TensorFormat, channel: Int, codeMap: [UInt8]?) {
        guard case .codes(let set) = format else {
            stored = Int(min(max(result, Int64(Int16.min)), Int64(Int16.max)))
            return say("stored as 16 bits: \(stored)")
        }
        let select = Int(set.selects[channel])
        let codebook = set.codebooks[select]
        let centred = result - Int64(set.offsets[channel])
        say(
            """
            codebook select \(select) of \(set.codebooks.count), offset \(set.offsets[channel]): r - offset = \(centred)
            """
        )
        let code = codebook.thresholds.count { centred >= Int64($0) }
        for index in max(0, code - 2)...min(codebook.entries.count - 1, code + 2) {
            if index > 0 {
                let threshold = codebook.thresholds[index - 1]
                say("  threshold \(index): \(threshold)\(centred >= Int64(threshold) ? "  <= r - offset" : "")")
            }
            say("    entry \(index): \(codebook.entries[index])\(index == code ? "   <- code" : "")")
        }
        stored = code
        if let codeMap {
            stored = Int(codeMap[code])
            say("code map: \(code) -> \(stored)")
        }
        say(
            """
            code = \(stored), decoded value \(Int64(codebook.entries[code]) + Int64(set.offsets[channel])), real value \
            x step \(set.step)
            """
        )
    }
}
