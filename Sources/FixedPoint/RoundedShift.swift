// Right shifts of a signed integer with one named rounding each: the quotient by 2^bits, for Int64 and Int128.
// `bits` is 0 ..< width - 1, and value +- 2^(bits-1) must fit the type; each caller shows why it does.

/// `floor(value / 2^bits)`.
@inlinable @inline(__always)
func shiftFloor<Word: FixedWidthInteger & SignedInteger>(_ value: Word, _ bits: Int) -> Word {
    value &>> Word(truncatingIfNeeded: bits)
}

/// Toward zero.
@inlinable @inline(__always)
func shiftTowardZero<Word: FixedWidthInteger & SignedInteger>(_ value: Word, _ bits: Int) -> Word {
    value < 0 ? 0 &- shiftFloor(0 &- value, bits) : shiftFloor(value, bits)
}

/// To nearest, ties toward positive infinity.
@inlinable @inline(__always)
package func shiftHalfUp<Word: FixedWidthInteger & SignedInteger>(_ value: Word, _ bits: Int) -> Word {
    let half: Word = bits == 0 ? 0 : 1 &<< Word(truncatingIfNeeded: bits &- 1)
    return shiftFloor(value &+ half, bits)
}

/// To nearest, ties away from zero.
@inlinable @inline(__always)
package func shiftHalfAway<Word: FixedWidthInteger & SignedInteger>(_ value: Word, _ bits: Int) -> Word {
    value < 0 ? 0 &- shiftHalfUp(0 &- value, bits) : shiftHalfUp(value, bits)
}

/// To nearest, ties to even.
@inlinable @inline(__always)
func shiftHalfEven<Word: FixedWidthInteger & SignedInteger>(_ value: Word, _ bits: Int) -> Word {
    if bits == 0 { return value }
    let floor = shiftFloor(value, bits)
    let remainder = value &- (floor &<< Word(truncatingIfNeeded: bits))
    let half: Word = 1 &<< Word(truncatingIfNeeded: bits &- 1)
    let goesUp = remainder > half || (remainder == half && floor & 1 == 1)
    return goesUp ? floor &+ 1 : floor
}

/// Rounds to 24 significant bits, ties to even: what storing the integer as a float32 does.
@inlinable @inline(__always)
func roundTo24Bits<Word: FixedWidthInteger & SignedInteger>(_ value: Word) -> Word {
    let magnitude = value < 0 ? 0 &- value : value
    let dropped = Word.bitWidth &- magnitude.leadingZeroBitCount &- 24
    if dropped <= 0 { return value }
    return shiftHalfEven(value, dropped) &<< Word(truncatingIfNeeded: dropped)
}
