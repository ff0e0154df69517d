/// The oracle of table normalization, step by step on integers of any length and exact rationals, as docs/arithmetic.md
/// defines it.
public struct ExactTableNormalization: Sendable {
    /// The forms, by what they do with the norm n.
    public enum Form: Int, CaseIterable, Sendable {
        /// v / sqrt n
        case gdn
        /// v sqrt n
        case igdn
        /// v / n
        case gdn1
        /// v n
        case igdn1
    }

    /// What a norm becomes before anything is multiplied.
    public struct Factor: Sendable {
        /// L = floor(log2 n).
        public let exponent: Int
        /// Segment and u; nil in the product-only form.
        public let place: (segment: Int, offset: Int)?
        /// The value of the line, or the leading bits of n.
        public let y: ExactInteger
        /// The number of places to the right that y's product moves for the norm alone: y 2^-shift is near f(n).
        public let shift: Int
    }

    public let form: Form
    public let indexBits: Int
    public let offsetBits: Int
    public let baseBits: Int
    public let slopeShift: Int
    public let bases: [Int]
    public let slopes: [Int]

    public init(
        _ form: Form, indexBits: Int, offsetBits: Int, baseBits: Int, slopeShift: Int, bases: [Int], slopes: [Int]
    ) {
        self.form = form
        self.indexBits = indexBits
        self.offsetBits = offsetBits
        self.baseBits = baseBits
        self.slopeShift = slopeShift
        self.bases = bases
        self.slopes = slopes
    }

    public func factor(norm n: ExactInteger) -> Factor {
        precondition(n >= 1, "norm \(n) < 1")
        let exponent = n.bitLength - 1
        // n / 2^L - 1, in [0, 1).
        let fraction = ExactRational(n) * .powerOfTwo(-exponent) - 1
        let fractionBits = baseBits - 1
        if form == .igdn1 {
            let y = ((fraction + 1) * .powerOfTwo(fractionBits)).rounded(.floor)
            return Factor(exponent: exponent, place: nil, y: y, shift: fractionBits - exponent)
        }
        let isRoot = form == .gdn || form == .igdn
        let octaveBits = isRoot ? indexBits - 1 : indexBits
        let segmentInOctave = (fraction * .powerOfTwo(octaveBits)).rounded(.floor)
        let rest = fraction * .powerOfTwo(octaveBits) - ExactRational(segmentInOctave)
        let offset = Int(exactly: (rest * .powerOfTwo(offsetBits)).rounded(.floor))!
        let segment = Int(exactly: segmentInOctave)! + (isRoot && exponent % 2 == 1 ? 1 << octaveBits : 0)
        let rise = ExactRational(ExactInteger(slopes[segment]) * ExactInteger(offset), .powerOfTwo(slopeShift)).rounded(
            .floor)
        let shift =
            switch form {
            case .gdn: fractionBits + exponent / 2
            case .igdn: fractionBits - exponent / 2
            default: fractionBits + exponent
            }
        return Factor(
            exponent: exponent, place: (segment, offset), y: ExactInteger(bases[segment]) + rise, shift: shift)
    }

    /// The exact product that is rounded last: |v| M y / 2^(S + shift).
    public func quotient(_ v: ExactInteger, norm n: ExactInteger, scale: ExactInteger, shift: Int) -> ExactRational {
        let factor = factor(norm: n)
        return ExactRational(v.magnitude * scale * factor.y) * .powerOfTwo(-(shift + factor.shift))
    }

    /// The sign of v times the quotient, ties up.
    public func normalized(_ v: ExactInteger, norm n: ExactInteger, scale: ExactInteger, shift: Int) -> ExactInteger {
        let magnitude = quotient(v, norm: n, scale: scale, shift: shift).rounded(.halfUp)
        return v.signum < 0 ? -magnitude : magnitude
    }
}
