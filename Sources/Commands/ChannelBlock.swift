import FixedPoint
import Quantization

/// The block of everything that belongs to one channel or to the layer as a whole: a header of 64 bytes and arrays of
/// fixed records.
///
///     0  u8  drain kind (0 post-processing, 1 normalization, 2 addition, 3 none)
///     1  u8  flags: bit 0 second operand, bit 1 code map, bit 2 bias, bit 3 two-stage addition, bit 4 placements
///     2  u8  rounding rule (index in RoundingRule.allCases)
///     3  u8  R
///     4  i32 clipLow        8  i32 clipHigh
///     12 u8  normalization form        13 u8 normalization method (0 exact, 1 table)         14 i16 addition exponent
///     16 i32 addition mantissa a       20 i32 addition mantissa b
///        (of a two-stage addition the mantissas of the first stage; 14 i8 exponent a, 15 i8 exponent b)
///     24 u32 first operand's records   28 u32 second operand's records   (these four: bytes from the block's begin)
///     32 u32 result records            36 u32 code map
///     40 u16 first operand's channels  42 u16 second operand's channels (0 channels: 16-bit integers)
///     44 u16 result's coded channels (0: 16-bit integers)                46 u16 drain channels
///     48 u16 first operand's codebooks 50 u16 second operand's codebooks 52 u16 result's codebooks
///     54 u8  index bits   55 u8 offset bits   56 u8 base bits   57 u8 slope bits   58 u8 slope shift   59 u8 unused
///     60 u32 segments     (54...60: of a normalization table), or placements
///
/// Records are found by channel, counted from the tensor's first. A block may hold those of a `ChannelSlice` alone: its
/// counts are the slice's, and its starts (mod 2^32) are so much lower that channel 0 would lie there.
///
///     operand record, 8 bytes    i32 offset, u8 select, u8 operand shift of normalization, u16 unused
///     result record, 24 bytes    i64 bias or beta, u32 m or M, u32 m negative, i8 exponent,
///                                i8 exponent negative or S, u8 select, u8 unused, i32 offset
///     code map, 256 bytes
///     segment, 8 bytes           u32 base, i32 slope
///     placement, 8 bytes         u32 offset, u8 phase row, u8 phase column, u16 channel
///
/// Where lanes are phases (`ResultPlacement`), the result's channels are its lanes: each has a record and a placement.
package enum ChannelBlock {
    static let headerBytes = 64
    package static let operandRecordBytes = 8
    package static let resultRecordBytes = 24
    package static let placementBytes = 8
    static let tableHeaderByte = 54
    static let placementsByte = 60
    /// That the header can count, of one kind: a block of more is a sum of sizes, never loaded.
    package static let mostRecords = 1 << 16 - 1
}

/// Channels whose records one channel block holds, where a layer's parameters do not fit half of the parameter memory.
public struct ChannelSlice: Hashable, Sendable {
    /// Of each operand that has records.
    public var inputs: Range<Int>
    /// Of the result.
    public var outputs: Range<Int>

    public init(inputs: Range<Int>, outputs: Range<Int>) {
        self.inputs = inputs
        self.outputs = outputs
    }
}

