import Diagnostics

/// Operators of the format under the names of one handler, and who carries them over.
struct OperatorImport: Sendable {
    typealias Handler = @Sendable (inout GraphBuilder, ONNXPlace) throws(Diagnostic) -> Void

    let names: [String]
    let handler: Handler

    private static func carried(_ names: String..., handler: @escaping Handler) -> OperatorImport {
        OperatorImport(names: names, handler: handler)
    }

    static subscript(_ name: String) -> Handler? { byName[name] }

    private static let byName = Dictionary(
        uniqueKeysWithValues: all.flatMap { row in row.names.map { ($0, row.handler) } })

    /// What the host computes at the end of a graph.
    static let ofHost = ["Softmax", "LogSoftmax", "ArgMax", "ArgMin"]

    /// Those that become layers, views, formats or constants.
    static let all: [OperatorImport] = [
        carried("Conv") { (builder, place) throws(Diagnostic) in try builder.convolution(at: place) },
        carried("ConvTranspose") { (builder, place) throws(Diagnostic) in
            try builder.transposedConvolution(at: place)
        },
        carried("Gemm") { (builder, place) throws(Diagnostic) in try builder.gemm(at: place) },
        carried("MatMul") { (builder, place) throws(Diagnostic) in try builder.matMul(at: place) },
        carried("BatchNormalization") { (builder, place) throws(Diagnostic) in
            try builder.batchNormalization(at: place)
        },
        carried("Add") { (builder, place) throws(Diagnostic) in try builder.pair(.add, at: place) },
        carried("Sub") { (builder, place) throws(Diagnostic) in try builder.pair(.sub, at: place) },
        carried("Mul") { (builder, place) throws(Diagnostic) in try builder.pair(.mul, at: place) },
        carried("Div") { (builder, place) throws(Diagnostic) in try builder.pair(.div, at: place) },
        carried("Sum") { (builder, place) throws(Diagnostic) in try builder.sum(at: place) },
        carried("MaxPool") { (builder, place) throws(Diagnostic) in try builder.maxPool(at: place) },
        carried("AveragePool") { (builder, place) throws(Diagnostic) in try builder.averagePool(at: place) },
        carried("GlobalAveragePool") { (builder, place) throws(Diagnostic) in try builder.globalAverage(at: place) },
        carried("GlobalMaxPool") { (builder, place) throws(Diagnostic) in try builder.globalMaximum(at: place) },
        carried("ReduceMean") { (builder, place) throws(Diagnostic) in try builder.reduceMean(at: place) },
        carried("Relu") { (builder, place) throws(Diagnostic) in try builder.limit(Limits(low: 0), at: place) },
        carried("LeakyRelu") { (builder, place) throws(Diagnostic) in
            try builder.limit(Limits(slope: try place.float("alpha", default: 0.01)), at: place)
        },
        carried("PRelu") { (builder, place) throws(Diagnostic) in try builder.prelu(at: place) },
        carried("Clip") { (builder, place) throws(Diagnostic) in try builder.clip(at: place) },
        carried("Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "Elu", "Softplus") {
            (builder, place) throws(Diagnostic) in
            try builder.function(at: place)
        },
        carried("Concat") { (builder, place) throws(Diagnostic) in try builder.concatenation(at: place) },
        carried("Pad") { (builder, place) throws(Diagnostic) in try builder.pad(at: place) },
        carried("Resize", "Upsample") { (builder, place) throws(Diagnostic) in try builder.resize(at: place) },
        carried("DepthToSpace") { (builder, place) throws(Diagnostic) in try builder.depthToSpace(at: place) },
        carried("Slice") { (builder, place) throws(Diagnostic) in try builder.slice(at: place) },
        carried("Split") { (builder, place) throws(Diagnostic) in try builder.split(at: place) },
        carried("Identity", "Dropout") { (builder, place) throws(Diagnostic) in try builder.identity(at: place) },
        carried("Reshape", "Flatten", "Squeeze", "Unsqueeze") { (builder, place) throws(Diagnostic) in
            try builder.view(at: place)
        },
        carried("Transpose") { (builder, place) throws(Diagnostic) in try builder.transpose(at: place) },
        carried("QuantizeLinear") { (builder, place) throws(Diagnostic) in try builder.quantizeLinear(at: place) },
        carried("DequantizeLinear") { (builder, place) throws(Diagnostic) in try builder.dequantizeLinear(at: place) },
    ]
}
