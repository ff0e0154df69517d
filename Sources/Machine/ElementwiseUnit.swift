internal import Commands
internal import Kernels

/// One element-wise command, ready to run on any thread: additions, requantizations, the latent operators and copies.
/// No MAC array, the post-processor and the codebook-mux only.
struct ElementwiseUnit {
    private let work: Elementwise
    private let postProcessor: PostProcessorKernel
    private let buffer: OnChipBuffer.View
    /// Address 0.
    private let origin: UnsafeMutablePointer<UInt8>
    /// What copies do not need.
    private let drain: DrainLanes?
    private let decoder: OperandDecoder?
    private let secondDecoder: OperandDecoder?
    private let factors: (first: Int64, second: Int64)
    private let scaler: OperandScaler?

    /// Takes the parameters that the command needs; nil where it has nothing to do.
    init?(_ work: Elementwise, _ context: LayerContext?, _ buffer: inout OnChipBuffer, level: KernelLevel) {
        guard work.rows > 0, work.columns > 0, work.channels > 0 else { return nil }
        precondition(
            work.shuffleFactor == 1 || work.function == .copy || work.function == .replicate,
            "only what moves elements shuffles")
        precondition(!work.function.combinesTwo || work.hasSecond, "\(work.function.rawValue) has two operands")
        precondition(
            work.inputRingRows == 0
                || (work.function.movesElements ? work.window.tileRows : work.rows)
                    <= work.inputRingRows,
            "a tile of more rows than its ring has")
        precondition(
            !work.hasSecond || work.secondRingRows == 0
                || work.rows <= work.secondRingRows && work.secondPixelPitchBytes > 0,
            "a second operand of one pixel, or of more rows than its ring has")
        self.work = work
        postProcessor = PostProcessorKernel(level: level)
        self.buffer = buffer.view
        origin = buffer.pointer(writing: work.outputByteRange) - work.outputByteRange.lowerBound
        guard !work.function.movesElements else {
            precondition(
                work.inputBytesPerElement == work.outputBytesPerElement, "a copy keeps the bytes of an element")
            (drain, decoder, secondDecoder, factors, scaler) = (nil, nil, nil, (1, 0), nil)
            return
        }
        guard let context else { preconditionFailure("\(work.function.rawValue) needs a channel block") }
        let isSixteen = context.configuration.output.isInteger16
        precondition(
            work.outputBytesPerElement == (isSixteen ? 2 : 1),
            "results of \(work.outputBytesPerElement) bytes: the layer stores \(isSixteen ? 2 : 1)")
        let channels = work.channelSet
        drain = context.drain(LayerContext.DrainKey(channels: channels, addsBias: true, copies: 1))
        decoder =
            work.inputBytesPerElement == 1
            ? context.decoder(LayerContext.DecoderKey(channels: channels, operand: .value, isSecond: false)) : nil
        secondDecoder =
            work.hasSecond && work.secondBytesPerElement == 1
            ? context.decoder(LayerContext.DecoderKey(channels: channels, operand: .value, isSecond: true)) : nil
        factors = work.factors(context.configuration.drain)
        scaler = work.function.hasTwoStages ? OperandScaler(work, context.configuration.operandMultipliers) : nil
    }

    /// Lanes of scratch.
    var scratchLanes: Int { work.columns * work.channels }

    /// Lanes of the drain, as its vectors write them.
    var drainLanes: Int { drain?.lanes ?? 0 }

    /// What `run` counted, to the counters of the channels.
    func collectCounts(_ scratch: RowScratch.View, at first: Int) {
        scratch.collectCounts(lanes: work.channels, of: work.channelSet, at: first)
    }

