/// Who may import whom: the modules of Package.swift from the vocabulary up. A row may name only rows above it, so that no cycle can exist.
enum ModuleTable {
    /// Modules that belong to the system or the toolchain: any module may import them.
    static let system: Set<String> = ["Foundation", "Glibc", "Dispatch", "Synchronization", "Swift"]
    /// C targets and system libraries; allowed where a row lists them.
    static let shims: Set<String> = ["CBundledNetworks", "CGMP", "CPNG", "CCrypto", "CDatapathKernels", "CFloatKernels", "CThreadTeam", "CEntropyYardstick", "CGoldenModel", "CMemoryGuard"]
    /// Products of other packages; allowed where a row lists them.
    static let products: Set<String> = ["Yams", "ArgumentParser"]
    /// Modules inside a product that are imported in its place, by their product: libyaml's own interface, whose events Yams does not show.
    static let insideProducts = ["CYaml": "Yams"]

    static let rows: [(module: String, mayImport: Set<String>)] = [
        // 0
        ("Text", []),
        ("Diagnostics", []),
        ("FixedPoint", []),
        ("Tensors", []),
        ("ExactArithmetic", ["FixedPoint", "CGMP"]),
        ("Threads", ["CThreadTeam"]),
        ("Kernels", ["CDatapathKernels"]),
        // 1
        ("Graph", ["Diagnostics"]),
        ("FileFormats", ["Diagnostics", "Yams"]),
        ("MachineDescription", ["Diagnostics", "FixedPoint", "FileFormats"]),
        ("Quantization", ["Diagnostics", "FixedPoint", "ExactArithmetic"]),
        ("Images", ["Diagnostics", "Tensors", "CPNG"]),
        ("EntropyCoding", ["Diagnostics", "FixedPoint"]),
        // 2
        ("Commands", ["Diagnostics", "FixedPoint", "Quantization"]),
        ("Networks", ["Diagnostics", "FileFormats", "Graph", "Quantization", "FixedPoint", "Tensors", "EntropyCoding", "CBundledNetworks"]),
        // 3
        ("Schedules", ["Diagnostics", "FileFormats", "Graph", "MachineDescription", "Commands"]),
        ("Timing", ["MachineDescription", "Commands"]),
        ("Machine", ["Diagnostics", "MachineDescription", "Commands", "FixedPoint", "Quantization", "EntropyCoding", "Threads", "Kernels", "CDatapathKernels"]),
        ("ReferenceModel", ["Diagnostics", "Graph", "Networks", "Quantization", "FixedPoint", "Tensors", "EntropyCoding"]),
        ("FloatModel", ["Diagnostics", "Graph", "Networks", "Tensors", "Kernels", "CFloatKernels"]),
        ("Importers", ["Diagnostics", "FileFormats", "Graph", "Networks", "Tensors", "Quantization", "FixedPoint"]),
        // 4
        ("Scheduling", [
            "Text", "Diagnostics", "FixedPoint", "Graph", "MachineDescription", "Quantization", "Commands", "Networks", "Tensors", "Schedules", "Timing",
        ]),
        ("Calibration", [
            "Diagnostics", "FixedPoint", "Tensors", "ExactArithmetic", "Graph", "MachineDescription", "Quantization", "Images", "EntropyCoding", "Networks",
            "FloatModel", "Kernels",
        ]),
        // 5
        ("Conformance", ["Graph", "MachineDescription", "Networks", "Quantization", "FixedPoint", "Tensors"]),
        ("Simulation", [
            "Text", "Diagnostics", "FixedPoint", "Tensors", "ExactArithmetic", "Graph", "MachineDescription", "Quantization", "Images", "Commands", "Networks",
            "Schedules", "Timing", "Machine", "ReferenceModel", "FloatModel", "Importers", "Scheduling", "Conformance", "Threads", "CCrypto",
        ]),
        // 6
        ("Reports", ["Text", "Diagnostics", "Tensors", "Graph", "MachineDescription", "Images", "Networks", "Timing", "Simulation"]),
        ("Codec", [
            "Diagnostics", "FileFormats", "FixedPoint", "Tensors", "Graph", "MachineDescription", "Quantization", "Images", "EntropyCoding", "Networks", "Timing", "Machine",
            "Calibration", "Simulation", "FloatModel", "CCrypto",
        ]),
        ("Traces", ["Diagnostics", "MachineDescription", "Graph", "Networks", "Commands", "Timing", "Scheduling", "Simulation"]),
        // 7
        ("RTL", [
            "Diagnostics", "FixedPoint", "Tensors", "Graph", "MachineDescription", "Quantization", "Images", "Commands", "Networks", "Schedules", "Timing",
            "Machine", "Scheduling", "Conformance", "Simulation",
        ]),
        ("TestVectors", [
            "Text", "Diagnostics", "FixedPoint", "Tensors", "ExactArithmetic", "Graph", "MachineDescription", "Quantization", "Images", "Commands", "Networks", "Schedules",
            "Timing", "Machine", "ReferenceModel", "Scheduling", "Conformance", "Simulation", "Reports", "Traces", "RTL",
        ]),
        ("GoldenModel", ["FixedPoint", "Machine", "Quantization", "CGoldenModel"]),
        // 8
        ("Benchmarks", ["FixedPoint", "MachineDescription", "EntropyCoding", "Commands", "Machine", "Threads", "Kernels", "CDatapathKernels", "CEntropyYardstick"]),
        ("Fuzz", [
            "Diagnostics", "FixedPoint", "Tensors", "Graph", "MachineDescription", "Quantization", "Images", "EntropyCoding", "Networks", "Schedules", "Importers",
            "Calibration", "Simulation", "Threads", "Reports", "Codec", "TestVectors", "ArgumentParser",
        ]),
        ("intaglio", [
            "Text", "Diagnostics", "FixedPoint", "Tensors", "ExactArithmetic", "Graph", "MachineDescription", "Quantization", "Images", "EntropyCoding", "Commands",
            "Networks", "Schedules", "Timing", "Machine", "ReferenceModel", "FloatModel", "Importers", "Scheduling", "Calibration", "Conformance",
            "Simulation", "Threads", "Kernels", "Reports", "Codec", "Traces", "RTL", "TestVectors", "CMemoryGuard", "ArgumentParser",
        ]),
    ]
}
