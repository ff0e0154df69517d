import Diagnostics
public import ONNX

// What a file must be before any operator of it is read: of a known operator set, in order, and made for inference.
extension ONNXModel {
    /// The newest operator set whose operators are known here. In a newer one the same names may mean other functions.
    public static let newestOperatorSet = 28

    /// - Throws: `onnxOperatorUnsupported` for an operator set that is newer than the newest known one.
    func requireKnownOperatorSet(at file: String) throws(Diagnostic) {
        guard operatorSet > Self.newestOperatorSet else { return }
        throw Diagnostic(
            .onnxOperatorUnsupported, at: file, found: "operator set \(operatorSet)",
            expected: "1...\(Self.newestOperatorSet), whose operators are known",
            remedy: "export the model with opset_version=\(Self.newestOperatorSet) or an older one")
    }

    /// - Throws: `onnxShapeUnfit` for two inputs of one name.
    func requireDistinctInputs(at file: String) throws(Diagnostic) {
        var seen: Set<String> = []
        guard let twice = inputs.first(where: { !seen.insert($0.name).inserted }) else { return }
        throw Diagnostic(
            .onnxShapeUnfit, at: "\(file), input \(twice.name)", found: "a second input of this name",
            expected: "a name of its own for each input", remedy: "rename one of them, or export the model again")
    }

    /// Nodes stand in their order of run: what one reads, none behind it makes.
    ///
    /// - Throws: `onnxShapeUnfit` with the first node that reads what only another behind it makes.
    func requireOrder(at file: String) throws(Diagnostic) {
        var makers: [String: Int] = [:]
        for (position, node) in nodes.enumerated() {
            for output in node.outputs where !output.isEmpty && makers[output] == nil { makers[output] = position }
        }
        let given = Set(inputs.map(\.name)).union(constants.keys)
        for (position, node) in nodes.enumerated() {
            for input in node.inputs where !given.contains(input) {
                guard let maker = makers[input], maker >= position else { continue }
                let place = ONNXPlace(node: node, file: file)
                let other = nodes[maker]
                throw Diagnostic(
                    .onnxShapeUnfit, at: place.text,
                    found: maker == position
                        ? "operand \(input), which it makes itself"
                        : """
                        operand \(input), which operator \(other.index) \(other.operatorType) makes: that stands \
                        behind it
                        """, expected: "operators in their order of run, without circles",
                    remedy: "sort the operators of the graph, or export the model again")
            }
        }
    }

    /// Operators that train do something else than those that infer.
    ///
    /// - Throws: `onnxOperatorUnsupported` for Dropout and BatchNormalization in the form of training, and forms of
    ///   operator sets before 7 and 9 that no later one has.
    func requireInference(at file: String) throws(Diagnostic) {
        for node in nodes where node.isOfKnownDomain {
            let place = ONNXPlace(node: node, file: file)
            switch node.operatorType {
            case "Dropout": try requireInference(dropout: place)
            case "BatchNormalization": try requireInference(normalization: place)
            case "Add", "Sub", "Mul", "Div":
                guard operatorSet < 7, let axis = node.attributes["axis"] else { continue }
                throw Self.refusal(
                    place, found: "attribute axis \(axis), which aligns the second operand",
                    expected: "operands aligned at their last axes, as from operator set 7 on",
                    remedy: "convert the model to operator set 7 or a later one")
            default: continue
            }
        }
    }

    private func requireInference(dropout place: ONNXPlace) throws(Diagnostic) {
        if operatorSet < 7 { return try requireTest(place) }
        guard let mode = place.input(2) else { return }
        let value = constants[mode]?.integers
        guard value != [0] else { return }
        throw Self.training(
            place, found: value == nil ? "training_mode \(mode), which is not known" : "training_mode true",
            expected: "training_mode false, or none")
    }

    private func requireInference(normalization place: ONNXPlace) throws(Diagnostic) {
        let statistics = place.node.outputs.dropFirst().filter { !$0.isEmpty }
        if operatorSet < 7 {
            try requireTest(place)
        } else if try place.integer("training_mode", default: 0) != 0 {
            throw Self.training(place, found: "training_mode 1", expected: "training_mode 0")
        } else if !statistics.isEmpty {
            throw Self.training(
                place, found: "outputs \(statistics.joined(separator: ", ")), the statistics of training",
                expected: "one output")
        }
        let spatial = try place.integer("spatial", default: 1)
        guard operatorSet >= 9 || spatial == 1 else {
            throw Self.refusal(
                place, found: "spatial 0: statistics for each element", expected: "those of each channel",
                remedy: "export the model with spatial normalization")
        }
    }

    /// Before operator set 7 an attribute says what an operator is for; without it, training.
    private func requireTest(_ place: ONNXPlace) throws(Diagnostic) {
        guard try place.integer("is_test", default: 0) == 0 else { return }
        throw Self.training(
            place,
            found: place.node.attributes["is_test"] == nil
                ? "no is_test, which stands for 0, training, in operator set \(operatorSet)" : "is_test 0",
            expected: "is_test 1")
    }

    private static func training(_ place: ONNXPlace, found: String, expected: String) -> Diagnostic {
        refusal(
            place, found: "\(found): the operator trains", expected: "\(expected): inference",
            remedy: "export the model for inference, model.eval() in PyTorch, with operator set 7 or a later one")
    }

    private static func refusal(
        _ place: ONNXPlace, found: String, expected: String, remedy: String
    ) -> Diagnostic {
        Diagnostic(.onnxOperatorUnsupported, at: place.text, found: found, expected: expected, remedy: remedy)
    }
}
