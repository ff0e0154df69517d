import Synchronization

/// How far long work is, and how much time is left of it: `case 12 of 600, 1 min 20 s left`.
struct ProgressClock {
    /// When the work began that is under way: by its name and how many parts it has.
    private static let begun = Mutex<(what: String, count: Int, start: ContinuousClock.Instant)?>(nil)
    private static let silence = Duration.seconds(2)

    /// - Parameters:
    ///   - what: what the parts are, the same word until the work ends.
    ///   - number: of the part that begins, from 1.
    ///   - count: of all parts.
    static func text(_ what: String, _ number: Int, of count: Int) -> String {
        let now = ContinuousClock.now
        let start = begun.withLock { work in
            if let known = work, known.what == what, known.count == count, number > 1 { return known.start }
            work = (what, count, now)
            return now
        }
        return "\(what) \(number) of \(count)" + left(now - start, number, count)
    }

    /// From the mean time of the parts that are done; nothing in the first seconds.
    private static func left(_ elapsed: Duration, _ number: Int, _ count: Int) -> String {
        guard number > 1, elapsed > silence else { return "" }
        return ", \(words(elapsed / (number - 1) * (count - number + 1))) left"
    }

    /// `45 s`, `3 min 20 s`, `2 h 5 min`.
    static func words(_ duration: Duration) -> String {
        let seconds = Int(duration.components.seconds)
        switch seconds {
        case ..<60: return "\(seconds) s"
        case ..<3600: return "\(seconds / 60) min \(seconds % 60) s"
        default: return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
        }
    }
}
