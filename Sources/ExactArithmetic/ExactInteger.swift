internal import CGMP

/// An integer of any length, computed by GMP. A value: storage is shared between copies and never changed once
/// published.
///
///     ExactInteger -> Storage -> mpz_t (sign and limbs)
public struct ExactInteger: Sendable {
    let storage: Storage

    /// One `mpz_t`. It is written once, by the operation that makes it, and only read from then on: that makes it
    /// `Sendable`.
    final class Storage: @unchecked Sendable {
        let pointer: UnsafeMutablePointer<__mpz_struct>

        init() {
            pointer = .allocate(capacity: 1)
            intaglio_mpz_init(pointer)
        }

        deinit {
            intaglio_mpz_clear(pointer)
            pointer.deallocate()
        }
    }

    typealias Destination = UnsafeMutablePointer<__mpz_struct>
    typealias Source = UnsafePointer<__mpz_struct>

    // A pointer does not keep its storage alive: every use of one is inside `withExtendedLifetime` of its owner.

    /// A new integer from an operation that writes its destination, which no operand shares.
    init(writing operation: (Destination) -> Void) {
        let storage = Storage()
        withExtendedLifetime(storage) { operation(storage.pointer) }
        self.storage = storage
    }

    /// A new integer from one operand.
    init(_ operation: (Destination, Source) -> Void, _ operand: ExactInteger) {
        self.init(writing: { destination in operand.read { operation(destination, $0) } })
    }

    /// A new integer from two operands, which may be one and the same.
    init(_ operation: (Destination, Source, Source) -> Void, _ left: ExactInteger, _ right: ExactInteger) {
        self.init(writing: { destination in left.read { first in right.read { operation(destination, first, $0) } } })
    }

    /// Lends the limbs for the time of `body`.
    func read<Result>(_ body: (Source) -> Result) -> Result {
        withExtendedLifetime(storage) { body(Source(storage.pointer)) }
    }
}

// MARK: from and to other integers

extension ExactInteger: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int64) {
        self.init(writing: { intaglio_mpz_set_int64($0, value) })
    }

    /// Any integer of at most 128 bits.
    public init(_ value: some FixedWidthInteger) {
        if let short = Int64(exactly: value) {
            self.init(integerLiteral: short)
            return
        }
        let magnitude = UInt128(value.magnitude)
        let unsigned =
            Self(unsigned: UInt64(truncatingIfNeeded: magnitude >> 64)) << 64
            + Self(unsigned: UInt64(truncatingIfNeeded: magnitude))
        self = value < 0 ? -unsigned : unsigned
    }

    private init(unsigned value: UInt64) {
        self.init(writing: { intaglio_mpz_set_uint64($0, value) })
    }

    /// The decimal (or other radix, 2 ... 36) digits with an optional minus sign; nil for any other text.
    public init?(_ text: String, radix: Int = 10) {
        precondition((2...36).contains(radix), "radix \(radix) is outside 2...36")
        // GMP skips white space inside a number; here it is no number.
        guard text.utf8.allSatisfy({ $0 > UInt8(ascii: " ") }) else { return nil }
        var rejected: Int32 = 0
        self.init(writing: { rejected = intaglio_mpz_set_text($0, text, Int32(radix)) })
        if rejected != 0 { return nil }
    }
}

extension Int64 {
    /// Nil where the value does not fit.
    public init?(exactly value: ExactInteger) {
        guard value.read({ intaglio_mpz_fits_int64($0) }) != 0 else { return nil }
        self = value.read { intaglio_mpz_get_int64($0) }
    }
}

extension Int {
    /// Nil where the value does not fit.
    public init?(exactly value: ExactInteger) {
        guard let word = Int64(exactly: value) else { return nil }
        self = Int(word)
    }
}

extension Int128 {
    /// Nil where the value does not fit.
    public init?(exactly value: ExactInteger) {
        let magnitude = value.magnitude
        guard magnitude.bitLength <= 128 else { return nil }
        let low = magnitude.read { intaglio_mpz_low_uint64($0) }
        let high = (magnitude >> 64).read { intaglio_mpz_low_uint64($0) }
        let unsigned = UInt128(high) << 64 | UInt128(low)
        if value.signum < 0 {
            guard unsigned <= 1 << 127 else { return nil }
            self = Int128(truncatingIfNeeded: 0 &- unsigned)
        } else {
            guard let signed = Int128(exactly: unsigned) else { return nil }
            self = signed
        }
    }
}

extension ExactInteger: CustomStringConvertible {
    public var description: String { text(radix: 10) }

    /// The digits in `radix` (2 ... 36), with a minus sign below zero.
    public func text(radix: Int) -> String {
        precondition((2...36).contains(radix), "radix \(radix) is outside 2...36")
        guard let characters = read({ intaglio_mpz_get_text(Int32(radix), $0) }) else {
            preconditionFailure("out of memory")
        }
        defer { intaglio_free(characters) }
        return String(cString: characters)
    }
}

// MARK: order

extension ExactInteger: Comparable, Hashable {
    public static func == (left: ExactInteger, right: ExactInteger) -> Bool {
        compare(left, right) == 0
    }

    public static func < (left: ExactInteger, right: ExactInteger) -> Bool {
        compare(left, right) < 0
    }

    private static func compare(_ left: ExactInteger, _ right: ExactInteger) -> Int32 {
        left.read { first in right.read { intaglio_mpz_compare(first, $0) } }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(signum)
        hasher.combine(read { intaglio_mpz_low_uint64($0) })
        hasher.combine(bitLength)
    }

    /// -1, 0 or 1.
    public var signum: Int { Int(read { intaglio_mpz_sign($0) }) }

    public var isOdd: Bool { read { intaglio_mpz_is_odd($0) != 0 } }

    /// Bits of the magnitude: 0 for zero, 8 for 255 and for -255.
    public var bitLength: Int { signum == 0 ? 0 : Int(read { intaglio_mpz_magnitude_bits($0) }) }

    /// The smallest w >= 1 with `-2^(w-1) <= self < 2^(w-1)`.
    public var signedWidth: Int { 1 + (signum < 0 ? (-self - 1).bitLength : bitLength) }
}
