import Foundation
import TestSupport
import Testing

/// What a clone has in place of a file that Git LFS keeps elsewhere is named as such by every reader, with the way out.
@Suite(.enabled(if: Tool.isBuilt, Tool.missing)) struct LFSPointerTests {
    private static let pointer =
        "version https://git-lfs.github.com/spec/v1\noid sha256:\(String(repeating: "0", count: 64))\nsize 12345\n"

    @Test(
        "Pictures, tensors, machines, schedules, curves, streams, layer cases and networks",
        arguments: [
            "run --network lapped8 --image x.png", "compare x.png x.png", "compare x.json x.json",
            "quantize weights --calibration p -o n", "verify --layers p", "decode x.icf -o y.png",
            "evaluate p", "evaluate . --against x.json",
            "plan --network lapped8 --machine ./x.yaml", "machines ./x.yaml",
            "plan --network lapped8 --schedule x.yaml", "run --network lapped8 --input image=x.npy",
            "plan --network x.safetensors", "inspect x.csv", "import x.onnx -o n", "import x.tflite -o n",
            "import x.pth --architecture mean-scale-hyperprior -o n",
        ])
    func pointers(_ line: String) throws {
        let folder = try ScratchFolder()
        for ending in ["png", "json", "yaml", "npy", "safetensors", "csv", "onnx", "tflite", "pth", "icf"] {
            try folder.write(Self.pointer, "x.\(ending)")
        }
        try FileManager.default.createDirectory(atPath: folder.path("p"), withIntermediateDirectories: false)
        for ending in ["png", "json"] { try folder.write(Self.pointer, "p/x.\(ending)") }
        let float = Checkout.root.appendingPathComponent("Tests/ONNXTests/Models/real.onnx").path
        let arguments = line.split(separator: " ").map { $0 == "weights" ? float : String($0) }
        let outcome = try Tool.run(arguments, in: folder)
        #expect(outcome.status == 2, "\(line): \(outcome.errors)")
        #expect(outcome.errors.contains(": a pointer of Git LFS in place of the file\n"), "\(line): \(outcome.errors)")
        #expect(outcome.errors.contains("\n  remedy: fetch the file itself: git lfs pull\n"), "\(outcome.errors)")
    }
}