extension LayerConfiguration {
    /// - Parameter slice: nil for all channels.
    func channelBlockBytes(_ slice: ChannelSlice?) -> [UInt8] {
        let common = drain.common
        let operandShifts =
            if case .normalization(let normalization) = drain { normalization.operandShifts } else { [UInt8]() }
        let results = max(output.selects.count, drain.channels)
        func channels(_ range: Range<Int>?, _ count: Int) -> Range<Int> {
            (range ?? 0..<count).clamped(to: 0..<count)
        }
        let inputs = channels(slice?.inputs, input.selects.count)
        let seconds = channels(slice?.inputs, second?.selects.count ?? 0)
        let outputs = channels(slice?.outputs, results)
        let firstRecords = ChannelBlock.headerBytes
        let secondRecords = firstRecords + inputs.count * ChannelBlock.operandRecordBytes
        let resultRecords = secondRecords + seconds.count * ChannelBlock.operandRecordBytes
        let map = resultRecords + outputs.count * ChannelBlock.resultRecordBytes
        var writer = ByteWriter()
        writer.append(drain.kind)
        var flags: UInt8 = second == nil ? 0 : 1
        if output.codeMap != nil { flags |= 2 }
        if case .postProcessing(let post) = drain, !post.bias.isEmpty { flags |= 4 }
        if operandMultipliers != nil { flags |= 8 }
        if !placements.isEmpty { flags |= 16 }
        writer.append(flags)
        writer.append(UInt8(RoundingRule.allCases.firstIndex(of: common.rounding)!))
        writer.append(UInt8(common.resultBits))
        writer.append(common.clipLow)
        writer.append(common.clipHigh)
        if case .normalization(let normalization) = drain {
            writer.append(normalization.form.rawValue)
        } else {
            writer.append(0 as UInt8)
        }
        let table: NormalizationTable? =
            if case .normalization(let normalization) = drain { normalization.table } else { nil }
        writer.append(table == nil ? 0 as UInt8 : 1)
        if case .addition(let addition) = drain {
            writer.append(Int16(addition.exponent))
            writer.append(Int32(addition.mantissaA))
            writer.append(Int32(addition.mantissaB))
        } else if let multipliers = operandMultipliers {
            writer.append(Int8(multipliers.first.exponent))
            writer.append(Int8(multipliers.second.exponent))
            writer.append(multipliers.first.mantissa)
            writer.append(multipliers.second.mantissa)
        } else {
            writer.append(0 as Int16)
            writer.append(0 as Int64)
        }
        let starts = [
            firstRecords - inputs.lowerBound * ChannelBlock.operandRecordBytes,
            secondRecords - seconds.lowerBound * ChannelBlock.operandRecordBytes,
            resultRecords - outputs.lowerBound * ChannelBlock.resultRecordBytes, map,
        ]
        for start in starts { writer.append(UInt32(truncatingIfNeeded: start)) }
        let coded = outputs.clamped(to: 0..<output.selects.count)
        let drained = outputs.clamped(to: 0..<drain.channels)
        for count in [inputs.count, seconds.count, coded.count, drained.count] {
            writer.append(UInt16(truncatingIfNeeded: count))
        }
        for count in [input.entries.count, second?.entries.count ?? 0, output.thresholds.count] {
            writer.append(UInt16(count))
        }
        let end = map + (output.codeMap?.count ?? 0)
        table?.appendHeader(segments: end, to: &writer)
        if !placements.isEmpty {
            while writer.bytes.count < ChannelBlock.placementsByte { writer.append(0 as UInt8) }
            writer.append(UInt32(truncatingIfNeeded: end - outputs.lowerBound * ChannelBlock.placementBytes))
        }
        while writer.bytes.count < ChannelBlock.headerBytes { writer.append(0 as UInt8) }
        writer.appendRecords(input, channels: inputs, shifts: operandShifts)
        if let second { writer.appendRecords(second, channels: seconds, shifts: []) }
        for channel in outputs { appendResultRecord(channel, to: &writer) }
        output.codeMap?.forEach { writer.append($0) }
        table?.appendSegments(to: &writer)
        for lane in outputs where !placements.isEmpty { placements[lane].append(to: &writer) }
        return writer.bytes
    }

    private func appendResultRecord(_ k: Int, to writer: inout ByteWriter) {
        switch drain {
        case .postProcessing(let post):
            writer.append(post.bias.isEmpty ? 0 as Int64 : post.bias[k])
            writer.append(post.multipliers[k].mantissa)
            writer.append(post.multipliersNegative[k].mantissa)
            writer.append(Int8(post.multipliers[k].exponent))
            writer.append(Int8(post.multipliersNegative[k].exponent))
        case .normalization(let normalization):
            writer.append(normalization.beta[k])
            writer.append(normalization.scaleMantissas[k])
            writer.append(0 as UInt32)
            writer.append(0 as Int8)
            writer.append(Int8(normalization.scaleShifts[k]))
        case .addition, .none:
            for _ in 0..<18 { writer.append(0 as UInt8) }
        }
        let isCoded = k < output.selects.count
        writer.append(isCoded ? output.selects[k] : 0)
        writer.append(0 as UInt8)
        writer.append(isCoded ? output.offsets[k] : 0 as Int32)
    }

