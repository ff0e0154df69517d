internal import Commands

/// Additions, requantizations, the latent operators and copies: no MAC array, the post-processor and the codebook-mux only.
struct ElementwiseUnit {
    let postProcessor: PostProcessor
    private var scratch = RowScratch()

    init(level: KernelLevel) { postProcessor = PostProcessor(level: level) }

    mutating func run(_ work: Elementwise, _ context: LayerContext?, _ buffer: inout OnChipBuffer) -> (activity: UnitActivity, saturatedOutputs: Int) {
        var activity = UnitActivity()
        guard work.rows > 0, work.columns > 0, work.channels > 0 else { return (activity, 0) }
        precondition(work.shuffleFactor == 1 || work.function == .copy, "only copies shuffle")
        let operands = work.function == .copy || !work.hasSecond ? 1 : 2
        precondition(work.function != .add || work.hasSecond, "an addition has two operands")
        let view = buffer.view
        let output = buffer.pointer(writing: work.outputByteRange)
        let origin = output - work.outputByteRange.lowerBound
        var saturated = 0
        for row in 0..<work.rows {
            let elements: UnsafePointer<UInt8>
            if work.function == .copy {
                precondition(work.inputBytesPerElement == work.outputBytesPerElement, "a copy keeps the bytes of an element")
                elements = copied(work, view, row: row)
            } else {
                guard let context else { preconditionFailure("\(work.function.rawValue) needs a channel block") }
                saturated += compute(work, context, view, row: row)
                elements = UnsafePointer(scratch.elements.base)
            }
            work.write(elements, row: row, to: origin)
            activity.bufferReadBytes += work.columns * work.channels * work.inputBytesPerElement
            if operands == 2 { activity.bufferReadBytes += work.columns * work.channels * work.secondBytesPerElement }
            activity.bufferWriteBytes += work.columns * work.channels * work.outputBytesPerElement
        }
        return (activity, saturated)
    }

    /// One row of elements, packed.
    private mutating func copied(_ work: Elementwise, _ buffer: OnChipBuffer.View, row: Int) -> UnsafePointer<UInt8> {
        let pixelBytes = work.channels * work.inputBytesPerElement
        scratch.reserve(work.columns * work.channels, isWide: false, hasValues: false)
        for j in 0..<work.columns {
            let address = work.inputAddress + (row * work.columns + j) * work.inputPixelPitchBytes
            (scratch.elements.base + j * pixelBytes).update(from: buffer.pointer(reading: address..<address + pixelBytes), count: pixelBytes)
        }
        return UnsafePointer(scratch.elements.base)
    }

    /// One row of results into `scratch.elements`.
    private mutating func compute(_ work: Elementwise, _ context: LayerContext, _ buffer: OnChipBuffer.View, row: Int) -> Int {
        let channels = LayerContext.Channels(first: work.firstChannel, channels: work.channels, groups: 1, groupPitch: 0)
        let drain = context.drain(LayerContext.DrainKey(channels: channels, addsBias: true, copies: 1))
        let isSixteen = context.configuration.output.isInteger16
        precondition(work.outputBytesPerElement == (isSixteen ? 2 : 1), "results of \(work.outputBytesPerElement) bytes: the layer stores \(isSixteen ? 2 : 1)")
        scratch.reserve(work.columns * work.channels, isWide: true, hasValues: true)
        let sums = scratch.wideSums.base
        let count = work.columns * work.channels
        read(work, context, buffer, channels, row: row, isSecond: false)
        let factors = work.factors(context.configuration.drain)
        for element in 0..<count { sums[element] = Int64(scratch.values.base[element]) * factors.first }
        if work.hasSecond {
            read(work, context, buffer, channels, row: row, isSecond: true)
            for element in 0..<count { sums[element] += Int64(scratch.values.base[element]) * factors.second }
        }
        if work.function == .quantizeLatent {
            precondition((0..<16).contains(work.fractionBits), "F is at most 15")
            let half: Int64 = work.fractionBits > 0 ? 1 << (work.fractionBits - 1) : 0
            for element in 0..<count { sums[element] = (sums[element] + half) >> Int64(work.fractionBits) }
        }
        return postProcessor.drain(
            sums, pitch: work.channels, pixels: work.columns, by: drain, to: scratch.elements.base, bytesPerElement: work.outputBytesPerElement)
    }

    /// One row of an operand into `scratch.values`: codes decoded, 16-bit integers as they are.
    private func read(
        _ work: Elementwise, _ context: LayerContext, _ buffer: OnChipBuffer.View, _ channels: LayerContext.Channels, row: Int, isSecond: Bool
    ) {
        let address = isSecond ? work.secondAddress : work.inputAddress
        let pitch = isSecond ? work.secondPixelPitchBytes : work.inputPixelPitchBytes
        let bytes = isSecond ? work.secondBytesPerElement : work.inputBytesPerElement
        let start = address + row * work.columns * pitch
        let source = buffer.pointer(reading: start..<start + (work.columns - 1) * pitch + work.channels * bytes)
        let values = scratch.values.base
        if bytes == 1 {
            let decoder = context.decoder(LayerContext.DecoderKey(channels: channels, operand: .value, isSecond: isSecond))
            decoder.decode(source, pitch: pitch, pixels: work.columns, count: work.channels, to: values)
            return
        }
        for j in 0..<work.columns {
            for c in 0..<work.channels {
                let element = UnsafeRawPointer(source + j * pitch + 2 * c).loadUnaligned(as: Int16.self)
                values[j * work.channels + c] = Int16(littleEndian: element)
            }
        }
    }
}

extension Elementwise {
    /// What the two operands are multiplied by before they are added.
    fileprivate func factors(_ drain: DrainConfiguration) -> (first: Int64, second: Int64) {
        switch function {
        case .copy, .requantize: return (1, 0)
        case .add:
            guard case .addition(let addition) = drain else { preconditionFailure("an addition needs its mantissas") }
            return (addition.mantissaA, addition.mantissaB)
        case .quantizeLatent: return (1, -1)
        case .reconstructLatent: return (1 << Int64(fractionBits), 1)
        }
    }

    /// The bytes that the results reach.
    var outputByteRange: Range<Int> {
        let f = shuffleFactor
        let lastChannel = (channels - 1) / (f * f)
        return outputAddress..<outputAddress + (rows * f * columns * f - 1) * outputPixelPitchBytes + (lastChannel + 1) * outputBytesPerElement
    }

    /// Packed elements of a row to their places; `origin` is address 0.
    fileprivate func write(_ elements: UnsafePointer<UInt8>, row i: Int, to origin: UnsafeMutablePointer<UInt8>) {
        let f = shuffleFactor
        let bytes = outputBytesPerElement
        for j in 0..<columns {
            let source = elements + j * channels * bytes
            if f == 1 {
                (origin + outputAddress + (i * columns + j) * outputPixelPitchBytes).update(from: source, count: channels * bytes)
                continue
            }
            for c in 0..<channels {
                let (k, dy, dx) = (c / (f * f), c % (f * f) / f, c % f)
                let pixel = (i * f + dy) * columns * f + j * f + dx
                (origin + outputAddress + pixel * outputPixelPitchBytes + k * bytes).update(from: source + c * bytes, count: bytes)
            }
        }
    }
}
