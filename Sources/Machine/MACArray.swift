internal import CDatapathKernels
internal import Commands
internal import Kernels
internal import MachineDescription

/// C0 x K0 x P0 multipliers: sums of products of a row of output positions.
///
/// The lanes' shape costs time and traffic, never a bit: what it counts (`UnitActivity`) follows the steps that the array would issue, while the sums come
/// from the C kernel, in segments that provably fit 32 bits.
struct MACArray {
    let description: MACArrayDescription
    let level: KernelLevel

    /// Int32 elements from one position's sums to the next. Sums of few channels lie side by side, so that positions can share a vector.
    static func sumPitch(_ pass: Accumulation) -> Int {
        if pass.groups == 1 && pass.outputChannels <= 8 { return pass.outputChannels }
        return (pass.groups - 1) * pass.outputChannels + (pass.outputChannels + 15) / 16 * 16
    }

    /// What each row of positions asks of the array and of the buffers, activations apart.
    func rowActivity(_ pass: Accumulation) -> UnitActivity {
        var activity = UnitActivity()
        activity.groups = pass.groups * ceilingDivision(pass.columns, description.pixelLanes) * ceilingDivision(pass.outputChannels, description.outputChannelLanes)
        activity.steps = activity.groups * pass.taps * ceilingDivision(pass.inputChannels, description.inputChannelLanes)
        activity.bufferReadBytes = activity.steps * description.inputChannelLanes * description.outputChannelLanes
        return activity
    }

    /// Bytes of activations that one valid pair of position and tap asks for.
    func activationBytesOfPair(_ pass: Accumulation) -> Int {
        let inputGroups = ceilingDivision(pass.inputChannels, description.inputChannelLanes)
        let outputGroups = ceilingDivision(pass.outputChannels, description.outputChannelLanes)
        return pass.groups * inputGroups * outputGroups * description.inputChannelLanes
    }
}

func ceilingDivision(_ dividend: Int, _ divisor: Int) -> Int { (dividend + divisor - 1) / divisor }
