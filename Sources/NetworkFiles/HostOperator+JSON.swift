import Diagnostics
import FileFormats
import Graph
import Networks

/// Operators of the host as JSON, beside the graph of a quantized network. Keys are those of their properties.
extension HostOperator {
    var json: JSONValue {
        .object(
            [
                .init("name", .string(name)), .init("function", .string(function.name)), .init("input", .string(input)),
            ] + function.members + operand.members("operand") + result.members("result"))
    }

    init(_ fields: JSONFields) throws(Diagnostic) {
        self.init(
            name: try fields.plainName("name"), function: try HostFunction(fields),
            input: try fields.plainName("input"), operand: try HostTensor(fields, "operand"),
            result: try HostTensor(fields, "result"))
        try fields.requireAllTaken()
        if let fault = contradiction {
            throw JSONFields.invalid(
                "\(fields.place), \(function.name)", found: fault.found, expected: fault.expected)
        }
    }
}

extension HostFunction {
    fileprivate var members: [JSONValue.Member] {
        switch self {
        case .quantize, .quantizeHalfEven, .dequantize, .logSoftmax, .reshape: []
        case .softmax(let beta): [.init("beta", .real(Double(beta)))]
        case .argMax(let axis), .argMin(let axis): [.init("axis", .integer(axis))]
        case .codeMap(let map): [.init("codeMap", .array(map.map { .integer(Int($0)) }))]
        case .transpose(let permutation): [.init("permutation", .array(permutation.map { .integer($0) }))]
        case .resizeBilinear(let alignsCorners, let hasHalfPixelCenters):
            [
                .init("alignsCorners", .boolean(alignsCorners)),
                .init("hasHalfPixelCenters", .boolean(hasHalfPixelCenters)),
            ]
        }
    }

    fileprivate init(_ fields: JSONFields) throws(Diagnostic) {
        switch try fields.word("function", as: Kind.self) {
        case .quantize: self = .quantize
        case .quantizeHalfEven: self = .quantizeHalfEven
        case .dequantize: self = .dequantize
        case .softmax: self = .softmax(beta: Float(try fields.real("beta")))
        case .logSoftmax: self = .logSoftmax
        case .argMax: self = .argMax(axis: try fields.integer("axis", in: 0...7))
        case .argMin: self = .argMin(axis: try fields.integer("axis", in: 0...7))
        case .codeMap: self = .codeMap(try fields.integers("codeMap", in: 0...255).map { UInt8($0) })
        case .reshape: self = .reshape
        case .transpose: self = .transpose(permutation: try fields.integers("permutation", in: 0...7))
        case .resizeBilinear:
            self = .resizeBilinear(
                alignsCorners: try fields.boolean("alignsCorners"),
                hasHalfPixelCenters: try fields.boolean("hasHalfPixelCenters"))
        }
    }
}

extension HostTensor {
    fileprivate func members(_ name: String) -> [JSONValue.Member] {
        let codes: [JSONValue.Member] =
            type.elements == nil
            ? []
            : [
                .init("\(name)Scale", .real(Double(scale))), .init("\(name)ZeroPoint", .integer(zeroPoint)),
            ]
        return [
            .init("\(name)Extents", .array(extents.map { .integer($0) })),
            .init("\(name)Type", .string(type.rawValue)),
        ] + codes
    }

    fileprivate init(_ fields: JSONFields, _ name: String) throws(Diagnostic) {
        let extents = try fields.integers("\(name)Extents", in: 1...1 << 31)
        let type = try fields.word("\(name)Type", as: HostElementType.self)
        self.init(extents: extents, type: type)
        guard type.elements != nil else { return }
        scale = Float(try fields.real("\(name)Scale"))
        zeroPoint = try fields.integer("\(name)ZeroPoint", in: -128...255)
    }
}

extension QuantizedNetwork {
    /// Checks that the host's operators have operands, and results with names of their own.
    ///
    /// - Throws: `networkFieldInvalid`.
    func validateHost() throws(Diagnostic) {
        let layers = Set(graph.layers.map(\.name))
        let inputs = Set(graph.inputs.map(\.name))
        var (known, taken) = (layers, layers.union(inputs))
        var fronts: [String: HostTensor] = [:]
        for one in host {
            let place = "host operator \(one.name)"
            func refuse(_ found: String, _ expected: String) -> Diagnostic {
                JSONFields.invalid(place, found: found, expected: expected)
            }
            if let fault = one.contradiction { throw refuse(fault.found, fault.expected) }
            if inputs.contains(one.name) {
                // Several inputs may be codes of one tensor.
                guard [.quantize, .quantizeHalfEven].contains(one.function),
                    fronts[one.input] == one.operand || taken.insert(one.input).inserted
                else {
                    throw refuse("\(one.function.name) of '\(one.input)'", "quantize, of a name that nothing else has")
                }
                fronts[one.input] = one.operand
                continue
            }
            guard one.function != .quantize, known.contains(one.input) else {
                throw refuse(
                    "\(one.function.name) of '\(one.input)'", "a function of a layer's result or of one before it")
            }
            guard taken.insert(one.name).inserted else { throw refuse("its name twice", "a name of its own") }
            if let before = host.first(where: { $0.name == one.input }), before.result != one.operand {
                throw refuse("an operand of \(one.operand.extents)", "the result of \(before.name)")
            }
            known.insert(one.name)
        }
    }
}
