import TFLite

/// A kernel's positions along one axis, by the rules of the format.
struct Window {
    let output: Int
    /// Rows or columns of padding that the kernel reads before the first and behind the last element.
    let before: Int
    let after: Int

    /// Nil where the kernel is larger than the unpadded input.
    ///
    /// Extents are at most 2^31.
    init?(_ padding: TFLitePadding, input: Int, kernel: Int, stride: Int, dilation: Int) {
        let span = (kernel - 1) * dilation + 1
        switch padding {
        case .same: output = (input + stride - 1) / stride
        case .valid: output = input < span ? 0 : (input - span) / stride + 1
        }
        guard output > 0 else { return nil }
        let total = max(0, (output - 1) * stride + span - input)
        before = padding == .same ? total / 2 : 0
        after = total - before
    }
}
