import Diagnostics
import ONNX

extension GraphBuilder {
    /// Imports one operator.
    ///
    /// - Throws: `onnxOperatorUnsupported` for those that are not carried over, and what each of the others throws.
    mutating func `import`(_ place: ONNXPlace) throws(Diagnostic) {
        guard place.node.isOfKnownDomain else {
            throw unsupported(
                place, found: "an operator of domain \(place.node.domain)", expected: "one of ONNX itself")
        }
        if try fold(place) { return }
        if Self.ofHost.contains(place.name)
            || Self.passed.contains(place.name) && place.input(0).map(hostTensors.contains) ?? false
        {
            return try leaveToHost(at: place)
        }
        switch place.name {
        case "Conv": try convolution(at: place)
        case "ConvTranspose": try transposedConvolution(at: place)
        case "Gemm": try gemm(at: place)
        case "MatMul": try matMul(at: place)
        case "BatchNormalization": try batchNormalization(at: place)
        case "Add": try pair(.add, at: place)
        case "Sub": try pair(.sub, at: place)
        case "Mul": try pair(.mul, at: place)
        case "Div": try pair(.div, at: place)
        case "Sum": try sum(at: place)
        case "MaxPool": try maxPool(at: place)
        case "AveragePool": try averagePool(at: place)
        case "GlobalAveragePool": try globalAverage(at: place)
        case "GlobalMaxPool": try globalMaximum(at: place)
        case "ReduceMean": try reduceMean(at: place)
        case "Relu": try limit(Limits(low: 0), at: place)
        case "LeakyRelu": try limit(Limits(slope: place.float("alpha", default: 0.01)), at: place)
        case "PRelu": try prelu(at: place)
        case "Clip": try clip(at: place)
        case "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "Elu", "Softplus": try function(at: place)
        case "Concat": try concatenation(at: place)
        case "Pad": try pad(at: place)
        case "Resize", "Upsample": try resize(at: place)
        case "DepthToSpace": try depthToSpace(at: place)
        case "Slice": try slice(at: place)
        case "Split": try split(at: place)
        case "Identity", "Dropout": try identity(at: place)
        case "Reshape", "Flatten", "Squeeze", "Unsqueeze": try view(at: place)
        case "Transpose": try transpose(at: place)
        case "QuantizeLinear": try quantizeLinear(at: place)
        case "DequantizeLinear": try dequantizeLinear(at: place)
        default: throw unknown(place)
        }
    }

    func unknown(_ place: ONNXPlace) -> Diagnostic {
        unsupported(place, found: "an operator that is not carried over", expected: "one of \(Self.imported)")
    }

    /// What the host computes at the end.
    static let ofHost: Set<String> = ["Softmax", "LogSoftmax", "ArgMax", "ArgMin"]
    /// And behind these.
    private static let passed: Set<String> = [
        "QuantizeLinear", "DequantizeLinear", "Identity", "Dropout", "Reshape", "Flatten", "Squeeze", "Unsqueeze",
        "Transpose",
    ]

    private static let imported = [
        "Conv", "ConvTranspose", "Gemm", "MatMul", "BatchNormalization", "Add", "Sub", "Mul", "Div", "Sum", "MaxPool",
        "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "ReduceMean", "Relu", "LeakyRelu", "PRelu", "Clip",
        "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "Elu", "Softplus", "Concat", "Pad", "Resize", "Upsample",
        "DepthToSpace", "Slice", "Split", "Identity", "Dropout", "Reshape", "Flatten", "Squeeze", "Unsqueeze",
        "Transpose",
        "QuantizeLinear", "DequantizeLinear", "and their QLinear forms",
    ].joined(separator: ", ")
}
