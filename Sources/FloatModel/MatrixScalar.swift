import CFloatKernels
public import Kernels

/// The two element types whose matrices are multiplied: `Float` for networks in real numbers, `Double` for integers
/// below 2^53, whose sums are then exact.
///
/// Every element of a product is a sum from 0 on in the order of k, each product and each sum rounded by itself: its
/// bits are the same on every processor.
public protocol MatrixScalar: BinaryFloatingPoint, Sendable {
    /// `result[m][n] = left[m][k] * right[n][k]` (right transposed), row-major and dense.
    static func multiply(
        _ left: UnsafePointer<Self>, byTransposed right: UnsafePointer<Self>, into result: UnsafeMutablePointer<Self>,
        rows m: Int, columns n: Int,
        inner k: Int, kernels: KernelLevel)
}

extension Float: MatrixScalar {
    public static func multiply(
        _ left: UnsafePointer<Float>, byTransposed right: UnsafePointer<Float>,
        into result: UnsafeMutablePointer<Float>, rows m: Int, columns n: Int,
        inner k: Int, kernels: KernelLevel
    ) {
        intaglio_float_product(kernels.rawValue, left, right, result, Int64(m), Int64(n), Int64(k))
    }
}

extension Double: MatrixScalar {
    public static func multiply(
        _ left: UnsafePointer<Double>, byTransposed right: UnsafePointer<Double>,
        into result: UnsafeMutablePointer<Double>, rows m: Int, columns n: Int,
        inner k: Int, kernels: KernelLevel
    ) {
        intaglio_double_product(kernels.rawValue, left, right, result, Int64(m), Int64(n), Int64(k))
    }
}
