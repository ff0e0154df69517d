package import Conformance
package import Diagnostics
import Geometry
package import MachineDescription
import Networks
import Random
package import Schedules
import Scheduling
import Tensors

extension Schedule {
    /// A schedule of a chain whose layers run together by rows wherever that fits: rows, spare rows of the rings, lanes
    /// of the first and last layer, and how operands and weights are loaded are drawn from the case's seed. Where no
    /// group fits, what is searched without groups.
    ///
    /// - Throws: what the search throws.
    package init(
        drawingGroupsOf layerCase: LayerCase, on machine: MachineDescription
    ) throws(Diagnostic) {
        let (formats, shape) = (try NetworkFormats(layerCase.network), layerCase.shape)
        let geometry = try NetworkGeometry(formats, height: shape.height, width: shape.width)
        self = try Schedule(
            bestFor: formats, geometry, on: machine, height: shape.height, width: shape.width, fuse: .off)
        var random = SeededGenerator(seed: layerCase.seed &* 7_919 &+ 3)
        var start = 0
        while start + 1 < geometry.layers.count {
            let group = group(from: start, of: formats, geometry, machine, using: &random)
            if let group { self = group.schedule }
            start = group?.end ?? start + 1
        }
    }

    /// The schedule with the longest group that begins at a layer and fits as drawn, and where that group ends.
    private func group(
        from start: Int, of formats: NetworkFormats, _ geometry: NetworkGeometry, _ machine: MachineDescription,
        using random: inout SeededGenerator
    ) -> (schedule: Schedule, end: Int)? {
        for end in (start + 2...geometry.layers.count).reversed() {
            for attempt in 0..<3 {
                let range = start..<end
                // The last attempt: the least of everything.
                let isLeast = attempt == 2
                var lanes = range.map { geometry.layers[$0].groups > 1 ? Lanes.mergedGroups : .channels }
                let (first, last) = (geometry.layers[start], geometry.layers[end - 1])
                if first.kind == .convolution, first.groups == 1, attempt == 0 || !isLeast && random.once(in: 2) {
                    lanes[0] = .kernelRow
                }
                if !isLeast, last.kind == .transposedConvolution, random.once(in: 2) {
                    lanes[lanes.count - 1] = .phases
                }
                let rows = range.map { index in
                    let axis = geometry.layers[index].vertical
                    return min(axis.output, axis.alignment * (isLeast ? 1 : random.integer(1...4)))
                }
                let spare = range.dropLast().map { _ in isLeast ? 0 : random.integer(0...2) }
                let loadsRows = !random.once(in: 3)
                let streamsWeights = random.once(in: 3)
                guard
                    let schedule = grouping(
                        range, lanes: lanes, rows: rows, spareRingRows: spare, loadsRows: loadsRows,
                        streamsWeights: streamsWeights, of: formats, geometry, on: machine),
                    (try? schedule.verify(network: formats, machine: machine)) != nil
                else { continue }
                return (schedule, end)
            }
        }
        return nil
    }
}
