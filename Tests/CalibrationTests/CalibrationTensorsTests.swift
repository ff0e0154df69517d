import Diagnostics
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
            let tensors = try CalibrationTensors(folder, count: 9, channels: 2, layout: layout, memory: .standard)
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
                    _ = try CalibrationTensors(folder, count: 9, channels: 2, layout: .nhwc, memory: .standard)
                    return nil
                } catch { return error }
            }
            #expect(refusal()?.code == .calibrationFolderEmpty)
            try AtomicFile.write(NPY.bytes([1, 2, 3], shape: [1, 3]), to: "\(folder)/a.npy")
            #expect(refusal()?.code == .tensorFileUnfit && refusal()?.found == "shape (1, 3)")
        }
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