    init(channelBlock memory: UnsafeRawBufferPointer, at address: Int) {
        var reader = ByteReader(memory, at: address)
        let kind: UInt8 = reader.next()
        let flags: UInt8 = reader.next()
        let ruleIndex: UInt8 = reader.next()
        let resultBits = Int(reader.next() as UInt8)
        let (clipLow, clipHigh): (Int32, Int32) = (reader.next(), reader.next())
        let rounding = RoundingRule.allCases[Int(ruleIndex)]
        let form: UInt8 = reader.next()
        let method: UInt8 = reader.next()
        let exponent: Int16 = reader.next()
        let mantissas: (a: Int32, b: Int32) = (reader.next(), reader.next())
        // Little-endian: the first byte is the lower one.
        operandMultipliers =
            flags & 8 == 0
            ? nil
            : OperandMultipliers(
                first: QuantizedMultiplier(
                    mantissa: UInt32(bitPattern: mantissas.a), exponent: Int(Int8(truncatingIfNeeded: exponent))),
                second: QuantizedMultiplier(mantissa: UInt32(bitPattern: mantissas.b), exponent: Int(exponent >> 8)))
        let starts: [Int] = (0..<4).map { _ in Int(Int32(bitPattern: reader.next())) }
        let counts: [Int] = (0..<4).map { _ in Int(reader.next() as UInt16) }
        // Where records lie tells from which channel on they are: those before are neutral and belong to no command.
        let firstRecords = ChannelBlock.headerBytes
        let secondRecords = firstRecords + counts[0] * ChannelBlock.operandRecordBytes
        let resultRecords = secondRecords + counts[1] * ChannelBlock.operandRecordBytes
        let firstInput = (firstRecords - starts[0]) / ChannelBlock.operandRecordBytes
        let firstSecond = (secondRecords - starts[1]) / ChannelBlock.operandRecordBytes
        let firstOutput = (resultRecords - starts[2]) / ChannelBlock.resultRecordBytes
        var first = ByteReader(memory, at: address + firstRecords)
        let (inputSelects, inputOffsets, shifts) = first.nextRecords(counts[0], after: firstInput)
        input = OperandConfiguration(entries: [], selects: inputSelects, offsets: inputOffsets)
        second = nil
        if flags & 1 != 0 {
            var reader = ByteReader(memory, at: address + secondRecords)
            let (selects, offsets, _) = reader.nextRecords(counts[1], after: firstSecond)
            second = OperandConfiguration(entries: [], selects: selects, offsets: offsets)
        }
        var map = ByteReader(memory, at: address + starts[3])
        let codeMap: [UInt8]? = flags & 2 != 0 ? (0..<256).map { _ in map.next() } : nil
        var results = ByteReader(memory, at: address + resultRecords)
        let records =
            Array(repeating: ResultRecord.neutral, count: firstOutput)
            + (0..<max(counts[2], counts[3])).map { _ in ResultRecord(&results) }
        let coded = records.prefix(counts[2] > 0 ? firstOutput + counts[2] : 0)
        output = ResultConfiguration(
            thresholds: [], limits: [], selects: coded.map(\.select), offsets: coded.map(\.offset), codeMap: codeMap)
        weightEntries = nil
        if flags & 16 != 0 {
            var header = ByteReader(memory, at: address + ChannelBlock.placementsByte)
            let start = Int(Int32(bitPattern: header.next()))
            var reader = ByteReader(memory, at: address + start + firstOutput * ChannelBlock.placementBytes)
            placements =
                Array(repeating: .neutral, count: firstOutput)
                + (0..<counts[3]).map { _ in ResultPlacement(&reader) }
        }
        let channels = records.prefix(counts[3] > 0 ? firstOutput + counts[3] : 0)
        switch kind {
        case 0:
            drain = .postProcessing(
                PostProcessingConfiguration(
                    bias: flags & 4 != 0 ? channels.map(\.bias) : [],
                    multipliers: channels.map {
                        QuantizedMultiplier(mantissa: $0.mantissa, exponent: Int($0.exponent))
                    },
                    multipliersNegative: channels.map {
                        QuantizedMultiplier(mantissa: $0.mantissaNegative, exponent: Int($0.exponentNegative))
                    },
                    rounding: rounding, resultBits: resultBits, clipLow: clipLow, clipHigh: clipHigh))
        case 1:
            drain = .normalization(
                NormalizationConfiguration(
                    form: NormalizationConfiguration.Form(rawValue: form)!, operandShifts: shifts,
                    beta: channels.map(\.bias),
                    scaleMantissas: channels.map(\.mantissa), scaleShifts: channels.map { UInt8($0.exponentNegative) },
                    table: method == 1 ? NormalizationTable(memory, at: address) : nil, resultBits: resultBits,
                    clipLow: clipLow, clipHigh: clipHigh))
        case 2:
            drain = .addition(
                AdditionConfiguration(
                    mantissaA: Int64(mantissas.a), mantissaB: Int64(mantissas.b), exponent: Int(exponent),
                    rounding: rounding, resultBits: resultBits,
                    clipLow: clipLow, clipHigh: clipHigh))
        default: drain = .none
        }
    }
}