    func run(_ scratch: RowScratch.View) -> (activity: UnitActivity, saturatedOutputs: Int) {
        var activity = UnitActivity()
        var saturated = 0
        for row in 0..<work.rows {
            if work.function.movesElements {
                activity.bufferReadBytes += move(row: row, scratch) * work.channels * work.inputBytesPerElement
            } else {
                saturated += compute(row: row, scratch)
                activity.bufferReadBytes += work.columns * work.channels * work.inputBytesPerElement
                if work.hasSecond {
                    activity.bufferReadBytes += work.columns * work.channels * work.secondBytesPerElement
                }
            }
            activity.bufferWriteBytes += work.write(UnsafePointer(scratch.elements), row: row, to: origin)
        }
        return (activity, saturated)
    }

    /// One row of elements, packed, out of the positions of the window; how many of these lie in the tile.
    private func move(row i: Int, _ scratch: RowScratch.View) -> Int {
        let pixelBytes = work.channels * work.inputBytesPerElement
        let (window, ring) = (work.window, work.inputRing)
        var positions = 0
        for j in 0..<work.columns {
            let pixel = scratch.elements + j * pixelBytes
            setFill(pixel)
            for r in 0..<window.rows {
                for s in 0..<window.columns {
                    let row = i * window.strideY + r - window.offsetY
                    let column = j * window.strideX + s - window.offsetX
                    guard row >= 0, row < window.tileRows, column >= 0, column < window.tileColumns else { continue }
                    positions += 1
                    let address =
                        work.inputAddress + (ring.place(row) * window.tileColumns + column) * work.inputPixelPitchBytes
                    let source = buffer.pointer(reading: address..<address + pixelBytes)
                    if work.function == .maximum {
                        takeLargest(source, pixel)
                    } else {
                        pixel.update(from: source, count: pixelBytes)
                    }
                }
            }
        }
        return positions
    }

    private func setFill(_ pixel: UnsafeMutablePointer<UInt8>) {
        let bytes = work.inputBytesPerElement
        let fill = UInt16(truncatingIfNeeded: work.window.fill)
        for c in 0..<work.channels {
            pixel[c * bytes] = UInt8(truncatingIfNeeded: fill)
            if bytes == 2 { pixel[2 * c + 1] = UInt8(fill >> 8) }
        }
    }

    /// Codes are compared as they are: entries grow with them.
    private func takeLargest(_ source: UnsafePointer<UInt8>, _ pixel: UnsafeMutablePointer<UInt8>) {
        guard work.inputBytesPerElement == 2 else {
            for c in 0..<work.channels where source[c] > pixel[c] { pixel[c] = source[c] }
            return
        }
        for c in 0..<work.channels {
            let (low, high) = (source[2 * c], source[2 * c + 1])
            let found = Int16(bitPattern: UInt16(low) | UInt16(high) << 8)
            let largest = Int16(bitPattern: UInt16(pixel[2 * c]) | UInt16(pixel[2 * c + 1]) << 8)
            if found > largest { (pixel[2 * c], pixel[2 * c + 1]) = (low, high) }
        }
    }

    /// One row of results into `scratch.elements`.
    private func compute(row: Int, _ scratch: RowScratch.View) -> Int {
        let sums = scratch.wideSums
        let count = work.columns * work.channels
        read(row: row, isSecond: false, scratch)
        if let scaler {
            for element in 0..<count { sums[element] = scaler.first(scratch.values[element]) }
        } else {
            for element in 0..<count { sums[element] = Int64(scratch.values[element]) * factors.first }
        }
        if work.hasSecond {
            read(row: row, isSecond: true, scratch)
            if let scaler {
                for element in 0..<count { sums[element] += scaler.second(scratch.values[element]) }
            } else if work.function == .multiply {
                for element in 0..<count { sums[element] *= Int64(scratch.values[element]) }
            } else {
                for element in 0..<count { sums[element] += Int64(scratch.values[element]) * factors.second }
            }
        }
        if work.function == .quantizeLatent {
            precondition((0..<16).contains(work.fractionBits), "F is at most 15")
            let half: Int64 = work.fractionBits > 0 ? 1 << (work.fractionBits - 1) : 0
            for element in 0..<count { sums[element] = (sums[element] + half) >> Int64(work.fractionBits) }
        }
        return postProcessor.drain(
            DrainedSums(
                values: .wide(sums), pitch: work.channels, pixels: work.columns, elements: scratch.elements,
                bytesPerElement: work.outputBytesPerElement, laneCounts: scratch.laneCounts),
            by: drain!.view)
    }

