import Diagnostics
import Graph
import ONNX
import TFLiteImport
import Tensors

// Operators that copy elements.
extension GraphBuilder {
    /// Concat along channels.
    mutating func concatenation(at place: ONNXPlace) throws(Diagnostic) {
        var operands: [ImportedValue] = []
        for index in place.node.inputs.indices { operands.append(try operand(index, of: place)) }
        guard let first = operands.first else { throw place.unfit("no operands", expected: "one at least") }
        let axis = try place.integer("axis", default: 1)
        guard (axis < 0 ? axis + first.extents.count : axis) == 1, operands.allSatisfy(\.hasChannels),
            operands.allSatisfy({ $0.extents.count == first.extents.count })
        else {
            throw unsupported(
                place, found: "axis \(axis) of operands \(operands.map(\.extents))", expected: "channels, axis 1")
        }
        if operands.count == 1 { return try identity(at: place) }
        let rank = first.extents.count
        try pend(
            .concatenation, .copy(fill: 0), of: operands, at: place,
            extents: { rank == 2 ? [1, $0.channels] : $0.extents })
    }

    /// Pad of rows and columns with one number; negative padding cuts off.
    mutating func pad(at place: ONNXPlace) throws(Diagnostic) {
        let operand = try picture(0, of: place)
        let mode = try place.string("mode", default: "constant")
        guard mode == "constant", place.input(3) == nil else {
            throw unsupported(
                place, found: "mode \(mode)\(place.input(3) == nil ? "" : ", some axes")",
                expected: "mode constant, all axes")
        }
        let pads = try list("pads", or: 1, of: place) ?? []
        guard pads.count == 8, pads.allSatisfy({ (-(1 << 20)...1024).contains($0) }) else {
            throw place.unfit("pads \(pads.prefix(16))", expected: "two numbers up to 1024 for each of four extents")
        }
        guard [pads[0], pads[1], pads[4], pads[5]].allSatisfy({ $0 == 0 }) else {
            throw unsupported(
                place, found: "pads \(pads) of batch, channels, rows, columns",
                expected: "padding of rows and columns only")
        }
        let fill = try fill(outside: operand, at: place)
        let padding = Padding(top: pads[2], bottom: pads[6], left: pads[3], right: pads[7])
        try pend(.pad(Pad(padding: padding)), .copy(fill: fill), of: [operand], at: place)
    }

    /// What a Pad puts outside, as a real number: of stored 8-bit elements an element, 0 where none is given.
    private mutating func fill(outside operand: ImportedValue, at place: ONNXPlace) throws(Diagnostic) -> Float {
        guard let quantization = operand.quantization, !operand.isReal else {
            return try number("value", or: 2, default: 0, of: place)
        }
        let elements = try integers(2, of: place)?.integers ?? [0]
        guard elements.count == 1, quantization.elements.contains(elements[0]) else {
            throw place.unfit(
                "padding with \(elements.prefix(8))",
                expected: "one element of \(quantization.isSigned ? "int8" : "uint8"), the operand's type")
        }
        return quantization.real(of: elements[0])
    }

    /// Resize and Upsample to the nearest, by one whole factor.
    mutating func resize(at place: ONNXPlace) throws(Diagnostic) {
        let operand = try picture(0, of: place)
        let stored = operand.stored
        let isUpsample = place.name == "Upsample"
        let mode = try place.string("mode", default: "nearest")
        let coordinates = try place.string(
            "coordinate_transformation_mode", default: isUpsample ? "asymmetric" : "half_pixel")
        let nearest = try place.string("nearest_mode", default: isUpsample ? "floor" : "round_prefer_floor")
        let copies =
            coordinates == "asymmetric" && nearest == "floor"
            || ["half_pixel", "pytorch_half_pixel"].contains(coordinates) && nearest.hasPrefix("round")
        // Before version 11 scales were the second input.
        let scalesIndex = isUpsample || model.operatorSet < 11 ? 1 : 2
        var factors: [Double] = []
        if let scales = try floats(scalesIndex, of: place)?.floats, !scales.isEmpty {
            factors = scales.map { Double($0) }
        } else if let sizes = try integers(3, of: place)?.integers, sizes.count == 4 {
            factors = zip(sizes, operand.extents).map { Double($0) / Double($1) }
        }
        guard mode == "nearest", copies, factors.count == 4, factors[0] == 1, factors[1] == 1,
            factors[2] == factors[3], let factor = Int(exactly: factors[2]), (1...16).contains(factor),
            try place.integers("axes") == nil
        else {
            throw unsupported(
                place, found: "\(mode) \(coordinates) \(nearest), factors \(factors) of \(stored)",
                expected: "nearest, half_pixel or asymmetric and floor, one whole factor of rows and columns up to 16")
        }
        try pend(.nearestResize(factor: factor), .copy(fill: 0), of: [operand], at: place)
    }

    /// DepthToSpace in the order of a pixel shuffle.
    mutating func depthToSpace(at place: ONNXPlace) throws(Diagnostic) {
        let operand = try picture(0, of: place)
        let factor = try place.integer("blocksize", default: 0)
        let mode = try place.string("mode", default: "DCR")
        guard (1...16).contains(factor), mode == "CRD" || operand.stored.channels == factor * factor else {
            throw unsupported(
                place, found: "mode \(mode), blocksize \(factor) of \(operand.stored)",
                expected: "mode CRD, or one channel behind it, and a blocksize up to 16")
        }
        try pend(.pixelShuffle(factor: factor), .copy(fill: 0), of: [operand], at: place)
    }
}
