/// A signal's value at the first cycle of a window and its changes inside.
struct Signal {
    let unit: WaveformUnit
    let name: String
    let bits: Int
    private(set) var initial = 0
    /// By ascending cycle, each to another value than before.
    private(set) var changes: [(cycle: Int, value: Int)] = []
    private let window: ClosedRange<Int>

    init(_ unit: WaveformUnit, _ name: String, bits: Int = 1, in window: ClosedRange<Int>) {
        (self.unit, self.name, self.bits, self.window) = (unit, name, bits, window)
    }

    /// `value` from `cycle` on. Calls come by ascending cycle; of two with one cycle the later counts.
    mutating func set(_ value: Int, from cycle: Int) {
        guard cycle <= window.upperBound else { return }
        if cycle <= window.lowerBound {
            initial = value
            return
        }
        if changes.last?.cycle == cycle { changes.removeLast() }
        if (changes.last?.value ?? initial) != value { changes.append((cycle, value)) }
    }

    /// 1 in `cycles`, 0 after them.
    mutating func raise(in cycles: ClosedRange<Int>) {
        set(1, from: cycles.lowerBound)
        set(0, from: cycles.upperBound + 1)
    }
}
