public import Diagnostics
import Networks
import Schedules
public import Scheduling

extension SimulationPlan {
    /// What the search for the plan's schedule tried; of a schedule from a file, what a search would.
    ///
    /// - Parameter fuse: whether layers may run together.
    /// - Throws: as the search.
    public func searchExplanation(fuse: Fusion) throws(Diagnostic) -> SearchExplanation {
        try SearchExplanation(
            of: network, on: machine, height: schedule.height, width: schedule.width, fuse: fuse)
    }
}
