import Commands
import Machine
import Testing

/// Element-wise work that moves elements out of a ring of rows and into one: the definition, element by element.
@Suite struct ElementRingTests {
    private static let functions: [Elementwise.Function] = [.copy, .maximum, .replicate]

    @Test("Windows, shuffles and copies in rings equal the definition", arguments: functions, [1, 3])
    func moves(_ function: Elementwise.Function, threads: Int) throws {
        var wrapped = 0
        for seed in UInt64(0)..<60 {
            var random = RandomLayer(seed: seed)
            let work = Self.work(function, &random)
            if work.inputRingRow + work.window.tileRows > work.inputRingRows { wrapped += 1 }
            let activations = (0..<12_000).map { _ in UInt8(random.int(0...255)) }
            let integers = OperandConfiguration(entries: [], selects: [], offsets: [])
            let configuration = LayerConfiguration(
                input: integers, output: ResultConfiguration(thresholds: [], limits: [], selects: [], offsets: []),
                drain: .none)
            var bench = TestBench(configuration: configuration, weights: [0], activations: activations)
            bench.threads = threads
            let outcome = try bench.run { _ in [.elementwise(work), .elementwise(Self.next(work))] }
            var expected = activations
            Self.move(work, &expected)
            Self.move(Self.next(work), &expected)
            #expect(outcome.activations == expected, "seed \(seed): \(work)")
        }
        #expect(wrapped > 12, "\(wrapped) tiles around the end of their ring")
    }

    private static func work(_ function: Elementwise.Function, _ random: inout RandomLayer) -> Elementwise {
        var work = Elementwise()
        work.function = function
        (work.rows, work.columns, work.channels) = (random.int(1...5), random.int(1...6), random.int(1...5))
        work.shuffleFactor = function == .maximum ? 1 : random.int(1...3)
        (work.window.tileRows, work.window.tileColumns) = (work.rows, work.columns)
        if work.shuffleFactor == 1 {
            if function == .maximum { (work.window.rows, work.window.columns) = (random.int(1...3), random.int(1...3)) }
            (work.window.strideY, work.window.strideX) = (random.int(1...2), random.int(1...2))
            (work.window.offsetY, work.window.offsetX) = (random.int(0...2), random.int(0...2))
            (work.window.tileRows, work.window.tileColumns) = (random.int(1...8), random.int(1...8))
            work.window.fill = random.int(0...255)
        } else if function == .copy {
            work.channels *= work.shuffleFactor * work.shuffleFactor
        }
        let bytes = random.int(1...2)
        // The lowest element: of a window inside the tile the fill says nothing.
        if function == .maximum { work.window.fill = bytes == 1 ? 0 : -32768 }
        (work.inputBytesPerElement, work.outputBytesPerElement) = (bytes, bytes)
        work.inputPixelPitchBytes = work.channels * bytes + random.int(0...2)
        work.outputAddress = 6000
        let results = function == .copy ? work.channels / (work.shuffleFactor * work.shuffleFactor) : work.channels
        work.outputPixelPitchBytes = results * bytes + random.int(0...2)
        work.inputRingRows = work.window.tileRows + random.int(0...3)
        work.inputRingRow = random.int(0...work.inputRingRows - 1)
        work.outputRingRows = work.rows * work.shuffleFactor + random.int(0...3)
        work.outputRingRow = random.int(0...work.outputRingRows - 1)
        return work
    }

    /// Reads what the first wrote, out of the same ring.
    private static func next(_ first: Elementwise) -> Elementwise {
        var work = Elementwise()
        (work.rows, work.columns) = (first.rows * first.shuffleFactor, first.columns * first.shuffleFactor)
        (work.window.tileRows, work.window.tileColumns) = (work.rows, work.columns)
        (work.inputAddress, work.inputPixelPitchBytes) = (first.outputAddress, first.outputPixelPitchBytes)
        (work.inputRingRows, work.inputRingRow) = (first.outputRingRows, first.outputRingRow)
        work.outputAddress = 5700
        return work
    }

    /// The largest element of the window, or the only one, to its places.
    private static func move(_ work: Elementwise, _ memory: inout [UInt8]) {
        let (before, f, bytes) = (memory, work.shuffleFactor, work.inputBytesPerElement)
        func place(_ row: Int, _ ringRow: Int, _ ringRows: Int) -> Int {
            ringRows > 0 && ringRow + row >= ringRows ? ringRow + row - ringRows : ringRow + row
        }
        func element(_ address: Int) -> Int {
            bytes == 1
                ? Int(before[address])
                : Int(Int16(bitPattern: UInt16(before[address]) | UInt16(before[address + 1]) << 8))
        }
        func read(_ y: Int, _ x: Int, _ c: Int) -> Int {
            guard (0..<work.window.tileRows).contains(y), (0..<work.window.tileColumns).contains(x) else {
                return work.window.fill
            }
            let row = place(y, work.inputRingRow, work.inputRingRows)
            return element(
                work.inputAddress + (row * work.window.tileColumns + x) * work.inputPixelPitchBytes + c * bytes)
        }
        for i in 0..<work.rows {
            for j in 0..<work.columns {
                for c in 0..<work.channels {
                    let found = (0..<work.window.rows).flatMap { r in
                        (0..<work.window.columns).map { s in
                            read(
                                i * work.window.strideY + r - work.window.offsetY,
                                j * work.window.strideX + s - work.window.offsetX, c)
                        }
                    }.max()!
                    for dy in 0..<f {
                        for dx in 0..<f {
                            let isShuffled = work.function == .copy
                            if isShuffled, c % (f * f) / f != dy || c % f != dx { continue }
                            let row = place(i * f + dy, work.outputRingRow, work.outputRingRows)
                            let address =
                                work.outputAddress + (row * work.columns * f + j * f + dx) * work.outputPixelPitchBytes
                                + (isShuffled ? c / (f * f) : c) * bytes
                            memory[address] = UInt8(truncatingIfNeeded: found)
                            if bytes == 2 { memory[address + 1] = UInt8(truncatingIfNeeded: found >> 8) }
                        }
                    }
                }
            }
        }
    }
}
