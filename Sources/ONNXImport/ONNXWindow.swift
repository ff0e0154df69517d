import Diagnostics
import Graph
import ONNX
import Tensors

/// Strides, dilations and padding of an operator with a window.
struct ONNXWindow {
    let strideY: Int
    let strideX: Int
    let dilationY: Int
    let dilationX: Int
    var padding: Padding
    /// Whether rounding the output's extents up has added padding.
    let isExtended: Bool

    /// - Parameters:
    ///   - margin: zeros around the input that belong to the padding.
    ///   - isGiven: whether automatic padding is refused.
    init(
        over input: TensorShape, height: Int, width: Int, margin: Padding = .none, isGiven: Bool = false,
        at place: ONNXPlace
    ) throws(Diagnostic) {
        let strides = try place.integers("strides") ?? [1, 1]
        let dilations = try place.integers("dilations") ?? [1, 1]
        var pads = try place.integers("pads") ?? [0, 0, 0, 0]
        guard strides.count == 2, dilations.count == 2, pads.count == 4,
            try place.integers("kernel_shape") ?? [height, width] == [height, width],
            (strides + dilations + [height, width]).allSatisfy({ (1...1 << 20).contains($0) }),
            pads.allSatisfy({ $0 >= 0 })
        else {
            throw place.unfit(
                "kernel \(height)x\(width), strides \(strides), dilations \(dilations), pads \(pads)",
                expected: "those of two axes, and of the weights")
        }
        let extents = [input.height + margin.top + margin.bottom, input.width + margin.left + margin.right]
        let spans = [(height - 1) * dilations[0] + 1, (width - 1) * dilations[1] + 1]
        let automatic = try place.string("auto_pad", default: "NOTSET")
        guard ["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"].contains(automatic) else {
            throw place.unfit("auto_pad \(automatic)", expected: "NOTSET, VALID, SAME_UPPER or SAME_LOWER")
        }
        func unsupported(_ found: String) -> Diagnostic {
            Diagnostic(
                .onnxOperatorUnsupported, at: place.text, found: found, expected: "padding that is given, of 0 or more",
                remedy: "export the model with auto_pad NOTSET and pads")
        }
        guard !isGiven || !automatic.hasPrefix("SAME") else { throw unsupported("auto_pad \(automatic)") }
        if automatic == "VALID" { pads = [0, 0, 0, 0] }
        if automatic.hasPrefix("SAME") {
            for axis in 0...1 {
                let output = (extents[axis] + strides[axis] - 1) / strides[axis]
                let missing = (output - 1) * strides[axis] + spans[axis] - extents[axis]
                // Runtimes that halve it shift the windows, others do not.
                guard missing > -2 else {
                    throw unsupported(
                        "auto_pad \(automatic) that leaves out \(-missing) \(axis == 0 ? "rows" : "columns"): "
                            + "windows of \(spans[axis]) in steps of \(strides[axis]) over \(extents[axis])")
                }
                let total = max(0, missing)
                pads[axis] = automatic == "SAME_UPPER" ? total / 2 : total - total / 2
                pads[axis + 2] = total - pads[axis]
            }
        }
        var isExtended = false
        if try place.integer("ceil_mode", default: 0) == 1 {
            for axis in 0...1 {
                let padded = extents[axis] + pads[axis] + pads[axis + 2]
                var output = max(0, padded - spans[axis] + strides[axis] - 1) / strides[axis] + 1
                // A window that begins behind the input is none.
                if (output - 1) * strides[axis] >= extents[axis] + pads[axis] { output -= 1 }
                let missing = (output - 1) * strides[axis] + spans[axis] - padded
                guard missing > 0 else { continue }
                pads[axis + 2] += missing
                isExtended = true
            }
        }
        (strideY, strideX, dilationY, dilationX) = (strides[0], strides[1], dilations[0], dilations[1])
        self.isExtended = isExtended
        padding = Padding(
            top: pads[0] + margin.top, bottom: pads[2] + margin.bottom, left: pads[1] + margin.left,
            right: pads[3] + margin.right)
    }
}
