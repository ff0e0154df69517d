import Diagnostics
import Graph
import Networks
import Quantization
import Simulation
import Tensors
import Testing

/// Tensors from files, as `quantize --calibration` takes them.
@Suite struct CalibrationTensorsTests {
    private func inFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
        let folder = try TemporaryFolder(named: "calibration")
        defer { folder.remove() }
        return try body(folder.path)
    }

    @Test("(N, C) are N vectors, (1, C) is one, as (C) and (1, 1, C) are", arguments: TensorDumpForm.Layout.allCases)
    func vectors(layout: TensorDumpForm.Layout) throws {
        try inFolder { folder in
            let values: [Float] = [1, -1, 0, 0.5, 0.25, -0.25]
            try AtomicFile.write(NPY.bytes(values, shape: [3, 2]), to: "\(folder)/a.npy")
            try AtomicFile.write(NPY.bytes([0.75, 0.125], shape: [1, 2]), to: "\(folder)/b.npy")
            try AtomicFile.write(NPY.bytes([-0.5, 0.0625], shape: [2]), to: "\(folder)/c.npy")
            let tensors = try CalibrationTensors(
                folder, count: 9, channels: 2, layout: layout, takesVectors: true, memory: .standard)
            #expect(
                tensors.codes.map(\.shape) == Array(repeating: TensorShape(height: 1, width: 1, channels: 2), count: 5))
            let codes = (values + [0.75, 0.125, -0.5, 0.0625]).map { tensors.scale.code(of: Double($0)) }
            #expect(tensors.codes.flatMap(\.elements) == codes)
            // The largest and the least are the ends of the codes.
            #expect(codes[0] == 255 && codes[1] == 0)
        }
    }

    @Test("Vectors of other channels, and of no file at all, are refused")
    func others() throws {
        try inFolder { folder in
            func refusal() -> Diagnostic? {
                do throws(Diagnostic) {
                    _ = try CalibrationTensors(
                        folder, count: 9, channels: 2, layout: .nhwc, takesVectors: true, memory: .standard)
                    return nil
                } catch { return error }
            }
            #expect(refusal()?.code == .calibrationFolderEmpty)
            try AtomicFile.write(NPY.bytes([1, 2, 3], shape: [1, 3]), to: "\(folder)/a.npy")
            #expect(refusal()?.code == .tensorFileUnfit && refusal()?.found == "shape (1, 3)")
        }
    }

    @Test("Where the network wants pictures, two dimensions are none: the shapes that are taken are said")
    func noVectors() throws {
        try inFolder { folder in
            func tensors(_ shape: [Int], _ layout: TensorDumpForm.Layout) throws(Diagnostic) -> CalibrationTensors {
                let values = (0..<shape.reduce(1, *)).map { Float($0) }
                try AtomicFile.write(NPY.bytes(values, shape: shape), to: "\(folder)/a.npy")
                return try CalibrationTensors(
                    folder, count: 9, channels: 3, layout: layout, takesVectors: false, memory: .standard)
            }
            for shape in [[16, 3], [3], [1, 3]] {
                let refusal = #expect(throws: Diagnostic.self) { try tensors(shape, .nhwc) }
                #expect(refusal?.code == .tensorFileUnfit && refusal?.found == "shape \(NPYArray.text(shape))")
                #expect(refusal?.expected == "(H, W, C) or (N, H, W, C) of 3 channels, the network's")
            }
            let planar = #expect(throws: Diagnostic.self) { try tensors([16, 3], .nchw) }
            #expect(planar?.expected == "(C, H, W) or (N, C, H, W) of 3 channels, the network's")
            let counts = [try tensors([2, 4, 5, 3], .nhwc).codes.count, try tensors([1, 1, 3], .nhwc).codes.count]
            #expect(counts == [2, 1])
        }
    }

    @Test("An input is a vector where no layer looks at several pixels")
    func takesVectors() {
        func network(_ operators: [Operator], weights: Int = 4) -> FloatNetwork {
            var layers: [Layer] = []
            var parameters: [String: FloatParameters] = [:]
            for (index, item) in operators.enumerated() {
                let name = "l\(index)"
                layers.append(Layer(name: name, operator: item, inputs: [layers.last?.name ?? "x"]))
                switch item {
                case .convolution, .fullyConnected:
                    parameters[name] = .accumulation(
                        weights: Array(repeating: 1, count: weights), bias: [0, 0])
                default: break
                }
            }
            return FloatNetwork(
                graph: Graph(
                    name: "n", inputs: [GraphInput(name: "x", channels: 2)], layers: layers,
                    outputs: [layers.last!.name]),
                parameters: parameters)
        }
        let pointwise = Operator.convolution(Convolution(outputChannels: 2, kernelHeight: 1, kernelWidth: 1))
        #expect(network([.fullyConnected(outputChannels: 2), .requantize]).takesVectors)
        #expect(network([pointwise, .requantize]).takesVectors)
        // Weights for a picture of 2 x 2.
        #expect(!network([.fullyConnected(outputChannels: 2)], weights: 16).takesVectors)
        let window = Operator.convolution(
            Convolution(outputChannels: 2, kernelHeight: 3, kernelWidth: 3, padding: Padding(all: 1)))
        #expect(!network([pointwise, window], weights: 36).takesVectors)
        #expect(!network([.maxPooling(Pooling(kernelHeight: 1, kernelWidth: 1)), pointwise]).takesVectors)
    }

    @Test("A folder holds pictures or tensors; neither and both are refused with what was found")
    func kinds() throws {
        try inFolder { folder in
            func refusal(_ path: String) -> Diagnostic? {
                do throws(Diagnostic) {
                    _ = try CalibrationTensors.isFolder(path)
                    return nil
                } catch { return error }
            }
            #expect(refusal(folder)?.code == .calibrationFolderEmpty)
            #expect(refusal(folder)?.found == "no .png file and no .npy file")
            #expect(refusal("\(folder)/none")?.found == "no such folder")
            try AtomicFile.write([1], to: "\(folder)/a.npy")
            #expect(try CalibrationTensors.isFolder(folder))
            try AtomicFile.write([1], to: "\(folder)/a.PNG")
            try AtomicFile.write([1], to: "\(folder)/b.npy")
            #expect(refusal(folder)?.code == .calibrationFolderEmpty)
            #expect(refusal(folder)?.found == ".png files (1) and .npy files (2)")
        }
    }
}
