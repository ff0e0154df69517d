import Commands
package import Diagnostics
import FixedPoint
package import Geometry
package import MachineDescription
package import Schedules
import Text
import Timing

extension MachineDescription {
    /// A layer as the MAC array runs it with these lanes.
    ///
    /// - Throws: `machineLanesUnsupported` where the machine does not have them; `scheduleGroupsNotMergeable` where no
    ///   two groups fit its input lanes; `schedulePhasesNotJoinable` where the layer has no phases;
    ///   `scheduleKernelRowUnsupported` where it has no rows that can be laid as windows; `scheduleZeroWeightMissing`
    ///   where no weight code decodes to 0 and one is needed.
    package func geometry(
        of layer: LayerGeometry, _ storage: LayerStorage, lanes: Lanes
    ) throws(Diagnostic) -> LayerGeometry {
        switch lanes {
        case .channels: return layer
        case .mergedGroups:
            try require(macArray.mergedGroups, .mergedGroups, for: layer)
            return try mergingGroups(of: layer, storage)
        case .phases:
            try require(macArray.phases, .phases, for: layer)
            return try joiningPhases(of: layer, storage)
        case .kernelRow:
            try require(macArray.kernelRow, .kernelRow, for: layer)
            return try joiningKernelRow(of: layer)
        }
    }

    private func refuse(
        _ layer: LayerGeometry, _ code: DiagnosticCode, _ found: String, expected: String
    ) -> Diagnostic {
        Diagnostic(code, at: "layer \(layer.name)", found: found, expected: expected, remedy: "write lanes: channels")
    }

    private func require(_ isThere: Bool, _ lanes: Lanes, for layer: LayerGeometry) throws(Diagnostic) {
        guard isThere else {
            throw refuse(
                layer, .machineLanesUnsupported, "lanes \(lanes.rawValue)",
                expected: "channels: macArray.\(lanes.rawValue) of machine '\(name)' is false")
        }
    }

    private func mergingGroups(of layer: LayerGeometry, _ storage: LayerStorage) throws(Diagnostic) -> LayerGeometry {
        guard let merged = layer.mergingGroups(on: macArray) else {
            let channels = layer.inputChannels / layer.groups
            throw refuse(
                layer, .scheduleGroupsNotMergeable,
                layer.groups == 1
                    ? "lanes mergedGroups of a layer without groups"
                    : "lanes mergedGroups of groups with \(channels.grouped) input channels each",
                expected:
                    """
                    a convolution whose groups have at most \(macArray.inputChannelLanes / 2), half of the \
                    \(macArray.inputChannelLanes) input channel lanes of machine '\(name)'
                    """)
        }
        guard storage.hasZeroWeight else {
            throw refuse(
                layer, .scheduleZeroWeightMissing, "lanes mergedGroups and no weight code that decodes to 0",
                expected: "one, for the weights between the \(merged.mergedGroups) groups that run as one")
        }
        return merged
    }

    private func joiningPhases(of layer: LayerGeometry, _ storage: LayerStorage) throws(Diagnostic) -> LayerGeometry {
        guard let joined = layer.joiningPhases() else {
            throw refuse(
                layer, .schedulePhasesNotJoinable,
                layer.kind == .transposedConvolution
                    ? "lanes phases with a stride of \(layer.vertical.stride) x \(layer.horizontal.stride)"
                    : "lanes phases of a layer that is no transposed convolution",
                expected:
                    """
                    a transposed convolution with a stride above 1 and at most \(LayerGeometry.mostPhases) along each \
                    axis
                    """)
        }
        guard storage.hasZeroWeight || !joined.lacksTaps else {
            throw refuse(
                layer, .scheduleZeroWeightMissing, "lanes phases and no weight code that decodes to 0",
                expected:
                    """
                    one, for the \(joined.laidTaps * joined.lanesOfChannel - joined.taps) of \
                    \(joined.laidTaps * joined.lanesOfChannel) taps that phases do not have
                    """)
        }
        return joined
    }

    private func joiningKernelRow(of layer: LayerGeometry) throws(Diagnostic) -> LayerGeometry {
        let code = DiagnosticCode.scheduleKernelRowUnsupported
        guard layer.kind == .convolution else {
            throw refuse(
                layer, code, "lanes kernelRow of a layer that is no convolution",
                expected: "a convolution or a fully connected layer")
        }
        guard layer.groups == 1 else {
            throw refuse(
                layer, code, "lanes kernelRow of \(layer.groups.grouped) groups",
                expected: "1: a row of the picture holds the channels of all groups")
        }
        guard let joined = layer.joiningKernelRow() else {
            throw refuse(
                layer, code, "lanes kernelRow of a kernel whose columns lie \(layer.horizontal.dilation) apart",
                expected: "1, dilationX: a window is a run of codes")
        }
        let (codes, most) = (joined.inputChannels, TransferWindows.mostWords * macArray.inputChannelLanes)
        guard codes <= most else {
            throw refuse(
                layer, code,
                """
                lanes kernelRow of rows of \(codes.grouped) codes, \(joined.kernelRowTaps) columns of \
                \(layer.inputChannels.grouped) channels
                """,
                expected:
                    """
                    at most \(most.grouped), \(TransferWindows.mostWords) words of the \(macArray.inputChannelLanes) \
                    input channel lanes of machine '\(name)'
                    """)
        }
        return joined
    }

    /// Whether lanes that run over kernel rows take fewer cycles for a group of results.
    func gainsByKernelRow(_ joined: LayerGeometry, of layer: LayerGeometry) -> Bool {
        func cycles(_ layer: LayerGeometry) -> Int {
            layer.taps * ceilDivide(layer.inputChannels, by: macArray.inputChannelLanes)
                * stepCycles(stride: layer.horizontal.stride)
        }
        return cycles(joined) < cycles(layer)
    }
}
