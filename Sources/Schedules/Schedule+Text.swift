extension Schedule: CustomStringConvertible {
    /// The schedule as YAML, one form for one value.
    public var description: String {
        var lines = [
            "network: \(quoted(network))",
            "machine: \(quoted(machine))",
            "height: \(height)",
            "width: \(width)",
        ]
        if !groups.isEmpty {
            lines.append("groups:")
            lines += groups.map(\.text)
        }
        lines.append(layers.isEmpty ? "layers: []" : "layers:")
        lines += layers.map(\.text)
        return lines.joined(separator: "\n") + "\n"
    }
}

extension LayerGroup {
    fileprivate var text: String {
        let rings = ringRows.isEmpty ? "" : ", ringRows: \(ringRows)"
        let input = inputRows.isEmpty ? "" : ", inputRows: \(inputRows)"
        return "  - {layers: [\(layers.map(quoted).joined(separator: ", "))]\(input)\(rings)}"
    }
}

extension LayerSchedule {
    fileprivate var text: String {
        """
          - name: \(quoted(name))\(lanes == .channels ? "" : "\n    lanes: \(lanes.rawValue)")
            tile: {\(tile.text)}
            order: \(order.rawValue)
            buffers: {\(buffers.text)}
        """
    }
}

extension Tile {
    fileprivate var text: String {
        var fields = [
            "outputRows: \(outputRows)", "outputColumns: \(outputColumns)", "outputChannels: \(outputChannels)",
            "inputChannels: \(inputChannels)",
        ]
        if let kernelRows { fields.append("kernelRows: \(kernelRows)") }
        if let kernelColumns { fields.append("kernelColumns: \(kernelColumns)") }
        return fields.joined(separator: ", ")
    }
}

extension BufferAllocation {
    fileprivate var text: String {
        var fields = ["input: \(input)"]
        if !second.isEmpty { fields.append("second: \(second)") }
        fields.append("output: \(output)")
        if !weights.isEmpty { fields.append("weights: \(weights)") }
        fields.append("accumulators: \(accumulators)")
        return fields.joined(separator: ", ")
    }
}

/// A YAML double-quoted scalar: names may look like numbers or hold any character.
private func quoted(_ name: String) -> String {
    var text = "\""
    for scalar in name.unicodeScalars {
        switch scalar {
        case "\"": text += "\\\""
        case "\\": text += "\\\\"
        case "\n": text += "\\n"
        case "\t": text += "\\t"
        case _
        where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0x2028
            || scalar.value == 0x2029 || scalar.value == 0xFEFF:
            let digits = String(scalar.value, radix: 16, uppercase: true)
            text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: text.unicodeScalars.append(scalar)
        }
    }
    return text + "\""
}
