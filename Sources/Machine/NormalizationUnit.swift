internal import CDatapathKernels
internal import Commands
internal import Kernels

/// GDN, IGDN, GDN1 and IGDN1: the quotient or product of a value and the sum of its neighbours, correctly rounded or by
/// the segments of a table.
struct NormalizationUnit {
    let level: KernelLevel

    /// Decodes v of every output channel at positions (i, `columns`) from the input tile: the unit's own reading of it.
    func readValues(
        _ pass: Accumulation, _ decoder: OperandDecoder.View, _ buffer: OnChipBuffer.View, row i: Int,
        columns: Range<Int>,
        to values: UnsafeMutablePointer<Int16>
    ) {
        let y = pass.inputRow(i, tap: 0)
        precondition(
            (0..<pass.inputHeight).contains(y),
            "a normalized position lies inside the tensor: row \(y) of \(pass.inputHeight)")
        for group in 0..<pass.groups {
            for j in columns
                .lowerBound..<(pass.groups == 1 && pass.inputStrideX == 1 ? columns.lowerBound + 1 : columns.upperBound)
            {
                let x = pass.inputColumn(j, tap: 0)
                let pixels = pass.groups == 1 && pass.inputStrideX == 1 ? columns.count : 1
                precondition(
                    x >= 0 && x + pixels <= pass.inputWidth,
                    "a normalized position lies inside the tensor: column \(x) of \(pass.inputWidth)")
                let address =
                    pass.pixelAddress(y: y, x: x) + group * pass.inputGroupPitchBytes + pass.firstOutputChannel
                    - pass.firstInputChannel
                let codes = buffer.pointer(
                    reading: address..<address + (pixels - 1) * pass.inputPixelPitchBytes + pass.outputChannels)
                decoder.decode(
                    codes, pitch: pass.inputPixelPitchBytes, pixels: pixels, first: group * pass.outputChannels,
                    count: pass.outputChannels,
                    to: values + (j - columns.lowerBound) * pass.lanes + group * pass.outputChannels)
            }
        }
    }

    /// As the post-processor's, with `values` (pitch `drain.count`) beside the sums.
    func drain(_ sums: DrainedSums, of values: UnsafePointer<Int16>, by drain: DrainLanes.View) -> Int {
        var arguments = sums.arguments(by: drain)
        arguments.values = values
        arguments.valuePitch = Int64(drain.count)
        return Int(intaglio_normalize(level.rawValue, &arguments))
    }
}
