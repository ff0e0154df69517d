import COpenBLAS

/// The two element types that the BLAS multiplies: `Float` for networks in real numbers, `Double` for integers below 2^53, whose sums are then exact.
public protocol MatrixScalar: BinaryFloatingPoint, Sendable {
    /// `result[m][n] = left[m][k] * right[n][k]` (right transposed), row-major and dense.
    static func multiply(
        _ left: UnsafePointer<Self>, byTransposed right: UnsafePointer<Self>, into result: UnsafeMutablePointer<Self>, rows m: Int, columns n: Int,
        inner k: Int)
}

extension Float: MatrixScalar {
    public static func multiply(
        _ left: UnsafePointer<Float>, byTransposed right: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>, rows m: Int, columns n: Int,
        inner k: Int
    ) {
        MatrixLibrary.requireLoaded()
        intaglio_sgemm(left, right, result, Int64(m), Int64(n), Int64(k))
    }
}

extension Double: MatrixScalar {
    public static func multiply(
        _ left: UnsafePointer<Double>, byTransposed right: UnsafePointer<Double>, into result: UnsafeMutablePointer<Double>, rows m: Int, columns n: Int,
        inner k: Int
    ) {
        MatrixLibrary.requireLoaded()
        intaglio_dgemm(left, right, result, Int64(m), Int64(n), Int64(k))
    }
}
