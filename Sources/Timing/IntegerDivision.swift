/// ceil(a / b) for a >= 0 and b > 0.
func ceilingDivision(_ a: Int, _ b: Int) -> Int { (a + b - 1) / b }

func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
}
