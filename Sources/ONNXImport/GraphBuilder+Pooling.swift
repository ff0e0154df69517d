import Diagnostics
import Graph
import ONNX
import Tensors

extension GraphBuilder {
    /// MaxPool.
    mutating func maxPool(at place: ONNXPlace) throws(Diagnostic) {
        let operand = try picture(0, of: place)
        let kernel = try kernel(of: place)
        let window = try ONNXWindow(over: operand.stored, height: kernel.0, width: kernel.1, at: place)
        guard window.dilationY == 1, window.dilationX == 1 else {
            throw unsupported(place, found: "a dilated window", expected: "dilations of 1")
        }
        let pooling = Pooling(
            kernelHeight: kernel.0, kernelWidth: kernel.1, strideY: window.strideY, strideX: window.strideX,
            padding: window.padding)
        try pend(.maxPooling(pooling), .copy(fill: 0), of: [operand], at: place)
    }

    /// AveragePool: every window has as many elements. A Pad with zeros before it becomes its padding.
    mutating func averagePool(at place: ONNXPlace) throws(Diagnostic) {
        let counts = try place.integer("count_include_pad", default: 0) == 1
        let (operand, margin) = try unpadded(0, of: place)
        let kernel = try kernel(of: place)
        let window = try ONNXWindow(
            over: operand.stored, height: kernel.0, width: kernel.1, margin: margin, at: place)
        guard counts || window.padding == margin, !window.isExtended, window.dilationY == 1, window.dilationX == 1
        else {
            throw unsupported(
                place, found: "windows that leave the input, or dilated ones",
                expected: "windows inside of it, or padding that counts and no ceil_mode that adds some")
        }
        try average(operand, height: kernel.0, width: kernel.1, window, at: place)
    }

    /// GlobalAveragePool, and ReduceMean over rows and columns.
    mutating func globalAverage(keepsDimensions: Bool = true, at place: ONNXPlace) throws(Diagnostic) {
        let operand = try picture(0, of: place)
        try average(
            operand, height: operand.stored.height, width: operand.stored.width, nil, keepsDimensions: keepsDimensions,
            at: place)
    }

    mutating func globalMaximum(at place: ONNXPlace) throws(Diagnostic) {
        let operand = try picture(0, of: place)
        let pooling = Pooling(kernelHeight: operand.stored.height, kernelWidth: operand.stored.width)
        try pend(.maxPooling(pooling), .copy(fill: 0), of: [operand], at: place)
    }

    mutating func reduceMean(at place: ONNXPlace) throws(Diagnostic) {
        let operand = try picture(0, of: place)
        let axes = try list("axes", or: 1, of: place) ?? []
        guard Set(axes.map { $0 < 0 ? $0 + operand.extents.count : $0 }) == [2, 3] else {
            throw unsupported(place, found: "a mean over axes \(axes)", expected: "over rows and columns, axes 2 and 3")
        }
        try globalAverage(keepsDimensions: try place.integer("keepdims", default: 1) == 1, at: place)
    }

    private mutating func average(
        _ operand: ImportedValue, height: Int, width: Int, _ window: ONNXWindow?, keepsDimensions: Bool = true,
        at place: ONNXPlace
    ) throws(Diagnostic) {
        let channels = operand.stored.channels
        let convolution = Convolution(
            outputChannels: channels, kernelHeight: height, kernelWidth: width, strideY: window?.strideY ?? 1,
            strideX: window?.strideX ?? 1, padding: window?.padding ?? .none, groups: channels)
        try pend(
            .convolution(convolution), .average(count: height * width), of: [operand], at: place,
            extents: { keepsDimensions ? $0.extents : [1, $0.channels] })
    }

    private func kernel(of place: ONNXPlace) throws(Diagnostic) -> (Int, Int) {
        guard let kernel = try place.integers("kernel_shape"), kernel.count == 2 else {
            throw unsupported(place, found: "no window of two extents", expected: "kernel_shape of rows and columns")
        }
        return (kernel[0], kernel[1])
    }
}
