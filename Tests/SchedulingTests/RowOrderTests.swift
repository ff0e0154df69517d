import Geometry
import Random
import Testing

/// Groups that advance by rows, against rings that really hold rows.
@Suite struct RowOrderTests {
    /// Row y of each result lies at y mod its ring's rows, where a reader must find it: it was made and nothing has
    /// taken its place. With one row fewer some reader does not.
    @Test("Rings of the rows that an order asks for hold what is read, and one row fewer does not")
    func ringsHoldWhatIsRead() {
        var random = SeededGenerator(seed: 5)
        var (tight, skips) = (0, 0)
        for _ in 0..<400 {
            let layers = Self.chain(using: &random)
            let order = RowOrder(layers)
            if layers.contains(where: { $0.producers.count > 1 }) { skips += 1 }
            #expect(Self.firstMissing(layers, order, ringRows: order.ringRows) == nil)
            for (index, rows) in order.ringRows.enumerated() where rows > 1 {
                var fewer = order.ringRows
                fewer[index] -= 1
                if Self.firstMissing(layers, order, ringRows: fewer) != nil { tight += 1 } else { tight -= 100 }
            }
            #expect(order.steps.last?.layer == layers.count - 1)
            for (index, layer) in layers.enumerated() {
                let rows = order.steps.filter { $0.layer == index }.flatMap { Array($0.rows) }
                // Each row is made once, those that nobody reads too; the last layer ends the group.
                #expect(rows == Array(0..<layer.vertical.output))
            }
        }
        #expect(tight > 200 && skips > 50, "\(tight) tight rings, \(skips) with skips")
    }

    /// A load may bring its rows when all steps before the load before it are done, but none since: rows that these
    /// read must still be there. A result that is stored must stay until the next rows are made.
    @Test("Rings of what is loaded hold what is read; rings of what is stored hold it while the next rows are made")
    func ringsHoldWhatIsLoadedAndStored() {
        var random = SeededGenerator(seed: 6)
        var (tight, stored) = (0, 0)
        for _ in 0..<400 {
            var layers = Self.chain(using: &random)
            for index in layers.indices.dropLast() where random.once(in: 3) { layers[index].isStored = true }
            // An operand from outside beside that of the layer before.
            for index in layers.indices.dropFirst() where random.once(in: 4) { layers[index].producers.append(nil) }
            let order = RowOrder(layers)
            #expect(Self.firstMissing(layers, order, ringRows: order.ringRows) == nil)
            for (index, layer) in layers.enumerated() {
                let own = order.steps.filter { $0.layer == index }.map(\.rows)
                #expect((order.inputRows[index] > 0) == layer.producers.contains(nil))
                if order.inputRows[index] > 0 {
                    let windows = own.map { layer.vertical.inputRange(of: $0) }
                    #expect(Self.holdsLoads(windows, in: order.inputRows[index]))
                    if !Self.holdsLoads(windows, in: order.inputRows[index] - 1) { tight += 1 } else { tight -= 100 }
                }
                guard layer.isStored else { continue }
                stored += 1
                for (before, next) in zip(own, own.dropFirst()) {
                    let places = Set((before.lowerBound..<next.upperBound).map { $0 % order.ringRows[index] })
                    #expect(places.count == next.upperBound - before.lowerBound)
                }
            }
        }
        #expect(tight > 400 && stored > 200, "\(tight) tight rings, \(stored) stored")
    }

    /// Whether each step finds its window's rows where loads come as early as they may.
    private static func holdsLoads(_ windows: [Range<Int>], in rows: Int) -> Bool {
        guard rows > 0 else { return false }
        var (loads, end): ([(step: Int, rows: Range<Int>)], Int) = ([], 0)
        for (step, window) in windows.enumerated() where window.upperBound > end {
            loads.append((step, max(window.lowerBound, end)..<window.upperBound))
            end = window.upperBound
        }
        var ring = [Int](repeating: -1, count: rows)
        func load(_ number: Int) {
            if loads.indices.contains(number) { for row in loads[number].rows { ring[row % rows] = row } }
        }
        load(0)
        for (step, window) in windows.enumerated() {
            // This step is the first that reads a load: the next one may have come already.
            if let number = loads.firstIndex(where: { $0.step == step }) { load(number + 1) }
            guard window.allSatisfy({ ring[$0 % rows] == $0 }) else { return false }
        }
        return true
    }

