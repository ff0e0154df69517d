public import Diagnostics
import ExactArithmetic

// The integer entries of a law, exact: the same on every machine, for no floating-point number takes part.

extension Law {
    /// The largest range M of entries, in grid steps.
    static let largestRange = 1 << 24

    /// 256 entries of signed codes, strictly increasing, code 128 = 0.
    ///
    ///     e[128] = 0;  e[128+i] = max(e[127+i] + 1, RHU(M f(i/127))) for i = 1...127;
    ///     e[128-i] = -e[128+i];  e[0] = e[1] - 1
    ///
    /// With a convex law (power of 1 or more, logarithmic, minifloat) a range M below 127 gives 127 all the same: the
    /// entries are linear with step 1. A concave one (power below 1) is steep first and may end above M.
    ///
    /// - Parameter bits: the signed width V that every entry must fit.
    /// - Throws: `lawParameterOutOfRange` (also for `table`, which has no formula), `codebookValueTooWide`.
    public func signedEntries(range: Int, bits: Int, at place: String) throws(Diagnostic) -> [Int32] {
        let positive = try risingEntries(range: range, last: 127, at: place)
        let negative = positive.dropFirst().reversed().map { -$0 }
        let entries = [negative[0] - 1] + negative + positive
        try Law.checkEntries(entries, bits: bits, at: place)
        return entries
    }

    /// 256 entries of unsigned codes, strictly increasing: `e[0] = 0;  e[i] = max(e[i-1] + 1, RHU(M f(i/255)))`.
    ///
    /// - Parameter bits: the signed width V that every entry must fit.
    /// - Throws: as `signedEntries`.
    public func unsignedEntries(range: Int, bits: Int, at place: String) throws(Diagnostic) -> [Int32] {
        let entries = try risingEntries(range: range, last: 255, at: place)
        try Law.checkEntries(entries, bits: bits, at: place)
        return entries
    }

    /// The expanded weights of signed codes for W bits: code 128 = 0, code 255 = 2^(W-1) - 1, code 0 = -2^(W-1). W is 8
    /// ... 16.
    ///
    /// - Throws: as `signedEntries`.
    public func weightEntries(bits: Int, at place: String) throws(Diagnostic) -> [Int16] {
        try Law.checkDecodedBits(bits, allowed: 8...16, at: place)
        if case .deadZone(let numerator, let denominator, let levelBits) = self {
            try checkParameters(at: place)
            return Law.deadZoneEntries(numerator: numerator, denominator: denominator, levelBits: levelBits, bits: bits)
        }
        return try signedEntries(range: 1 << (bits - 1) - 1, bits: bits, at: place).map { Int16($0) }
    }

    /// The expanded gammas of unsigned codes for W bits signed: code 0 = 0, code 255 = 2^(W-1) - 1. W is 9 ... 16: 256
    /// different values need 9 bits.
    ///
    /// - Throws: as `signedEntries`.
    public func gammaEntries(bits: Int, at place: String) throws(Diagnostic) -> [Int16] {
        try Law.checkDecodedBits(bits, allowed: Law.leastGammaBits...16, at: place)
        return try unsignedEntries(range: 1 << (bits - 1) - 1, bits: bits, at: place).map { Int16($0) }
    }

    /// Fewest bits of decoded gammas: 256 different values and a sign.
    public static let leastGammaBits = 9

    private static func checkDecodedBits(_ bits: Int, allowed: ClosedRange<Int>, at place: String) throws(Diagnostic) {
        if allowed.contains(bits) { return }
        throw Diagnostic(
            .lawParameterOutOfRange, at: place, found: "decoded values of \(bits) bits",
            expected: "\(allowed.lowerBound)...\(allowed.upperBound) bits",
            remedy: "choose a width in range")
    }

    /// Whether entries are a codebook's: strictly increasing, each in `bits` bits signed.
    ///
    /// - Throws: `codebookNotIncreasing`, `codebookValueTooWide`.
    public static func checkEntries(_ entries: [Int32], bits: Int, at place: String) throws(Diagnostic) {
        if let code = entries.indices.dropFirst().first(where: { entries[$0] <= entries[$0 - 1] }) {
            throw Diagnostic(
                .codebookNotIncreasing, at: place,
                found: "entry \(entries[code]) of code \(code) after \(entries[code - 1])",
                expected: "strictly increasing entries", remedy: "sort the entries and remove duplicates")
        }
        precondition((1...32).contains(bits), "entries of \(bits) bits are outside 1...32")
        let highest = Int32.max >> Int32(32 - bits)
        if let code = entries.indices.first(where: { entries[$0] > highest || entries[$0] < ~highest }) {
            throw Diagnostic(
                .codebookValueTooWide, at: place, found: "entry \(entries[code]) of code \(code)",
                expected: "\(~highest)...\(highest), which \(bits) bits hold",
                remedy: "lower the range or widen the values")
        }
    }

