public import Graph
public import Tensors

/// Operators that move elements or combine two tensors element by element, for any element type.
public enum Rearrangement {
    /// Channels one after the other.
    public static func concatenate<Element>(_ inputs: [Tensor<Element>]) -> Tensor<Element> {
        let (height, width) = (inputs[0].shape.height, inputs[0].shape.width)
        var elements: [Element] = []
        elements.reserveCapacity(inputs.reduce(0) { $0 + $1.elements.count })
        for pixel in 0..<height * width {
            for input in inputs {
                elements += input.elements[pixel * input.shape.channels..<(pixel + 1) * input.shape.channels]
            }
        }
        return Tensor(
            shape: TensorShape(height: height, width: width, channels: inputs.reduce(0) { $0 + $1.shape.channels }),
            elements: elements)
    }

    /// `in[y][x][c r^2 + r dy + dx] -> out[r y + dy][r x + dx][c]`.
    public static func shuffle<Element>(_ input: Tensor<Element>, factor: Int) -> Tensor<Element> {
        let shape = TensorShape(
            height: input.shape.height * factor, width: input.shape.width * factor,
            channels: input.shape.channels / (factor * factor))
        var elements: [Element] = []
        elements.reserveCapacity(shape.count)
        for y in 0..<shape.height {
            for x in 0..<shape.width {
                for c in 0..<shape.channels {
                    elements.append(input[y / factor, x / factor, (c * factor + y % factor) * factor + x % factor])
                }
            }
        }
        return Tensor(shape: shape, elements: elements)
    }

    /// `in[y][x][c] -> out[factor y + dy][factor x + dx][c]`.
    public static func replicate<Element>(_ input: Tensor<Element>, factor: Int) -> Tensor<Element> {
        let shape = TensorShape(
            height: input.shape.height * factor, width: input.shape.width * factor, channels: input.shape.channels)
        return filled(shape) { y, x, c in input[y / factor, x / factor, c] }
    }

    /// The largest element of each window; padding takes no part.
    public static func largest<Element: Comparable>(
        _ input: Tensor<Element>, _ pooling: Pooling, of shape: TensorShape
    ) -> Tensor<Element> {
        filled(shape) { y, x, c in
            let (top, left) = (y * pooling.strideY - pooling.padding.top, x * pooling.strideX - pooling.padding.left)
            let rows = max(top, 0)..<min(top + pooling.kernelHeight, input.shape.height)
            let columns = max(left, 0)..<min(left + pooling.kernelWidth, input.shape.width)
            return rows.map { row in columns.map { input[row, $0, c] }.max()! }.max()!
        }
    }

    /// - Parameter outside: of a channel, what lies outside of the input.
    public static func padded<Element: Numeric>(
        _ input: Tensor<Element>, _ pad: Pad, of shape: TensorShape, outside: (Int) -> Element = { _ in 0 }
    ) -> Tensor<Element> {
        filled(shape) { y, x, c in
            let (row, column) = (y * pad.strideY - pad.padding.top, x * pad.strideX - pad.padding.left)
            let isInside = (0..<input.shape.height).contains(row) && (0..<input.shape.width).contains(column)
            return isInside ? input[row, column, c] : outside(c)
        }
    }

    private static func filled<Element>(
        _ shape: TensorShape, _ element: (Int, Int, Int) -> Element
    ) -> Tensor<Element> {
        var elements: [Element] = []
        elements.reserveCapacity(shape.count)
        for y in 0..<shape.height {
            for x in 0..<shape.width {
                for c in 0..<shape.channels { elements.append(element(y, x, c)) }
            }
        }
        return Tensor(shape: shape, elements: elements)
    }

    /// `operation(a, b)` of the elements at each place; the only pixel of a second tensor of one pixel meets every
    /// pixel.
    public static func paired<Element>(
        _ first: Tensor<Element>, _ second: Tensor<Element>, operation: (Element, Element) -> Element
    ) -> Tensor<Element> {
        let count = second.elements.count
        var output = first
        // One pixel: its channels again and again.
        for index in output.elements.indices {
            output.elements[index] = operation(first.elements[index], second.elements[index % count])
        }
        return output
    }

    /// `operation(element, mean)`, with the means from `firstMeanChannel` of the second tensor, or 0 without one.
    public static func combine<Element: Numeric>(
        _ input: Tensor<Element>, _ means: Tensor<Element>?, firstMeanChannel: Int,
        operation: (Element, Element) -> Element
    ) -> Tensor<Element> {
        guard let means else { return Tensor(shape: input.shape, elements: input.elements.map { operation($0, 0) }) }
        var output = input
        let (channels, meanChannels) = (input.shape.channels, means.shape.channels)
        for pixel in 0..<input.shape.height * input.shape.width {
            for channel in 0..<channels {
                let index = pixel * channels + channel
                output.elements[index] = operation(
                    input.elements[index], means.elements[pixel * meanChannels + firstMeanChannel + channel])
            }
        }
        return output
    }
}
