import Graph
import Networks
import Quantization
import Random
import Tensors

extension SeededGenerator {
    /// A codebook set whose decoded values all fit `bits` signed: linear, gently growing or arbitrary entries, several
    /// codebooks, selects and offsets.
    mutating func codebookSet(channels: Int, bits: Int, atMost count: Int) -> CodebookSet {
        let limit = 1 << (bits - 1)
        let offsetLimit = once(in: 2) ? 0 : limit / 8
        let entryLimit = limit - 1 - offsetLimit
        let codebooks = (0..<integer(1...count)).map { _ in codebook(limit: entryLimit) }
        let selects = (0..<channels).map { _ in UInt8(integer(0...codebooks.count - 1)) }
        let offsets = (0..<channels).map { _ in Int32(integer(-offsetLimit...offsetLimit)) }
        return try! CodebookSet(codebooks: codebooks, selects: selects, offsets: offsets, step: 1)
    }

    private mutating func codebook(limit: Int) -> Codebook {
        switch integer(0...3) {
        case 0 where limit >= 128: return .linearSigned
        case 1 where limit >= 255: return .linearUnsigned
        case 2:
            // Growing differences, symmetric about 0: what a power law looks like.
            var (positive, step, value) = ([Int](), 1, 0)
            for index in 1...127 {
                if index % integer(8...24) == 0, step < 1024 { step *= 2 }
                value += step
                if value > limit { break }
                positive.append(value)
            }
            let entries = positive.reversed().map { -$0 } + [0] + positive
            return try! Codebook(entries: entries.map { Int32($0) })
        default:
            var values: Set<Int> = []
            for _ in 0..<integer(1...256) { values.insert(integer(-limit...limit)) }
            return try! Codebook(entries: values.sorted().map { Int32($0) })
        }
    }

    mutating func weightDecoder(bits: Int, mayHaveTable: Bool) -> WeightDecoder {
        let limit = (1 << (bits - 1)) - 1
        switch integer(0...(mayHaveTable ? 2 : 1)) {
        case 0: return .linear()
        case 1 where bits >= 9: return .linear(offset: integer(-127...127))
        case 1 where !mayHaveTable: return .linear()
        default:
            var entries = (0..<256).map { _ in Int16(integer(-limit - 1...limit)) }
            entries.sort()
            return try! WeightDecoder(entries: entries, isMemoryFree: false, law: "table")
        }
    }

    /// Stored elements for a format: codes that exist in the channel's codebook, or 16-bit values.
    mutating func elements(_ shape: TensorShape, format: TensorFormat, stimulus: Stimulus) -> Tensor<Int32> {
        let elements = (0..<shape.count).map { index -> Int32 in
            let range: ClosedRange<Int>
            switch format {
            case .codes(let set): range = 0...set.codebooks[Int(set.selects[index % shape.channels])].entries.count - 1
            case .integers16: range = Int(Int16.min)...Int(Int16.max)
            }
            return Int32(element(in: range, stimulus: stimulus))
        }
        return Tensor(shape: shape, elements: elements)
    }

    private mutating func element(in range: ClosedRange<Int>, stimulus: Stimulus) -> Int {
        switch stimulus {
        case .uniform: return integer(range)
        case .extremes: return once(in: 2) ? range.lowerBound : range.upperBound
        case .allHighest: return range.upperBound
        case .central: return (integer(range) + integer(range) + integer(range) + integer(range)) >> 2
        }
    }
}
