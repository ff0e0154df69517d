import Diagnostics
import Graph
import TFLite
import Tensors
import Text

// What operators read.
extension NetworkBuilder {
    /// The tensor of an input that must be there.
    ///
    /// - Throws: `tfliteShapeUnfit`.
    func input(_ index: Int, of place: OperatorPlace) throws(Diagnostic) -> Int {
        guard let tensor = place.operation.input(index) else {
            throw place.unfit("no input \(index)", expected: "one")
        }
        return tensor
    }

    /// The only output.
    ///
    /// - Throws: `tfliteShapeUnfit`.
    func output(of place: OperatorPlace) throws(Diagnostic) -> Int {
        guard place.operation.outputs.count == 1 else {
            throw place.unfit(place.operation.outputs.count.counted("output"), expected: "1")
        }
        return place.operation.outputs[0]
    }

    /// - Throws: `tfliteTensorUnsupported` where it is no 8-bit tensor.
    func outputQuantization(of place: OperatorPlace) throws(Diagnostic) -> ActivationQuantization {
        try ActivationQuantization(subgraph.tensors[output(of: place)], at: place.text)
    }

    /// The quantization of an output, which must be that of the operand.
    ///
    /// - Parameter tensor: the output; nil for the only one.
    /// - Throws: `tfliteOperatorUnsupported`, `tfliteTensorUnsupported` where it is no 8-bit tensor.
    @discardableResult
    func sameQuantization(
        of tensor: Int? = nil, as operand: ImportedTensor, at place: OperatorPlace
    ) throws(Diagnostic) -> ActivationQuantization {
        let output = if let tensor { tensor } else { try output(of: place) }
        let quantization = try ActivationQuantization(subgraph.tensors[output], at: place.text)
        guard quantization == operand.quantization else {
            throw unsupported(
                place, found: "an output of another scale or zero point", expected: "those of the operand")
        }
        return quantization
    }

    /// The activations of an input, under whatever extents.
    ///
    /// - Throws: `tfliteOperatorUnsupported` for constants, `tfliteTensorUnsupported` for what is no 8-bit tensor,
    ///   `tfliteShapeUnfit` where nothing before makes it.
    func activation(_ index: Int, of place: OperatorPlace) throws(Diagnostic) -> ImportedTensor {
        let tensor = try input(index, of: place)
        let described = subgraph.tensors[tensor]
        if hostTensors[tensor] != nil {
            throw unsupported(
                place, found: "operand \(described.name), which the host computes",
                expected: "results of the host at the end only")
        }
        if let imported = activations[tensor] { return imported }
        if dealt[tensor] != nil || skipped.contains(tensor) {
            throw unsupported(
                place, found: "operand \(described.name), in batches that SPACE_TO_BATCH_ND makes",
                expected: "a convolution behind it, and BATCH_TO_SPACE_ND behind that")
        }
        if repeated[tensor] != nil {
            throw unsupported(
                place, found: "operand \(described.name), elements that TILE repeats",
                expected: "RESHAPE behind TILE, to rows and columns")
        }
        if integers[tensor] != nil || model.isConstant(described) {
            throw unsupported(
                place, found: "constant \(described.name) as an operand", expected: "activations made from the inputs")
        }
        _ = try ActivationQuantization(described, at: place.text)
        throw place.unfit(
            "operand \(described.name), which nothing before it makes", expected: "operators in the order of their run")
    }

    /// The activations of an input as rows, columns and channels.
    ///
    /// - Throws: the same, and `tfliteOperatorUnsupported` where a reshape has made other rows, columns or channels.
    func picture(_ index: Int, of place: OperatorPlace) throws(Diagnostic) -> ImportedTensor {
        let imported = try activation(index, of: place)
        guard imported.isPicture else {
            throw unsupported(
                place, found: "an operand of extents \(imported.extents), reshaped from \(imported.stored)",
                expected: "rows, columns and channels as they were made")
        }
        return imported
    }

    /// The same of four extents, the batch 1.
    func planes(_ index: Int, of place: OperatorPlace) throws(Diagnostic) -> ImportedTensor {
        let imported = try picture(index, of: place)
        guard imported.extents.count == 4 else {
            throw place.unfit("an operand of extents \(imported.extents)", expected: "batch, rows, columns, channels")
        }
        return imported
    }

    /// What is not carried over, and where to cut.
    func unsupported(_ place: OperatorPlace, found: String, expected: String) -> Diagnostic {
        let layerNames = Set(layers.map(\.name))
        var operands: [String] = []
        for case let tensor? in place.operation.inputs {
            let imported = activations[tensor] ?? repeated[tensor]?.operand
            guard let name = imported?.name, layerNames.contains(name), !operands.contains(name) else {
                continue
            }
            operands.append(name)
        }
        let words = operands.map { "--outputs \($0)" }.joined(separator: " ")
        return Diagnostic(
            .tfliteOperatorUnsupported, at: place.text, found: found, expected: expected,
            remedy: operands.isEmpty
                ? "convert the model without this operator; no layer stands before it"
                : "cut the graph before it: intaglio import \(file) \(words) -o N.safetensors")
    }
}
