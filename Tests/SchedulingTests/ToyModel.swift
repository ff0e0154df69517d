import Commands
import Graph
import Networks
import Tensors

/// A layer by its definition over whole tensors, with toy arithmetic: no tiles, no commands.
struct ToyModel {
    struct Plane {
        var shape: TensorShape
        var bytes: Int
        var elements: [Int]

        func value(_ y: Int, _ x: Int, _ c: Int) -> Int {
            ToyArithmetic.value(element(y, x, c), bytes: bytes)
        }

        func element(_ y: Int, _ x: Int, _ c: Int) -> Int { elements[(y * shape.width + x) * shape.channels + c] }

        func has(_ y: Int, _ x: Int) -> Bool { (0..<shape.height).contains(y) && (0..<shape.width).contains(x) }

        /// Of one pixel for all.
        func paired(_ y: Int, _ x: Int, _ c: Int) -> Int {
            shape.height == 1 && shape.width == 1 ? value(0, 0, c) : value(y, x, c)
        }
    }

    let network: QuantizedNetwork
    private(set) var planes: [String: Plane] = [:]

    init(_ network: QuantizedNetwork, inputs: [String: Plane]) throws {
        self.network = network
        planes = inputs
        for layer in network.graph.layers {
            let operands = layer.inputs.map { planes[$0]! }
            let shape = try layer.outputShape(of: operands.map(\.shape))
            var result = Plane(shape: shape, bytes: network.formats[layer.name]!.bytesPerElement, elements: [])
            result.elements.reserveCapacity(shape.count)
            for y in 0..<shape.height {
                for x in 0..<shape.width {
                    for k in 0..<shape.channels {
                        result.elements.append(
                            ToyArithmetic.stored(element(layer, operands, y, x, k), bytes: result.bytes))
                    }
                }
            }
            planes[layer.name] = result
        }
    }

    private func codes(_ layer: Layer) -> [UInt8] {
        switch network.parameters[layer.name]! {
        case .accumulation(let parameters): parameters.weightCodes
        case .normalization(let parameters): parameters.gammaCodes
        default: []
        }
    }

    private func element(_ layer: Layer, _ operands: [Plane], _ y: Int, _ x: Int, _ k: Int) -> Int {
        let input = operands[0]
        switch layer.operator {
        case .convolution(let convolution):
            return ToyArithmetic.postProcessed(sum(convolution, input, codes(layer), y, x, k), channel: k)
        case .transposedConvolution(let transposed):
            return ToyArithmetic.postProcessed(sum(transposed, input, codes(layer), y, x, k), channel: k)
        case .fullyConnected:
            let codes = codes(layer)
            let count = input.shape.count
            let sum = (0..<count).reduce(0) {
                $0 &+ ToyArithmetic.value(input.elements[$1], bytes: 1)
                    &* ToyArithmetic.weight(Int(codes[k * count + $1]))
            }
            return ToyArithmetic.postProcessed(sum, channel: k)
        case .normalization(let form):
            let codes = codes(layer)
            let channels = input.shape.channels
            let kind: Accumulation.Operand = form.isSquareRootForm ? .square : .magnitude
            let sum = (0..<channels).reduce(0) {
                $0 &+ ToyArithmetic.operand(input.value(y, x, $1), kind)
                    &* ToyArithmetic.weight(Int(codes[k * channels + $1]))
            }
            return ToyArithmetic.normalized(sum, value: input.value(y, x, k))
        case .requantize: return ToyArithmetic.requantized(input.value(y, x, k), channel: k)
        case .add: return ToyArithmetic.added(input.value(y, x, k), operands[1].paired(y, x, k))
        case .multiply:
            return ToyArithmetic.multiplied(input.value(y, x, k), operands[1].paired(y, x, k), channel: k)
        case .twoStageAdd(let addition):
            return ToyArithmetic.twoStaged(
                input.value(y, x, k), operands[1].paired(y, x, k), leftShift: addition.leftShift,
                subtracts: addition.subtracts, channel: k)
        case .maxPooling(let pooling):
            var largest = Int.min
            for r in 0..<pooling.kernelHeight {
                for s in 0..<pooling.kernelWidth {
                    let (row, column) = (
                        y * pooling.strideY + r - pooling.padding.top, x * pooling.strideX + s - pooling.padding.left
                    )
                    guard input.has(row, column) else { continue }
                    largest = max(largest, input.value(row, column, k))
                }
            }
            return input.bytes == 1 ? largest - 1 : largest
        case .pad(let pad):
            let (row, column) = (y * pad.strideY - pad.padding.top, x * pad.strideX - pad.padding.left)
            return input.has(row, column) ? input.element(row, column, k) : pad.fill
        case .nearestResize(let factor): return input.element(y / factor, x / factor, k)
        case .concatenation:
            var channel = k
            for operand in operands {
                if channel < operand.shape.channels {
                    return operand.elements[(y * operand.shape.width + x) * operand.shape.channels + channel]
                }
                channel -= operand.shape.channels
            }
            preconditionFailure("channel \(k) is beyond the operands")
        case .pixelShuffle(let f):
            let c = k * f * f + y % f * f + x % f
            return input.elements[(y / f * input.shape.width + x / f) * input.shape.channels + c]
        case .quantizeLatent(let grid):
            let mean = operands.count == 2 ? operands[1].value(y, x, grid.firstMeanChannel + k) : 0
            return ToyArithmetic.quantized(input.value(y, x, k), mean: mean, fractionBits: grid.fractionBits)
        case .reconstructLatent(let grid):
            let mean = operands.count == 2 ? operands[1].value(y, x, grid.firstMeanChannel + k) : 0
            return ToyArithmetic.reconstructed(input.value(y, x, k), mean: mean, fractionBits: grid.fractionBits)
        }
    }

    private func sum(_ convolution: Convolution, _ input: Plane, _ codes: [UInt8], _ p: Int, _ q: Int, _ k: Int) -> Int
    {
        let channels = input.shape.channels / convolution.groups
        let group = k / (convolution.outputChannels / convolution.groups)
        var sum = 0
        for r in 0..<convolution.kernelHeight {
            let y = p * convolution.strideY + r * convolution.dilationY - convolution.padding.top
            for s in 0..<convolution.kernelWidth {
                let x = q * convolution.strideX + s * convolution.dilationX - convolution.padding.left
                guard (0..<input.shape.height).contains(y), (0..<input.shape.width).contains(x) else { continue }
                for c in 0..<channels {
                    let code = codes[((k * convolution.kernelHeight + r) * convolution.kernelWidth + s) * channels + c]
                    sum &+= input.value(y, x, group * channels + c) &* ToyArithmetic.weight(Int(code))
                }
            }
        }
        return sum
    }

    /// `out[o] = sum over i of x[i] w[o + padding - stride i]`.
    private func sum(
        _ transposed: TransposedConvolution, _ input: Plane, _ codes: [UInt8], _ p: Int, _ q: Int, _ k: Int
    ) -> Int {
        var sum = 0
        for y in 0..<input.shape.height {
            let r = p + transposed.padding.top - transposed.strideY * y
            guard (0..<transposed.kernelHeight).contains(r) else { continue }
            for x in 0..<input.shape.width {
                let s = q + transposed.padding.left - transposed.strideX * x
                guard (0..<transposed.kernelWidth).contains(s) else { continue }
                for c in 0..<input.shape.channels {
                    let code = codes[
                        ((k * transposed.kernelHeight + r) * transposed.kernelWidth + s) * input.shape.channels + c]
                    sum &+= input.value(y, x, c) &* ToyArithmetic.weight(Int(code))
                }
            }
        }
        return sum
    }
}
