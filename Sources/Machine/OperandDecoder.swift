internal import CDatapathKernels
internal import Commands
internal import Kernels

/// Decoding side of the codebook-mux: for each channel the table that turns a code into the integer that is multiplied.
///
///     code ──> [ table of the channel's select ] ── + offset ──> v ──> v, |v| or the scaled square
///
/// `value` decoders share the J tables of the layer and add offsets; the other operands have a table for each distinct
/// (select, offset, shift), with everything folded in. Codes beyond a short codebook decode to its last entry.
final class OperandDecoder {
    let channels: Int
    /// 256 values a table.
    let table: AlignedMemory<Int16>
    /// Where each flat channel's table begins.
    let tableIndex: AlignedMemory<Int32>
    let offsets: AlignedMemory<Int16>
    /// Largest magnitude that each flat channel decodes to.
    let largestMagnitude: [Int64]
    private let level: KernelLevel

    init(_ configuration: LayerConfiguration, _ key: LayerContext.DecoderKey, activationBits: Int, level: KernelLevel) {
        self.level = level
        guard let operand = key.isSecond ? configuration.second : configuration.input else {
            preconditionFailure("the layer has no second operand")
        }
        precondition(!operand.isInteger16, "the MAC array and the codebook-mux decode codes, not 16-bit integers")
        channels = key.channels.count
        var tables: [Int16] = []
        var starts: [TableKey: Int32] = [:]
        var index: [Int32] = []
        var offset: [Int16] = []
        var largest: [Int64] = []
        for flat in 0..<channels {
            let channel = key.channels.index(flat)
            precondition(channel < operand.selects.count, "channel \(channel) of \(operand.selects.count)")
            let select = Int(operand.selects[channel])
            let removed = Int(operand.offsets[channel])
            let shift = key.operand == .square ? operand.shift(configuration, channel) : 0
            let values = operand.values(
                select: select, offset: removed, key.operand, shift: shift, activationBits: activationBits)
            let isFolded = key.operand != .value
            let tableKey = TableKey(select: select, offset: isFolded ? removed : 0, shift: shift)
            if starts[tableKey] == nil {
                starts[tableKey] = Int32(tables.count)
                tables += values.map { Int16($0 - (isFolded ? 0 : removed)) }
            }
            index.append(starts[tableKey]!)
            offset.append(isFolded ? 0 : Int16(removed))
            largest.append(Int64(values.lazy.map(abs).max()!))
        }
        table = AlignedMemory(tables)
        tableIndex = AlignedMemory(index)
        offsets = AlignedMemory(offset)
        largestMagnitude = largest
    }

    private struct TableKey: Hashable {
        var select: Int
        var offset: Int
        var shift: Int
    }

    var view: View {
        View(table: table.base, tableIndex: tableIndex.base, offsets: offsets.base, level: level.rawValue)
    }

    /// The decoder as units pass it around while they work: valid as long as the decoder lives. Threads would wait for
    /// each other to count references.
    struct View: BitwiseCopyable {
        fileprivate let table: UnsafePointer<Int16>
        fileprivate let tableIndex: UnsafePointer<Int32>
        fileprivate let offsets: UnsafePointer<Int16>
        private let level: Int32

        fileprivate init(
            table: UnsafePointer<Int16>, tableIndex: UnsafePointer<Int32>, offsets: UnsafePointer<Int16>, level: Int32
        ) {
            (self.table, self.tableIndex, self.offsets, self.level) = (table, tableIndex, offsets, level)
        }

        /// `values[p count + c]` = the decoded code at `codes[p pitch + c]`, for `count` channels from flat channel
        /// `first` on.
        func decode(
            _ codes: UnsafePointer<UInt8>, pitch: Int, pixels: Int, first: Int = 0, count: Int,
            to values: UnsafeMutablePointer<Int16>
        ) {
            var arguments = intaglio_decode_arguments(
                codes: codes, pitch: Int64(pitch), pixels: Int64(pixels), channels: Int64(count), table: table,
                tableIndex: tableIndex + first, offsets: offsets + first, values: values)
            intaglio_decode_pixels(level, &arguments)
        }
    }
}

extension OperandConfiguration {
    /// S_j of the squared operand.
    fileprivate func shift(_ configuration: LayerConfiguration, _ channel: Int) -> Int {
        guard case .normalization(let normalization) = configuration.drain else { return 0 }
        return Int(normalization.operandShifts[channel])
    }

    /// The 256 values of one channel.
    fileprivate func values(
        select: Int, offset: Int, _ operand: Accumulation.Operand, shift: Int, activationBits: Int
    ) -> [Int] {
        let codebook = entries[select]
        let limit = 1 << (activationBits - 1)
        return (0..<256).map { code in
            let value = Int(codebook[min(code, codebook.count - 1)]) + offset
            precondition(-limit <= value && value < limit, "value \(value) fits \(activationBits) bits")
            switch operand {
            case .value: return value
            case .magnitude:
                precondition(value > -(1 << 15), "magnitude of \(value) fits the 16-bit operand")
                return abs(value)
            case .square:
                return min(limit - 1, shift == 0 ? value * value : (value * value + 1 << (shift - 1)) >> shift)
            }
        }
    }
}