    /// `e[0] = 0;  e[i] = max(e[i-1] + 1, RHU(M f(i/last)))`.
    private func risingEntries(range: Int, last: Int, at place: String) throws(Diagnostic) -> [Int32] {
        try checkParameters(at: place)
        guard (1...Law.largestRange).contains(range) else {
            throw Diagnostic(
                .lawParameterOutOfRange, at: place, found: "a range of \(range) grid steps",
                expected: "1...\(Law.largestRange)",
                remedy: "choose another step")
        }
        try checkGeneration(last: last, at: place)
        var entries: [Int32] = [0]
        for index in 1...last {
            entries.append(max(entries[index - 1] + 1, Int32(roundedValue(range: range, index: index, last: last))))
        }
        return entries
    }

    /// A table has no formula, and a minifloat has one for its own number of codes only.
    private func checkGeneration(last: Int, at place: String) throws(Diagnostic) {
        let expected: String
        switch self {
        case .table:
            expected = "a law with a formula"
        case .minifloat(let exponentBits, let mantissaBits) where 1 << (exponentBits + mantissaBits) != last + 1:
            expected = "\((last + 1).trailingZeroBitCount) bits in all for codes of magnitude 0...\(last)"
        case .deadZone:
            expected = "a law of activations or gammas: a dead zone is for the weights of accumulating layers"
        default:
            return
        }
        throw Diagnostic(
            .lawParameterOutOfRange, at: place, found: "law '\(self)'", expected: expected,
            remedy: "give the entries, or choose another law")
    }

    /// `RHU(M f(i/n))`, decided by integers: the largest r with `2r - 1 <= 2 M f(i/n)`.
    func roundedValue(range: Int, index: Int, last: Int) -> Int {
        let twoM = ExactInteger(2 * range)
        let index = ExactInteger(index)
        let last = ExactInteger(last)
        // The largest odd or even x with x <= 2 M f(i/n); 2r - 1 <= x is r <= (x + 1) / 2.
        let twiceValue: ExactInteger
        switch self {
        case .linear:
            twiceValue = (twoM * index).quotient(by: last, rounding: .floor)
        case .power(let p, let q):
            // x <= 2M (i/n)^(p/q)  is  x^q <= (2M)^q i^p / n^p
            twiceValue = (twoM.power(q) * index.power(p)).quotient(by: last.power(p), rounding: .floor).rootFloor(
                degree: q)
        case .logarithmic(let a):
            twiceValue = Law.twiceLogarithmicValue(twoM: twoM, parameter: a, index: index, last: last)
        case .minifloat(let exponentBits, let mantissaBits):
            let value = { Law.minifloatValue(code: $0, exponentBits: exponentBits, mantissaBits: mantissaBits) }
            twiceValue = (twoM * value(index)).quotient(by: value(last), rounding: .floor)
        case .deadZone, .table:
            preconditionFailure("'\(self)' is no rising function")
        }
        guard let rounded = Int(exactly: (twiceValue + 1) >> 1) else {
            preconditionFailure("an entry passes the range")
        }
        return rounded
    }

    /// The largest x with `x <= 2M (2^(a i/n) - 1) / (2^a - 1)`, that is `x (2^a - 1) + 2M <= y`, where y is the
    /// largest with `y^n <= (2M)^n 2^(a i)`.
    private static func twiceLogarithmicValue(
        twoM: ExactInteger, parameter: Int, index: ExactInteger, last: ExactInteger
    ) -> ExactInteger {
        guard let degree = Int(exactly: last), let position = Int(exactly: index) else {
            preconditionFailure("a code passes 64 bits")
        }
        let y = (twoM.power(degree) << (parameter * position)).rootFloor(degree: degree)
        return (y - twoM).quotient(by: .powerOfTwo(parameter) - 1, rounding: .floor)
    }

    private static func minifloatValue(code: ExactInteger, exponentBits: Int, mantissaBits: Int) -> ExactInteger {
        let exponent = code >> mantissaBits
        let mantissa = code - exponent << mantissaBits
        guard exponent.signum > 0, let shift = Int(exactly: exponent - 1) else { return mantissa }
        return (.powerOfTwo(mantissaBits) + mantissa) << shift
    }
}
