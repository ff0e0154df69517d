import FixedPoint
import Geometry
import MachineDescription
import Schedules

/// Regions of the activation buffer, one after the other: input halves, second operands, output halves.
struct Allocation {
    let footprint: TileFootprint
    let inputHalves: Int
    let outputHalves: Int

    /// Bytes up to the end of the last region. Input and second regions are whole words already.
    func activationBytes(_ array: MACArrayDescription) -> Int {
        roundUp(inputHalves * (footprint.inputBytes + footprint.secondBytes), to: array.outputChannelLanes)
            + outputHalves * footprint.outputBytes
    }

    func buffers(_ layer: LayerGeometry, _ machine: MachineDescription) -> BufferAllocation {
        let array = machine.macArray
        let second = inputHalves * footprint.inputBytes
        let output = roundUp(second + inputHalves * footprint.secondBytes, to: array.outputChannelLanes)
        return BufferAllocation(
            input: (0..<inputHalves).map { $0 * footprint.inputBytes },
            second: layer.hasSecond ? (0..<inputHalves).map { second + $0 * footprint.secondBytes } : [],
            output: (0..<outputHalves).map { output + $0 * footprint.outputBytes },
            weights: layer.usesArray
                ? (0..<machine.weightHalves).map { roundUp($0 * machine.weightHalfBytes, to: array.inputChannelLanes) }
                : [])
    }
}
