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
        /// For each operand the layer of the group that makes it; nil where it is loaded.
        package var producers: [Int?]
        /// Whether the result is stored from its ring, too.
        package var isStored: Bool

        package init(vertical: AxisGeometry, rows: Int, producers: [Int?], isStored: Bool = false) {
            self.vertical = vertical
            self.rows = rows
            self.producers = producers
            self.isStored = isStored
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
    /// For each layer the rows that a ring must hold into which its operands are loaded: a load brings the rows that a
    /// step lacks, while the steps since the load before it may still run. 0 where nothing is loaded.
    package private(set) var inputRows: [Int]

    /// - Parameter layers: each but the first reads a result of a layer before it; the last of them ends the group.
    package init(_ layers: [Layer]) {
        ringRows = Array(repeating: 0, count: layers.count)
        inputRows = ringRows
        // The search asks for many orders: no array is made for a step.
        let axes = layers.map(\.vertical)
        let producers = layers.map { $0.producers.compactMap { $0 } }
        let loads = layers.map { $0.producers.contains(nil) }
        var readers: [[Int]] = Array(repeating: [], count: layers.count)
        for (index, made) in producers.enumerated() { for producer in made { readers[producer].append(index) } }
        var made = Array(repeating: 0, count: layers.count)
        var loaded = layers.map { _ in (end: 0, firstKept: 0) }
        var before = made
        func next(_ index: Int) -> Range<Int> {
            made[index]..<min(made[index] + layers[index].rows, axes[index].output)
        }
        let last = layers.count - 1
        /// The layer itself, or whose rows it lacks.
        func ready(_ index: Int) -> Int {
            var index = index
            search: while true {
                let end = axes[index].inputRange(of: next(index)).upperBound
                for producer in producers[index] where made[producer] < end {
                    index = producer
                    continue search
                }
                return index
            }
        }
        while made[last] < axes[last].output {
            var index = ready(last)
            if index == last, next(last).upperBound == axes[last].output,
                let behind = axes.indices.last(where: { $0 < last && made[$0] < axes[$0].output })
            {
                index = ready(behind)
            }
            let rows = next(index)
            steps.append(Step(layer: index, rows: rows))
            made[index] = rows.upperBound
            if loads[index] {
                let needed = axes[index].inputRange(of: rows)
                if needed.upperBound > loaded[index].end {
                    let kept = min(loaded[index].firstKept, needed.lowerBound)
                    inputRows[index] = max(inputRows[index], needed.upperBound - kept)
                    loaded[index] = (needed.upperBound, needed.lowerBound)
                }
            }
            // The rows before may be on their way out.
            if layers[index].isStored {
                ringRows[index] = max(ringRows[index], made[index] - before[index])
                before[index] = rows.lowerBound
            }
            // What readers have not taken yet.
            for reader in readers[index] where made[reader] < axes[reader].output {
                let needed = axes[reader].inputRange(of: next(reader)).lowerBound
                ringRows[index] = max(ringRows[index], made[index] - needed)
            }
            // A command writes all its rows, also those above what is read.
            if index != last { ringRows[index] = max(ringRows[index], rows.count) }
        }
    }
}
