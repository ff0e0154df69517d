import FloatModel
import Kernels
import Random
import Testing

/// The products of matrices, at every level, against their definition in plain Swift: bit by bit.
@Suite struct MatrixProductTests {
    private func expected<Scalar: MatrixScalar>(
        _ left: [Scalar], _ right: [Scalar], rows: Int, columns: Int, inner: Int
    ) -> [Scalar] {
        var result: [Scalar] = []
        for m in 0..<rows {
            for n in 0..<columns {
                var sum: Scalar = 0
                for k in 0..<inner {
                    let product = left[m * inner + k] * right[n * inner + k]
                    sum += product
                }
                result.append(sum)
            }
        }
        return result
    }

    private func requireDefinition<Scalar: MatrixScalar>(
        rows: Int, columns: Int, inner: Int, _ left: [Scalar], _ right: [Scalar]
    ) {
        let expected = expected(left, right, rows: rows, columns: columns, inner: inner)
        for level in KernelLevel.available {
            // What the result held does not matter, and what follows it stays.
            var found = [Scalar](repeating: .nan, count: rows * columns) + [7]
            Scalar.multiply(
                left, byTransposed: right, into: &found, rows: rows, columns: columns, inner: inner, kernels: level)
            #expect(found.removeLast() == 7, "\(level), \(rows) x \(columns) x \(inner)")
            let difference = expected.indices.first { !isSame(found[$0], expected[$0]) }
            #expect(
                difference == nil,
                "\(Scalar.self), \(level), \(rows) x \(columns) x \(inner), element \(difference ?? 0)")
        }
    }

    private func isSame<Scalar: MatrixScalar>(_ a: Scalar, _ b: Scalar) -> Bool {
        a.isNaN ? b.isNaN : a == b && a.sign == b.sign
    }

    /// `(rows, columns, inner)` around the sizes of blocks, panels and caches.
    private static let sizes: [(Int, Int, Int)] = [
        (1, 1, 0), (3, 5, 0), (1, 1, 1), (5, 3, 1), (0, 4, 4), (4, 0, 4), (1, 33, 7), (12, 32, 256), (13, 31, 257),
        (47, 64, 19), (48, 65, 255), (49, 17, 512), (100, 257, 3),
        (7, 300, 513), (61, 256, 40), (25, 600, 75),
    ]

    private func matrix<Scalar: MatrixScalar>(_ count: Int, _ element: () -> Double) -> [Scalar] {
        (0..<count).map { _ in Scalar(element()) }
    }

    @Test(
        "Every element is the sum in the order of k, of products rounded by themselves, whatever the shape",
        arguments: 0..<sizes.count + 40)
    func shapes(_ number: Int) {
        var generator = SeededGenerator(seed: UInt64(number))
        let (rows, columns, inner) =
            number < Self.sizes.count
            ? Self.sizes[number]
            : (
                Int.random(in: 0...60, using: &generator), Int.random(in: 0...80, using: &generator),
                Int.random(in: 0...90, using: &generator)
            )
        func element() -> Double { .random(in: -2...2, using: &generator) }
        requireDefinition(
            rows: rows, columns: columns, inner: inner, matrix(rows * inner, element) as [Float],
            matrix(columns * inner, element))
        requireDefinition(
            rows: rows, columns: columns, inner: inner, matrix(rows * inner, element) as [Double],
            matrix(columns * inner, element))
    }

    @Test("Denormals, zeros of both signs, infinities and NaN pass as the definition says", arguments: 0..<12)
    func special(_ number: Int) {
        var generator = SeededGenerator(seed: UInt64(1_000 + number))
        let (rows, columns, inner) = (14, 35, number % 2 == 0 ? 3 : 260)
        /// Denormals and their products; numbers whose sums pass the range; infinities, which meet zeros.
        func elements<Scalar: MatrixScalar>(_ count: Int) -> [Scalar] {
            let values: [[Scalar]] = [
                [
                    .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude / 2, .leastNormalMagnitude,
                    1, 0.5, -0.0, 0,
                ],
                [.greatestFiniteMagnitude, -.greatestFiniteMagnitude, 1, -1, 0.5, 2],
                [.infinity, 1, -3, -0.0, 2, 0.25, -1, 1, 2, 3],
            ]
            return (0..<count).map { _ in values[number % 3].randomElement(using: &generator)! }
        }
        requireDefinition(
            rows: rows, columns: columns, inner: inner, elements(rows * inner) as [Float], elements(columns * inner))
        requireDefinition(
            rows: rows, columns: columns, inner: inner, elements(rows * inner) as [Double], elements(columns * inner))
    }

    @Test("A fused multiply-add would give another bit")
    func notFused() {
        // (1 + e)^2 = 1 + 2e + e^2 loses e^2 when it is rounded; less 1 + 2e, nothing remains.
        requireNothingLeft(Float.ulpOfOne)
        requireNothingLeft(Double.ulpOfOne)
    }

    private func requireNothingLeft<Scalar: MatrixScalar>(_ e: Scalar) {
        for level in KernelLevel.available {
            var found: [Scalar] = Array(repeating: 1, count: 14 * 35)
            let left: [Scalar] = (0..<14).flatMap { _ in [-1, 1 + e] }
            let right: [Scalar] = (0..<35).flatMap { _ in [1 + 2 * e, 1 + e] }
            Scalar.multiply(left, byTransposed: right, into: &found, rows: 14, columns: 35, inner: 2, kernels: level)
            #expect(found.allSatisfy { $0 == 0 }, "\(Scalar.self), \(level)")
        }
    }
}
