import Commands
import Random

/// A command stream whose tiles of activations lie in rings of rows: what is loaded lies rotated there, commands read
/// and write around the ring's end, and stores unroll what they take. External memory is the same afterwards.
///
///     load  rows 0..<n                     load  rows 0..<m       to the ring's last m rows
///                                    ->    load  rows m..<n       to its first
///     compute, compute, ...                compute, by the rings of operands and result
///     store rows 0..<n                     store twice, as it is loaded
///
/// Rings take the place of the tiles, and one or two rows more where that is free. Windows and the results of blocks of
/// phases stay as they are.
struct RingStream {
    private(set) var commands: [Command] = []
    /// Commands that read or write around a ring's end, by what does.
    private(set) var ends: [Reader: Int] = [:]

    enum Reader { case operand, value, second, moved, result }

    private struct Ring {
        var rows: Int
        var first: Int
        var tileRows: Int
        /// On chip.
        var rowBytes: Int
    }

    private let bufferBytes: Int
    private var generator: SeededGenerator
    /// Where tiles begin.
    private var starts: Set<Int> = []
    /// By the index of a transfer in the plain stream: nil where it moves no ring, once that is decided.
    private var rings: [Int: Ring?] = [:]

    /// - Parameter bufferBytes: of the activation buffer.
    init(_ plain: [Command], bufferBytes: Int, seed: UInt64) {
        self.bufferBytes = bufferBytes
        generator = SeededGenerator(seed: seed)
        for command in plain {
            switch command.operation {
            case .load(let transfer), .store(let transfer):
                if transfer.buffer == .activationBuffer { starts.insert(transfer.bufferAddress) }
            default: break
            }
        }
        var work = plain
        placeOperands(&work)
        placeResults(&work)
        for (index, command) in work.enumerated() { append(command, rings[index] ?? nil) }
    }

    // MARK: - Rings of transfers

    /// The ring of the tile that a transfer moves.
    ///
    /// - Parameters:
    ///   - columns: of the tile.
    ///   - pitch: bytes of a pixel.
    private mutating func ring(of transfer: Transfer, at index: Int, columns: Int, pitch: Int) -> Ring? {
        if let known = rings[index] { return known }
        let ring = newRing(of: transfer, columns: columns, pitch: pitch)
        rings[index] = .some(ring)
        return ring
    }

    private mutating func newRing(of transfer: Transfer, columns: Int, pitch: Int) -> Ring? {
        let (tileBytes, rowBytes) = (transfer.bytes / transfer.chunkBytes * transfer.chunkPitchBytes, columns * pitch)
        guard transfer.windows == nil, rowBytes > 0, tileBytes % rowBytes == 0 else { return nil }
        let rows = tileBytes / rowBytes
        guard rows > 1, transfer.planes == rows || transfer.planes == 1 && transfer.rows == rows else { return nil }
        let end = starts.filter { $0 > transfer.bufferAddress }.min() ?? bufferBytes
        let free = max(0, (end - transfer.bufferAddress) / rowBytes - rows)
        let ringRows = rows + min(free, Int.random(in: 0...2, using: &generator))
        return Ring(
            rows: ringRows, first: .random(in: ringRows - rows + 1...ringRows - 1, using: &generator), tileRows: rows,
            rowBytes: rowBytes)
    }

    private mutating func append(_ command: Command, _ ring: Ring?) {
        guard let ring else { return commands.append(command) }
        let before = ring.rows - ring.first
        var (first, second) = (command, command)
        (first.signals, second.waits) = ([], [])
        switch command.operation {
        case .load(let transfer):
            first.operation = .load(Self.part(transfer, 0..<before, ring, row: ring.first))
            second.operation = .load(Self.part(transfer, before..<ring.tileRows, ring, row: 0))
        case .store(let transfer):
            first.operation = .store(Self.part(transfer, 0..<before, ring, row: ring.first))
            second.operation = .store(Self.part(transfer, before..<ring.tileRows, ring, row: 0))
        default: preconditionFailure("a transfer has a ring")
        }
        commands += [first, second]
    }