extension NormalizationTable {
    fileprivate func appendHeader(segments address: Int, to writer: inout ByteWriter) {
        for value in [indexBits, offsetBits, baseBits, slopeBits, slopeShift, 0] { writer.append(UInt8(value)) }
        writer.append(UInt32(address))
    }

    fileprivate func appendSegments(to writer: inout ByteWriter) {
        for (base, slope) in zip(bases, slopes) {
            writer.append(base)
            writer.append(slope)
        }
    }

    fileprivate init(_ memory: UnsafeRawBufferPointer, at channelBlock: Int) {
        var header = ByteReader(memory, at: channelBlock + ChannelBlock.tableHeaderByte)
        let widths: [Int] = (0..<6).map { _ in Int(header.next() as UInt8) }
        var segments = ByteReader(memory, at: channelBlock + Int(header.next() as UInt32))
        self.init(
            indexBits: widths[0], offsetBits: widths[1], baseBits: widths[2], slopeBits: widths[3],
            slopeShift: widths[4], bases: [], slopes: [])
        for _ in 0..<(indexBits > 0 ? 1 << indexBits : 0) {
            bases.append(segments.next())
            slopes.append(segments.next())
        }
    }
}

/// J of each table, from the header.
struct CodebookCounts {
    let first: Int
    let second: Int
    let result: Int

    init(_ memory: UnsafeRawBufferPointer, at channelBlock: Int) {
        var reader = ByteReader(memory, at: channelBlock + 48)
        (first, second, result) = (
            Int(reader.next() as UInt16), Int(reader.next() as UInt16), Int(reader.next() as UInt16)
        )
    }
}

private struct ResultRecord {
    let bias: Int64
    let mantissa: UInt32
    let mantissaNegative: UInt32
    let exponent: Int8
    let exponentNegative: Int8
    let select: UInt8
    let offset: Int32

    /// Of a channel that the block does not hold.
    static let neutral: ResultRecord = [UInt8](repeating: 0, count: ChannelBlock.resultRecordBytes)
        .withUnsafeBytes { bytes in
            var reader = ByteReader(bytes, at: 0)
            return ResultRecord(&reader)
        }

    init(_ reader: inout ByteReader) {
        bias = reader.next()
        (mantissa, mantissaNegative) = (reader.next(), reader.next())
        (exponent, exponentNegative) = (reader.next(), reader.next())
        select = reader.next()
        let _: UInt8 = reader.next()
        offset = reader.next()
    }
}

extension DrainConfiguration {
    fileprivate var kind: UInt8 {
        switch self {
        case .postProcessing: 0
        case .normalization: 1
        case .addition: 2
        case .none: 3
        }
    }

    /// Channels with parameters of their own.
    fileprivate var channels: Int {
        switch self {
        case .postProcessing(let post): post.multipliers.count
        case .normalization(let normalization): normalization.beta.count
        case .addition, .none: 0
        }
    }

    /// Fields that every drain has; `none` stores neutral ones. Normalization rounds by its own definition, so its rule
    /// is not used.
    fileprivate var common: (rounding: RoundingRule, resultBits: Int, clipLow: Int32, clipHigh: Int32) {
        switch self {
        case .postProcessing(let post): (post.rounding, post.resultBits, post.clipLow, post.clipHigh)
        case .normalization(let normalization):
            (.halfUpDouble, normalization.resultBits, normalization.clipLow, normalization.clipHigh)
        case .addition(let addition): (addition.rounding, addition.resultBits, addition.clipLow, addition.clipHigh)
        case .none: (.halfUpDouble, 32, .min, .max)
        }
    }
}

extension ByteWriter {
    fileprivate mutating func appendRecords(_ operand: OperandConfiguration, channels: Range<Int>, shifts: [UInt8]) {
        for channel in channels {
            append(operand.offsets[channel])
            append(operand.selects[channel])
            append(channel < shifts.count ? shifts[channel] : 0)
            append(0 as UInt16)
        }
    }
}

extension ByteReader {
    /// - Parameter missing: channels before the first record.
    fileprivate mutating func nextRecords(
        _ count: Int, after missing: Int
    ) -> (selects: [UInt8], offsets: [Int32], shifts: [UInt8]) {
        var records: (selects: [UInt8], offsets: [Int32], shifts: [UInt8]) = (
            Array(repeating: 0, count: missing), Array(repeating: 0, count: missing),
            Array(repeating: 0, count: missing)
        )
        for _ in 0..<count {
            records.offsets.append(next())
            records.selects.append(next())
            records.shifts.append(next())
            let _: UInt16 = next()
        }
        return records
    }
}
