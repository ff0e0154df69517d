package import Graph

extension TransposedConvolution {
    /// Rows and columns.
    package func axes(
        input: (height: Int, width: Int), output: (height: Int, width: Int)
    ) -> (vertical: AxisGeometry, horizontal: AxisGeometry) {
        (
            AxisGeometry(
                kind: .transposed, input: input.height, output: output.height, kernel: kernelHeight, stride: strideY,
                padding: padding.top),
            AxisGeometry(
                kind: .transposed, input: input.width, output: output.width, kernel: kernelWidth, stride: strideX,
                padding: padding.left)
        )
    }
}
