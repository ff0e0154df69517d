import Foundation
import Testing

/// A value change dump as a viewer reads it: declarations, then the value of every signal in every cycle of the window.
struct DumpFile {
    /// By `unit.name`: one value a cycle of `cycles`.
    private(set) var values: [String: [Int]] = [:]
    private(set) var cycles = 0..<0

    init(_ text: String) throws {
        let parts = text.components(separatedBy: "$enddefinitions $end\n")
        try #require(parts.count == 2)
        var scopes: [String] = []
        var names: [String: (name: String, bits: Int)] = [:]
        for line in parts[0].split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            switch words.first {
            case "$scope": scopes.append(words[2])
            case "$upscope": scopes.removeLast()
            case "$var":
                #expect(words[1] == "wire" && words.last == "$end" && names[words[3]] == nil)
                names[words[3]] = ("\(scopes.last!).\(words[4])", try #require(Int(words[2])))
            default: break
            }
        }
        #expect(scopes.isEmpty)
        var (first, time): (Int?, Int) = (nil, 0)
        var now: [String: Int] = [:]
        for line in parts[1].split(separator: "\n") where !line.hasPrefix("$") {
            if line.hasPrefix("#") {
                let next = try #require(Int(line.dropFirst()))
                if first == nil {
                    first = next
                } else {
                    #expect(next > time, "times ascend")
                    for (name, value) in now {
                        values[name, default: []] += Array(repeating: value, count: next - time)
                    }
                }
                time = next
            } else {
                let isVector = line.hasPrefix("b")
                let identifier = String(isVector ? line.split(separator: " ")[1] : line.dropFirst())
                let digits = isVector ? line.split(separator: " ")[0].dropFirst() : line.prefix(1)
                let signal = try #require(names[identifier])
                let value = try #require(Int(digits, radix: 2))
                #expect(digits.count <= signal.bits && now[signal.name] != value, "\(signal.name) changes at \(time)")
                now[signal.name] = value
            }
        }
        cycles = try #require(first)..<time
        #expect(now.count == names.count && values.values.allSatisfy { $0.count == cycles.count })
    }
}
