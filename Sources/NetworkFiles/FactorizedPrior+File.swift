import Diagnostics
import FileFormats
import Networks

/// `prior.STAGE.matrix [C][out][in]`, `.bias [C][out]`, `.factor [C][out]` as F32; JSON has the widths between the
/// stages.
extension FactorizedPrior {
    /// Of the numbers between two stages.
    static let widthRange = 1...64

    var json: JSONValue {
        .object([
            .init("channels", .integer(channels)),
            .init("widths", .array(([1] + stages.map(\.outputs)).map { .string(String($0)) })),
        ])
    }

    func tensors(prefix: String) -> [String: SafetensorsTensor] {
        var tensors: [String: SafetensorsTensor] = [:]
        for (index, stage) in stages.enumerated() {
            let name = "\(prefix)prior.\(index)"
            tensors["\(name).matrix"] = SafetensorsTensor(stage.matrix, shape: [channels, stage.outputs, stage.inputs])
            tensors["\(name).bias"] = SafetensorsTensor(stage.bias, shape: [channels, stage.outputs])
            if let factor = stage.factor {
                tensors["\(name).factor"] = SafetensorsTensor(factor, shape: [channels, stage.outputs])
            }
        }
        return tensors
    }

    init(_ fields: JSONFields, tensors: inout TensorTable) throws(Diagnostic) {
        let channels = try fields.integer("channels", in: 1...65_536)
        let widths = try Self.widths(fields)
        var stages: [Stage] = []
        for (index, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
            let factor = "prior.\(index).factor"
            stages.append(
                Stage(
                    inputs: inputs, outputs: outputs,
                    matrix: try tensors.floats("prior.\(index).matrix", shape: [channels, outputs, inputs]),
                    bias: try tensors.floats("prior.\(index).bias", shape: [channels, outputs]),
                    factor: tensors.has(factor) ? try tensors.floats(factor, shape: [channels, outputs]) : nil))
        }
        self.init(channels: channels, stages: stages)
    }

    /// 1, then the outputs of each stage.
    private static func widths(_ fields: JSONFields) throws(Diagnostic) -> [Int] {
        let words = try fields.strings("widths")
        let widths = words.map { Int($0) ?? 0 }
        guard widths.count >= 2, widths.first == 1, widths.last == 1, widths.allSatisfy({ widthRange.contains($0) })
        else {
            throw JSONFields.invalid(
                fields.place, found: "widths \(words)",
                expected: "1, then the outputs of each stage in \(widthRange), at last 1")
        }
        return widths
    }

    /// The names of the tensors that a prior must have, and of those that it may have.
    static func tensorNames(_ fields: JSONFields) throws(Diagnostic) -> (required: [String], optional: [String]) {
        _ = try fields.integer("channels", in: 1...65_536)
        let stages = try widths(fields).indices.dropLast()
        return (stages.flatMap { ["prior.\($0).matrix", "prior.\($0).bias"] }, stages.map { "prior.\($0).factor" })
    }
}