    /// Some rows of a tile, to or from `row` of the ring on.
    private static func part(_ transfer: Transfer, _ rows: Range<Int>, _ ring: Ring, row: Int) -> Transfer {
        var part = transfer
        if transfer.planes == ring.tileRows {
            part.planes = rows.count
            part.externalAddress += rows.lowerBound * transfer.planePitchBytes
        } else {
            part.rows = rows.count
            part.externalAddress += rows.lowerBound * transfer.rowPitchBytes
        }
        part.bufferAddress += row * ring.rowBytes
        return part
    }

    // MARK: - Rings of commands

    private mutating func placeOperands(_ work: inout [Command]) {
        // Loads by the place that they fill.
        var latest: [Int: Int] = [:]
        for index in work.indices {
            func load(_ address: Int) -> (index: Int, transfer: Transfer)? {
                // Channels of an incomplete group begin behind the tile's first.
                guard let start = latest.keys.filter({ $0 <= address }).max(), let load = latest[start],
                    case .load(let transfer) = work[load].operation
                else { return nil }
                return (load, transfer)
            }
            switch work[index].operation {
            case .load(let transfer):
                if transfer.buffer == .activationBuffer { latest[transfer.bufferAddress] = index }
            case .store: break
            case .accumulate(var pass):
                guard let load = load(pass.inputAddress),
                    let ring = ring(
                        of: load.transfer, at: load.index, columns: pass.tileColumns, pitch: pass.inputPixelPitchBytes)
                else { continue }
                precondition(ring.tileRows == pass.tileRows, "\(pass.tileRows) rows are loaded")
                (pass.inputRingRows, pass.inputRingRow) = (ring.rows, ring.first)
                work[index].operation = .accumulate(pass)
                ends[pass.drain == .normalization ? .value : .operand, default: 0] += 1
            case .elementwise(var element):
                let (columns, pitch) = (element.window.tileColumns, element.inputPixelPitchBytes)
                if let load = load(element.inputAddress),
                    let ring = ring(of: load.transfer, at: load.index, columns: columns, pitch: pitch)
                {
                    (element.inputRingRows, element.inputRingRow) = (ring.rows, ring.first)
                    ends[element.function.movesElements ? .moved : .operand, default: 0] += 1
                }
                if element.hasSecond, element.secondPixelPitchBytes > 0, let load = load(element.secondAddress),
                    let ring = ring(
                        of: load.transfer, at: load.index, columns: element.columns,
                        pitch: element.secondPixelPitchBytes)
                {
                    (element.secondRingRows, element.secondRingRow) = (ring.rows, ring.first)
                    ends[.second, default: 0] += 1
                }
                work[index].operation = .elementwise(element)
            }
        }
    }

    private mutating func placeResults(_ work: inout [Command]) {
        var writers: [Int] = []
        for index in work.indices {
            switch work[index].operation {
            case .load: break
            case .accumulate(let pass): if pass.last { writers.append(index) }
            case .elementwise: writers.append(index)
            case .store(let transfer):
                defer { writers = [] }
                for writer in writers {
                    switch work[writer].operation {
                    case .accumulate(var pass) where !pass.joinsPhases:
                        guard
                            let ring = ring(
                                of: transfer, at: index, columns: pass.outputTileColumns,
                                pitch: pass.outputPixelPitchBytes)
                        else { continue }
                        (pass.outputRingRows, pass.outputRingRow) = (ring.rows, ring.first)
                        work[writer].operation = .accumulate(pass)
                    case .elementwise(var element):
                        guard
                            let ring = ring(
                                of: transfer, at: index, columns: element.columns * element.shuffleFactor,
                                pitch: element.outputPixelPitchBytes)
                        else { continue }
                        precondition(ring.tileRows == element.rows * element.shuffleFactor, "all rows are stored")
                        (element.outputRingRows, element.outputRingRow) = (ring.rows, ring.first)
                        work[writer].operation = .elementwise(element)
                    default: continue
                    }
                    ends[.result, default: 0] += 1
                }
            }
        }
    }
}