    /// A 5 x 5 convolution of stride 2 behind a layer that makes 2 rows at a time: when row 5 is there, so is row 4,
    /// and output row 1 still reads row 0: 6 rows.
    @Test("A window of five rows behind two rows at a time")
    func windowOfFive() {
        let order = RowOrder([
            RowOrder.Layer(vertical: AxisGeometry(input: 32, output: 32), rows: 2, producers: [nil]),
            RowOrder.Layer(
                vertical: AxisGeometry(input: 32, output: 16, kernel: 5, stride: 2, padding: 2), rows: 1,
                producers: [0]),
        ])
        #expect(order.ringRows == [6, 0])
        #expect(
            order.steps.prefix(5).map { "\($0.layer) \($0.rows)" }
                == ["0 0..<2", "0 2..<4", "1 0..<1", "0 4..<6", "1 1..<2"])
    }

    /// A 1 x 1 convolution of stride 2 reads rows 0, 2 and 4 of 6: row 5 is made before row 4 is taken.
    @Test("Rows that nobody reads are made before the last step")
    func rowsThatNobodyReads() {
        let order = RowOrder([
            RowOrder.Layer(vertical: AxisGeometry(input: 6, output: 6), rows: 1, producers: [nil]),
            RowOrder.Layer(
                vertical: AxisGeometry(input: 6, output: 3, kernel: 1, stride: 2, padding: 0), rows: 1, producers: [0]),
        ])
        #expect(order.ringRows == [2, 0])
        #expect(
            order.steps.map { "\($0.layer) \($0.rows.lowerBound)" }
                == ["0 0", "1 0", "0 1", "0 2", "1 1", "0 3", "0 4", "0 5", "1 2"])
    }

    /// The first row that a reader does not find, where the rings have so many rows.
    private static func firstMissing(_ layers: [RowOrder.Layer], _ order: RowOrder, ringRows: [Int]) -> String? {
        var rings = ringRows.map { [Int](repeating: -1, count: max($0, 1)) }
        for step in order.steps {
            let layer = layers[step.layer]
            for case let producer? in layer.producers {
                for output in step.rows {
                    for row in rowsRead(layer.vertical, output)
                    where rings[producer][row % rings[producer].count] != row {
                        return "row \(row) of \(producer)"
                    }
                }
            }
            guard ringRows[step.layer] > 0 else { continue }
            for row in step.rows { rings[step.layer][row % ringRows[step.layer]] = row }
        }
        return nil
    }

    /// By the definition of the axis.
    private static func rowsRead(_ axis: AxisGeometry, _ output: Int) -> [Int] {
        (0..<axis.input).filter { input in
            let tap =
                axis.kind == .transposed
                ? output + axis.padding - axis.stride * input : input + axis.padding - output * axis.stride
            return tap >= 0 && tap < axis.kernel
        }
    }

    /// Kernels of at least the stride: every row is read.
    private static func chain(using random: inout SeededGenerator) -> [RowOrder.Layer] {
        var extent = random.integer(4...40)
        var layers: [RowOrder.Layer] = []
        for index in 0..<random.integer(2...6) {
            var axis = AxisGeometry(input: extent, output: extent)
            switch random.integer(0...3) {
            case 0 where extent > 4:
                axis.stride = random.integer(1...2)
                axis.kernel = random.integer(axis.stride...5)
                axis.padding = axis.kernel / 2
                axis.output = (extent + 2 * axis.padding - axis.kernel) / axis.stride + 1
            case 1 where extent <= 24:
                axis.kind = .transposed
                (axis.kernel, axis.stride) = (random.integer(2...5), 2)
                axis.padding = (axis.kernel - 1) / 2
                axis.output = (extent - 1) * 2 + axis.kernel - 2 * axis.padding
            default: break
            }
            let unit = axis.kind == .transposed ? 2 : 1
            var producers: [Int?] = [index == 0 ? nil : index - 1]
            // A sum with an earlier result of the same rows.
            if index > 1, axis.kernel == 1, axis.kind == .window,
                let other = layers.indices.dropLast().last(where: { layers[$0].vertical.output == extent })
            {
                producers.append(other)
            }
            layers.append(
                RowOrder.Layer(
                    vertical: axis, rows: min(unit * random.integer(1...4), axis.output), producers: producers))
            extent = axis.output
        }
        return layers
    }
}
