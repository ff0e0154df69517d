/// In which order the layers of a group advance by rows, and how many rows their rings must hold.
///
///     the last layer asks for its next rows; who lacks rows of an operand asks the layer that makes them, and so on:
///     nothing advances further than the next layer asks; rows that nobody asks for are made before the last step
///
///     ring of a result    | rows that some reader still needs | rows just made |      row y lies at y mod ring rows
///
/// Rows are counted in each layer's own result.
package struct RowOrder {
    package struct Layer {
        /// How result rows read operand rows.
        package var vertical: AxisGeometry
        /// Rows by which the layer advances; the last time fewer.
        package var rows: Int
        /// For each operand the layer of the group that makes it; nil where none does.
        package var producers: [Int?]

        package init(vertical: AxisGeometry, rows: Int, producers: [Int?]) {
            self.vertical = vertical
            self.rows = rows
            self.producers = producers
        }
    }

    package struct Step: Hashable {
        /// Index in the group.
        package var layer: Int
        package var rows: Range<Int>
    }

    package private(set) var steps: [Step] = []
    /// For each layer the rows that its ring must hold; 0 for the last, whose result is stored.
    package private(set) var ringRows: [Int]
    /// Rows that a ring must hold into which the operands of the first layer are loaded: a load brings the rows that a
    /// step lacks, while the steps since the load before it may still run.
    package private(set) var inputRows = 0

    /// - Parameter layers: each reads results of layers before it; the last of them ends the group.
    package init(_ layers: [Layer]) {
        ringRows = Array(repeating: 0, count: layers.count)
        var made = Array(repeating: 0, count: layers.count)
        var readers: [[Int]] = Array(repeating: [], count: layers.count)
        for (index, layer) in layers.enumerated() {
            for case let producer? in layer.producers { readers[producer].append(index) }
        }
        func next(_ index: Int) -> Range<Int> {
            made[index]..<min(made[index] + layers[index].rows, layers[index].vertical.output)
        }
        let last = layers.count - 1
        var (loaded, firstKept) = (0, 0)
        /// The layer itself, or whose rows it lacks.
        func ready(_ index: Int) -> Int {
            let rows = layers[index].vertical.inputRange(of: next(index))
            let lacking = layers[index].producers.compactMap { $0 }.first { made[$0] < rows.upperBound }
            return lacking.map(ready) ?? index
        }
        while made[last] < layers[last].vertical.output {
            var index = ready(last)
            if index == last, next(last).upperBound == layers[last].vertical.output,
                let behind = layers.indices.last(where: { $0 < last && made[$0] < layers[$0].vertical.output })
            {
                index = ready(behind)
            }
            let rows = next(index)
            steps.append(Step(layer: index, rows: rows))
            made[index] = rows.upperBound
            if index == 0 {
                let needed = layers[0].vertical.inputRange(of: rows)
                if needed.upperBound > loaded {
                    inputRows = max(inputRows, needed.upperBound - min(firstKept, needed.lowerBound))
                    (loaded, firstKept) = (needed.upperBound, needed.lowerBound)
                }
            }
            // What readers have not taken yet.
            let needed = readers[index].filter { made[$0] < layers[$0].vertical.output }
                .map { layers[$0].vertical.inputRange(of: next($0)).lowerBound }.min()
            if let needed { ringRows[index] = max(ringRows[index], made[index] - needed) }
            // A command writes all its rows, also those above what is read.
            if index != last { ringRows[index] = max(ringRows[index], rows.count) }
        }
    }
}
