/// `floor(numerator / denominator)`, denominator positive: division truncates, so a negative remainder takes one off.
func floorOfQuotient(_ numerator: Int128, _ denominator: Int128) -> Int128 {
    precondition(denominator > 0, "denominator \(denominator) is not positive")
    let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
    return remainder < 0 ? quotient - 1 : quotient
}

/// RHU: `floor(numerator / denominator + 1/2)`, ties toward positive infinity.
func halfUpOfQuotient(_ numerator: Int128, _ denominator: Int128) -> Int128 {
    floorOfQuotient(2 * numerator + denominator, 2 * denominator)
}

/// The nearest integer, ties to even.
func halfEvenOfQuotient(_ numerator: Int128, _ denominator: Int128) -> Int128 {
    let below = floorOfQuotient(numerator, denominator)
    let twiceTheRest = 2 * (numerator - below * denominator)
    if twiceTheRest != denominator { return twiceTheRest < denominator ? below : below + 1 }
    return below % 2 == 0 ? below : below + 1
}

/// The nearest integer, ties away from zero: the magnitude is rounded half up and keeps its sign.
func halfAwayOfQuotient(_ numerator: Int128, _ denominator: Int128) -> Int128 {
    numerator < 0 ? -halfUpOfQuotient(-numerator, denominator) : halfUpOfQuotient(numerator, denominator)
}