    /// One row of an operand into `scratch.values`: codes decoded, 16-bit integers as they are.
    private func read(row: Int, isSecond: Bool, _ scratch: RowScratch.View) {
        let address = isSecond ? work.secondAddress : work.inputAddress
        let pitch = isSecond ? work.secondPixelPitchBytes : work.inputPixelPitchBytes
        let bytes = isSecond ? work.secondBytesPerElement : work.inputBytesPerElement
        let place = (isSecond ? work.secondRing : work.inputRing).place(row)
        let start = address + place * work.columns * pitch
        let source = buffer.pointer(reading: start..<start + (work.columns - 1) * pitch + work.channels * bytes)
        let values = scratch.values
        if let decoder = isSecond ? secondDecoder : decoder {
            decoder.view.decode(source, pitch: pitch, pixels: work.columns, count: work.channels, to: values)
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
    var channelSet: LayerContext.Channels {
        LayerContext.Channels(first: firstChannel, channels: channels, groups: 1, groupPitch: 0)
    }

    /// What the two operands are multiplied by before they are added.
    fileprivate func factors(_ drain: DrainConfiguration) -> (first: Int64, second: Int64) {
        switch function {
        case .copy, .requantize, .multiply, .twoStageAdd, .twoStageSubtract, .maximum, .replicate: return (1, 0)
        case .add:
            guard case .addition(let addition) = drain else { preconditionFailure("an addition needs its mantissas") }
            return (addition.mantissaA, addition.mantissaB)
        case .quantizeLatent: return (1, -1)
        case .reconstructLatent: return (1 << Int64(fractionBits), 1)
        }
    }

    var inputRing: RowRing { RowRing(rows: inputRingRows, first: inputRingRow) }
    var secondRing: RowRing { RowRing(rows: secondRingRows, first: secondRingRow) }
    private var outputRing: RowRing { RowRing(rows: outputRingRows, first: outputRingRow) }

    /// The bytes that the results reach; of results that begin again in their ring, those of all its rows.
    var outputByteRange: Range<Int> {
        let f = shuffleFactor
        let lastChannel = function == .replicate ? channels - 1 : (channels - 1) / (f * f)
        let places = outputRing.places(0..<rows * f)
        return outputAddress + places.lowerBound * columns * f * outputPixelPitchBytes..<outputAddress
            + (places.upperBound * columns * f - 1) * outputPixelPitchBytes + (lastChannel + 1) * outputBytesPerElement
    }

    /// Packed elements of a row to their places; `origin` is address 0.
    ///
    /// - Returns: bytes written.
    fileprivate func write(
        _ elements: UnsafePointer<UInt8>, row i: Int, to origin: UnsafeMutablePointer<UInt8>
    ) -> Int {
        let f = shuffleFactor
        let bytes = outputBytesPerElement
        let ring = outputRing
        let pitch = outputPixelPitchBytes
        // Of the row's first pixel.
        let first = origin + outputAddress + ring.place(i * f) * columns * f * pitch
        for j in 0..<columns {
            let source = elements + j * channels * bytes
            if function == .replicate {
                for copy in 0..<f * f {
                    let pixel = ring.place(i * f + copy / f) * columns * f + j * f + copy % f
                    (origin + outputAddress + pixel * pitch).update(from: source, count: channels * bytes)
                }
                continue
            }
            if f == 1 {
                (first + j * pitch).update(from: source, count: channels * bytes)
                continue
            }
            for c in 0..<channels {
                let (k, dy, dx) = (c / (f * f), c % (f * f) / f, c % f)
                let pixel = ring.place(i * f + dy) * columns * f + j * f + dx
                (origin + outputAddress + pixel * pitch + k * bytes).update(from: source + c * bytes, count: bytes)
            }
        }
        return columns * channels * bytes * (function == .replicate ? f * f : 1)
    }
}
