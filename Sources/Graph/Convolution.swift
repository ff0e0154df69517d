/// Attributes of a convolution:
///
///     out[p][q][k] = bias[k] + sum over r, s, c of
///                    in[p strideY + r dilationY - top][q strideX + s dilationX - left][c] w[k][r][s][c]
///
/// Depthwise is `groups == input channels`. Output channels of group g are the g-th of `groups` equal runs, and
/// likewise the input channels.
public struct Convolution: Hashable, Sendable {
    public var outputChannels: Int
    public var kernelHeight: Int
    public var kernelWidth: Int
    public var strideY: Int
    public var strideX: Int
    public var padding: Padding
    public var dilationY: Int
    public var dilationX: Int
    public var groups: Int

    public init(
        outputChannels: Int, kernelHeight: Int, kernelWidth: Int, strideY: Int = 1, strideX: Int = 1,
        padding: Padding = .none, dilationY: Int = 1,
        dilationX: Int = 1, groups: Int = 1
    ) {
        self.outputChannels = outputChannels
        self.kernelHeight = kernelHeight
        self.kernelWidth = kernelWidth
        self.strideY = strideY
        self.strideX = strideX
        self.padding = padding
        self.dilationY = dilationY
        self.dilationX = dilationX
        self.groups = groups
    }
}
