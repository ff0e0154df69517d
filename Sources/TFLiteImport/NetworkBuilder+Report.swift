import Diagnostics
import Graph
import Networks
import TFLite
import Tensors

extension NetworkBuilder {
    /// - Throws: `tfliteShapeUnfit` where a tensor has no 8-bit format, which an imported one has.
    func report(
        of network: QuantizedNetwork, _ cut: GraphCut, _ operators: [ImportReport.Operator]
    ) throws(Diagnostic) -> ImportReport {
        var tensors: [String: [Int]] = [:]
        for tensor in activations.keys.sorted() where hostTensors[tensor] == nil {
            tensors[activations[tensor]!.name, default: []].append(tensor)
        }
        func described(_ name: String, _ preferred: Int?) -> ImportReport.Tensor? {
            guard let all = tensors[name], let tensor = preferred ?? all.first, let imported = activations[tensor]
            else { return nil }
            return ImportReport.Tensor(
                name: name, fileNames: all.map { names.foreignName(of: $0) }, shape: imported.extents,
                elementType: imported.quantization.isSigned ? "int8" : "uint8", scale: imported.quantization.scale,
                zeroPoint: imported.quantization.zeroPoint)
        }
        let inputShape = inputs.first.flatMap { input in
            activations.values.first { $0.name == input.name }?.stored
        }
        var foreign: [String: String] = [:]
        let fronts = host.filter { $0.function == .quantize }.compactMap { names.tensor(named: $0.input) }
        for tensor in Array(hostTensors.keys) + fronts where names.foreignName(of: tensor) != names.name(of: tensor) {
            foreign[names.name(of: tensor)] = names.foreignName(of: tensor)
        }
        for (name, all) in tensors {
            let own = all.first { names.name(of: $0) == name } ?? all[0]
            if names.foreignName(of: own) != name { foreign[name] = names.foreignName(of: own) }
        }
        return ImportReport(
            format: "tflite", runtime: runtime.rawValue, width: inputShape?.width ?? 1, height: inputShape?.height ?? 1,
            inputs: inputs.compactMap { described($0.name, nil) },
            outputs: cut.outputs.compactMap { tensor in
                activations[tensor].flatMap { described($0.name, tensor) }
            }, operators: operators, host: host.map(HostWork.init), names: foreign,
            parameters: parameterCount(operators), usefulMACs: usefulMACs, remarks: remarks)
    }

    /// Elements of the constants that operators on the datapath read, each once.
    private func parameterCount(_ operators: [ImportReport.Operator]) -> Int {
        var constants: Set<Int> = []
        for row in operators where row.destination == .datapath {
            constants.formUnion(subgraph.operators[row.index].inputs.compactMap(\.self))
        }
        return constants.reduce(0) { count, tensor in
            let described = subgraph.tensors[tensor]
            let isParameter =
                [.int8, .uint8].contains(described.elementType)
                || described.elementType == .int32 && described.quantization != nil
            return count + (isParameter && model.isConstant(described) ? described.elementCount : 0)
        }
    }
}
