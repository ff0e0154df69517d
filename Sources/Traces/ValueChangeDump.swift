import Diagnostics

/// The text form of signals: declarations, every value at the window's first cycle, then the changes by time.
struct ValueChangeDump {
    let signals: [Signal]
    let window: ClosedRange<Int>
    let comment: String

    func write(to path: String) throws(Diagnostic) {
        var file = try BufferedFile(path: path)
        try file.append(
            "$version intaglio $end\n$comment\n\(comment)\n$end\n$timescale 1 ns $end\n$scope module intaglio $end\n")
        for (index, signal) in signals.enumerated() {
            if index == 0 || signals[index - 1].unit != signal.unit {
                try file.append("$scope module \(signal.unit.rawValue) $end\n")
            }
            let range = signal.bits == 1 ? "" : " [\(signal.bits - 1):0]"
            try file.append("$var wire \(signal.bits) \(identifier(index)) \(signal.name)\(range) $end\n")
            if index == signals.count - 1 || signals[index + 1].unit != signal.unit {
                try file.append("$upscope $end\n")
            }
        }
        try file.append("$upscope $end\n$enddefinitions $end\n#\(window.lowerBound)\n$dumpvars\n")
        for (index, signal) in signals.enumerated() { try file.append(value(signal.initial, of: index)) }
        try file.append("$end\n")
        try appendChanges(to: &file)
        // The last value lasts to the end of the window.
        try file.append("#\(window.upperBound + 1)\n")
        try file.commit()
    }

    private func appendChanges(to file: inout BufferedFile) throws(Diagnostic) {
        var changes: [(cycle: Int, signal: Int, value: Int)] = []
        for (index, signal) in signals.enumerated() { changes += signal.changes.map { ($0.cycle, index, $0.value) } }
        changes.sort { ($0.cycle, $0.signal) < ($1.cycle, $1.signal) }
        var time = window.lowerBound
        for change in changes {
            if change.cycle != time {
                time = change.cycle
                try file.append("#\(time)\n")
            }
            try file.append(value(change.value, of: change.signal))
        }
    }

    private func value(_ value: Int, of signal: Int) -> String {
        signals[signal].bits == 1
            ? "\(value)\(identifier(signal))\n" : "b\(String(value, radix: 2)) \(identifier(signal))\n"
    }

    /// One printable character a signal, `!` first: there are 94, and fewer signals.
    private func identifier(_ index: Int) -> String {
        precondition(index < 94, "\(index + 1) signals of at most 94")
        return String(UnicodeScalar(UInt8(33 + index)))
    }
}
