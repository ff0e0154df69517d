internal import CDatapathKernels
internal import Commands
import FixedPoint
internal import Kernels
internal import MachineDescription

/// What C0 x K0 x P0 multipliers do for a row of output positions, and how its sums lie.
///
/// The lanes' shape costs time and traffic, never a bit: what it counts (`UnitActivity`) follows the steps that the
/// array would issue, while the sums come from the C kernel, in segments that provably fit 32 bits.
struct MACArrayActivity {
    let description: MACArrayDescription
    let level: KernelLevel

    /// Int32 elements from one position's sums to the next. Sums of few channels lie side by side, so that positions
    /// can share a vector.
    static func sumPitch(_ pass: Accumulation) -> Int {
        if pass.groups == 1 && pass.outputChannels <= 8 { return pass.outputChannels }
        return (pass.groups - 1) * pass.outputChannels + (pass.outputChannels + 15) / 16 * 16
    }

    /// What each row of positions asks of the array and of the buffers, activations apart.
    func rowActivity(_ pass: Accumulation) -> UnitActivity {
        var activity = UnitActivity()
        activity.groups =
            pass.groups * ceilDivide(pass.columns, by: description.pixelLanes)
            * ceilDivide(pass.outputChannels, by: description.outputChannelLanes)
        activity.steps = activity.groups * pass.taps * ceilDivide(pass.inputChannels, by: description.inputChannelLanes)
        activity.bufferReadBytes = activity.steps * description.inputChannelLanes * description.outputChannelLanes
        return activity
    }

    /// Bytes of activations that one valid pair of position and tap asks for.
    func activationBytesOfPair(_ pass: Accumulation) -> Int {
        let inputGroups = ceilDivide(pass.inputChannels, by: description.inputChannelLanes)
        let outputGroups = ceilDivide(pass.outputChannels, by: description.outputChannelLanes)
        return pass.groups * inputGroups * outputGroups * description.inputChannelLanes
    }
}
