import Diagnostics
import Geometry
import MachineDescription
import Schedules
import Text

extension MachineDescription {
    /// A layer as the MAC array runs it with these lanes.
    ///
    /// - Throws: `machineLanesUnsupported` where the machine does not have them; `scheduleGroupsNotMergeable` where no
    ///   two groups fit its input lanes; `scheduleZeroWeightMissing` where no weight code decodes to 0.
    func geometry(
        of layer: LayerGeometry, _ storage: LayerStorage, lanes: Lanes
    ) throws(Diagnostic) -> LayerGeometry {
        guard lanes == .mergedGroups else { return layer }
        func refuse(_ code: DiagnosticCode, _ found: String, expected: String) -> Diagnostic {
            Diagnostic(
                code, at: "layer \(layer.name)", found: found, expected: expected, remedy: "write lanes: channels")
        }
        guard macArray.mergedGroups else {
            throw refuse(
                .machineLanesUnsupported, "lanes mergedGroups",
                expected: "channels: macArray.mergedGroups of machine '\(name)' is false")
        }
        guard let merged = layer.mergingGroups(on: macArray) else {
            let channels = layer.inputChannels / layer.groups
            throw refuse(
                .scheduleGroupsNotMergeable,
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
                .scheduleZeroWeightMissing, "lanes mergedGroups and no weight code that decodes to 0",
                expected: "one, for the weights between the \(merged.mergedGroups) groups that run as one")
        }
        return merged
    }
}
