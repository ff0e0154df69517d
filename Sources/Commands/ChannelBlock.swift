import FixedPoint

/// The block of everything that belongs to one channel or to the layer as a whole.
///
///     u8  drain kind (0 post-processing, 1 normalization, 2 addition, 3 none)
///     u8  flags: bit 0 second operand, bit 1 code map, bit 2 bias
///     u8  rounding rule (index in RoundingRule.allCases)     u8 R
///     i32 clipLow        i32 clipHigh
///     u16 first operand's channels     { u8 select, i32 offset } each (0 channels: 16-bit integers)
///     u16 second operand's channels    likewise, only with bit 0
///     u16 result's channels            likewise
///     [256 x u8 code map]
///     u16 drain channels, then for each channel
///         post-processing   [i64 bias]  u32 m  i8 exponent  u32 m negative  i8 exponent negative
///         normalization     i64 beta  u32 M  u8 S;  preceded by u8 form, and followed by u8 operand shift for each input channel
///         addition          (once) i64 mantissa a  i64 mantissa b  i8 exponent
extension LayerConfiguration {
    var channelBlockBytes: [UInt8] {
        var writer = ByteWriter()
        let common = drain.common
        writer.append(drain.kind)
        var flags: UInt8 = second == nil ? 0 : 1
        if output.codeMap != nil { flags |= 2 }
        if case .postProcessing(let post) = drain, !post.bias.isEmpty { flags |= 4 }
        writer.append(flags)
        writer.append(UInt8(RoundingRule.allCases.firstIndex(of: common.rounding)!))
        writer.append(UInt8(common.resultBits))
        writer.append(common.clipLow)
        writer.append(common.clipHigh)
        writer.appendChannels(input.selects, input.offsets)
        if let second { writer.appendChannels(second.selects, second.offsets) }
        writer.appendChannels(output.selects, output.offsets)
        output.codeMap?.forEach { writer.append($0) }
        switch drain {
        case .postProcessing(let post):
            writer.append(UInt16(post.multipliers.count))
            for k in post.multipliers.indices {
                if !post.bias.isEmpty { writer.append(post.bias[k]) }
                writer.append(post.multipliers[k])
                writer.append(post.multipliersNegative[k])
            }
        case .normalization(let normalization):
            writer.append(normalization.form.rawValue)
            writer.append(UInt16(normalization.beta.count))
            for k in normalization.beta.indices {
                writer.append(normalization.beta[k])
                writer.append(normalization.scaleMantissas[k])
                writer.append(normalization.scaleShifts[k])
            }
            normalization.operandShifts.forEach { writer.append($0) }
        case .addition(let addition):
            writer.append(addition.mantissaA)
            writer.append(addition.mantissaB)
            writer.append(Int8(addition.exponent))
        case .none: break
        }
        return writer.bytes
    }

    init(channelBlock reader: inout ByteReader) {
        let kind: UInt8 = reader.next()
        let flags: UInt8 = reader.next()
        let ruleIndex: UInt8 = reader.next()
        let resultBits = Int(reader.next() as UInt8)
        let (clipLow, clipHigh): (Int32, Int32) = (reader.next(), reader.next())
        let rounding = RoundingRule.allCases[Int(ruleIndex)]
        let (inputSelects, inputOffsets) = reader.nextChannels()
        self.input = OperandConfiguration(entries: [], selects: inputSelects, offsets: inputOffsets)
        if flags & 1 != 0 {
            let (selects, offsets) = reader.nextChannels()
            self.second = OperandConfiguration(entries: [], selects: selects, offsets: offsets)
        } else {
            self.second = nil
        }
        let (outputSelects, outputOffsets) = reader.nextChannels()
        let codeMap: [UInt8]? = flags & 2 != 0 ? (0..<256).map { _ in reader.next() } : nil
        self.output = ResultConfiguration(thresholds: [], limits: [], selects: outputSelects, offsets: outputOffsets, codeMap: codeMap)
        self.weightEntries = nil
        switch kind {
        case 0:
            let channels: UInt16 = reader.next()
            var post = PostProcessingConfiguration(
                bias: [], multipliers: [], multipliersNegative: [], rounding: rounding, resultBits: resultBits, clipLow: clipLow, clipHigh: clipHigh)
            for _ in 0..<channels {
                if flags & 4 != 0 { post.bias.append(reader.next()) }
                post.multipliers.append(reader.nextMultiplier())
                post.multipliersNegative.append(reader.nextMultiplier())
            }
            self.drain = .postProcessing(post)
        case 1:
            let form = NormalizationConfiguration.Form(rawValue: reader.next())!
            let channels: UInt16 = reader.next()
            var normalization = NormalizationConfiguration(
                form: form, operandShifts: [], beta: [], scaleMantissas: [], scaleShifts: [], resultBits: resultBits, clipLow: clipLow, clipHigh: clipHigh)
            for _ in 0..<channels {
                normalization.beta.append(reader.next())
                normalization.scaleMantissas.append(reader.next())
                normalization.scaleShifts.append(reader.next())
            }
            normalization.operandShifts = (0..<channels).map { _ in reader.next() }
            self.drain = .normalization(normalization)
        case 2:
            self.drain = .addition(
                AdditionConfiguration(
                    mantissaA: reader.next(), mantissaB: reader.next(), exponent: Int(reader.next() as Int8), rounding: rounding, resultBits: resultBits,
                    clipLow: clipLow, clipHigh: clipHigh))
        default: self.drain = .none
        }
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

    /// Fields that every drain has; `none` stores neutral ones. Normalization rounds by its own definition, so its rule is not used.
    fileprivate var common: (rounding: RoundingRule, resultBits: Int, clipLow: Int32, clipHigh: Int32) {
        switch self {
        case .postProcessing(let post): (post.rounding, post.resultBits, post.clipLow, post.clipHigh)
        case .normalization(let normalization): (.halfUpDouble, normalization.resultBits, normalization.clipLow, normalization.clipHigh)
        case .addition(let addition): (addition.rounding, addition.resultBits, addition.clipLow, addition.clipHigh)
        case .none: (.halfUpDouble, 32, .min, .max)
        }
    }
}

extension ByteWriter {
    fileprivate mutating func append(_ multiplier: QuantizedMultiplier) {
        append(multiplier.mantissa)
        append(Int8(multiplier.exponent))
    }

    fileprivate mutating func appendChannels(_ selects: [UInt8], _ offsets: [Int32]) {
        append(UInt16(selects.count))
        for (select, offset) in zip(selects, offsets) {
            append(select)
            append(offset)
        }
    }
}

extension ByteReader {
    fileprivate mutating func nextMultiplier() -> QuantizedMultiplier {
        QuantizedMultiplier(mantissa: next(), exponent: Int(next() as Int8))
    }

    fileprivate mutating func nextChannels() -> (selects: [UInt8], offsets: [Int32]) {
        let count: UInt16 = next()
        var channels: (selects: [UInt8], offsets: [Int32]) = ([], [])
        for _ in 0..<count {
            channels.selects.append(next())
            channels.offsets.append(next())
        }
        return channels
    }
}
