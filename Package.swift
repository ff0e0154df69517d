// swift-tools-version: 6.1
import PackageDescription

// This is the table of the modules: a folder under Sources is one, and it imports exactly what its row names, all of it
// above the row. Tests/ArchitectureTests hold that; docs/architecture.md says what each module is for.

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// Folders of files that tests read by their path.
let dataFolders = ["ONNXTests": ["Models"], "NetworksTests": ["CompressAI"]]

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, exclude: dataFolders[name] ?? [], swiftSettings: settings)
}

let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "intaglio",
    products: [
        .executable(name: "intaglio", targets: ["intaglio"]),
        .library(name: "intaglio_golden", type: .dynamic, targets: ["GoldenModel"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    ],
    targets: [
        // System libraries and C shims
        .target(name: "CGMP", linkerSettings: [.linkedLibrary("gmp")]),
        .target(name: "CPNG", linkerSettings: [.linkedLibrary("png")]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .target(name: "CDatapathKernels"),
        .target(name: "CFloatKernels", dependencies: ["CDatapathKernels"]),
        .target(name: "CBundledNetworks", exclude: ["networks"]),
        .target(name: "CEntropyYardstick"),
        .target(name: "CThreadTeam"),
        .target(name: "CMemoryGuard"),
        .target(name: "CGoldenModel", exclude: ["SystemVerilog"]),

        // Vocabulary
        module("Text"),
        module("FixedPoint"),
        module("Random"),
        module("Threads", ["CThreadTeam"]),
        module("Kernels", ["CDatapathKernels"]),
        module("Diagnostics", ["Text"]),
        module("Tensors"),
        module("ExactArithmetic", ["FixedPoint", "CGMP"]),
        module("FileFormats", ["Text", "Diagnostics", "CCrypto", yams]),
        module("Quantization", ["Diagnostics", "ExactArithmetic"]),
        module("EntropyCoding", ["Diagnostics"]),
        module("Images", ["FixedPoint", "Diagnostics", "Tensors", "CPNG"]),

        // What is computed, and on what
        module("Graph", ["Text", "FixedPoint", "Diagnostics", "Tensors"]),
        module("MachineDescription", ["Text", "FixedPoint", "Diagnostics", "FileFormats"]),
        module("Schedules", ["Diagnostics", "FileFormats"]),
        module("Commands", ["FixedPoint", "Quantization"]),
        module("Networks", ["Text", "FixedPoint", "Diagnostics", "Tensors", "Quantization", "EntropyCoding", "Graph"]),
        module("NetworkFiles", [
            "Text", "FixedPoint", "Diagnostics", "FileFormats", "Quantization", "EntropyCoding", "Graph", "Networks",
            "CBundledNetworks",
        ]),
        module("Geometry", [
            "Text", "FixedPoint", "Diagnostics", "Tensors", "Quantization", "Graph", "MachineDescription", "Schedules",
            "Commands", "Networks",
        ]),

        // Executors, each derived apart
        module("Timing", ["FixedPoint", "MachineDescription", "Commands"]),
        module("Machine", [
            "FixedPoint", "Threads", "Kernels", "Diagnostics", "Quantization", "MachineDescription", "Commands",
            "CDatapathKernels",
        ]),
        module("ReferenceModel", [
            "FixedPoint", "Diagnostics", "Tensors", "Quantization", "EntropyCoding", "Graph", "Networks",
        ]),
        module("FloatModel", [
            "Kernels", "Diagnostics", "Tensors", "EntropyCoding", "Graph", "Networks", "CFloatKernels",
        ]),
        module("HostOperators", ["FixedPoint", "Diagnostics", "Tensors", "EntropyCoding", "Networks"]),
        module("GoldenModel", ["FixedPoint", "Quantization", "Machine", "CGoldenModel"]),

        // From networks to commands
        module("EntropyUnits", ["FixedPoint", "EntropyCoding", "MachineDescription"]),
        module("TFLite", ["Text", "Diagnostics"]),
        module("TFLiteImport", [
            "Text", "FixedPoint", "Diagnostics", "Tensors", "Quantization", "Graph", "Networks", "NetworkFiles",
            "TFLite",
        ]),
        module("ONNX", ["Text", "Diagnostics", protobuf]),
        module("ModelWriters"),
        module("ONNXImport", [
            "Text", "FixedPoint", "Diagnostics", "Tensors", "Quantization", "Graph", "Networks", "NetworkFiles",
            "TFLiteImport", "ONNX",
        ]),
        module("Architectures", [
            "Text", "FixedPoint", "Diagnostics", "Quantization", "Graph", "MachineDescription", "Commands", "Networks",
            "Geometry",
        ]),
        module("Importers", [
            "Text", "FixedPoint", "Diagnostics", "Tensors", "FileFormats", "Quantization", "Graph", "Networks",
            "NetworkFiles", "Architectures",
        ]),
        module("Topologies", [
            "Text", "FixedPoint", "Diagnostics", "FileFormats", "Graph", "MachineDescription", "Geometry",
            "Architectures",
        ]),
        module("Conformance", [
            "FixedPoint", "Random", "Tensors", "Quantization", "Images", "Graph", "MachineDescription", "Schedules",
            "Networks",
        ]),
        module("Scheduling", [
            "Text", "FixedPoint", "Diagnostics", "Graph", "MachineDescription", "Schedules", "Commands", "Networks",
            "Geometry", "Timing",
        ]),
        module("Calibration", [
            "Text", "FixedPoint", "Kernels", "Diagnostics", "Tensors", "ExactArithmetic", "Quantization",
            "EntropyCoding", "Images", "Graph", "MachineDescription", "Networks", "NetworkFiles", "FloatModel",
        ]),
        module("Lowering", [
            "Text", "FixedPoint", "Diagnostics", "Tensors", "Graph", "MachineDescription", "Schedules", "Commands",
            "Networks", "Geometry", "Timing", "Scheduling",
        ]),
        module("WeightCoding", [
            "FixedPoint", "Diagnostics", "Graph", "MachineDescription", "Commands", "Networks", "Geometry", "Timing",
            "Lowering",
        ]),

        // Where they meet
        module("Simulation", [
            "Text", "FixedPoint", "Random", "Threads", "Diagnostics", "Tensors", "FileFormats", "Quantization",
            "Images", "Graph", "MachineDescription", "Schedules", "Commands", "Networks", "NetworkFiles", "Geometry",
            "Timing", "Machine", "ReferenceModel", "FloatModel", "HostOperators", "Importers", "Architectures",
            "Conformance", "Scheduling", "Lowering", "WeightCoding",
        ]),
        module("Explanations", [
            "FixedPoint", "Diagnostics", "Tensors", "ExactArithmetic", "Quantization", "Images", "Graph",
            "MachineDescription", "Schedules", "Networks", "Geometry", "ReferenceModel", "Simulation",
        ]),
        module("Traces", [
            "Diagnostics", "Graph", "MachineDescription", "Commands", "Networks", "Geometry", "Timing", "Lowering",
            "Simulation",
        ]),
        module("Reports", [
            "Text", "Diagnostics", "FileFormats", "MachineDescription", "Schedules", "Networks", "NetworkFiles",
            "Architectures", "Scheduling", "WeightCoding", "Simulation",
        ]),
        module("Figures", ["Text", "Diagnostics", "MachineDescription", "Simulation"]),
        module("Curves", ["Text", "Diagnostics", "FileFormats"]),
        module("Codec", [
            "Text", "Diagnostics", "Tensors", "FileFormats", "Quantization", "EntropyCoding", "Images", "Graph",
            "MachineDescription", "Networks", "NetworkFiles", "FloatModel", "EntropyUnits", "Simulation", "Curves",
        ]),
        module("Studies", [
            "Threads", "Diagnostics", "Tensors", "Quantization", "Images", "Graph", "MachineDescription", "Networks",
            "FloatModel", "Calibration", "WeightCoding", "Simulation", "Curves", "Codec",
        ]),
        module("RTL", [
            "Diagnostics", "Tensors", "FileFormats", "Graph", "MachineDescription", "Schedules", "Commands",
            "Networks", "Geometry", "Timing", "Conformance", "Lowering", "Simulation",
        ], resources: [.embedInCode("SystemVerilog")]),
        module("TestVectors", [
            "Text", "FixedPoint", "Random", "Diagnostics", "Tensors", "ExactArithmetic", "FileFormats", "Quantization",
            "Graph", "MachineDescription", "Schedules", "Commands", "Networks", "Geometry", "Timing",
            "Machine", "Conformance", "Lowering", "Simulation", "Traces", "RTL",
        ], resources: [.embedInCode("Templates")]),

        // Programs
        program("Benchmarks", [
            "FixedPoint", "Threads", "Kernels", "EntropyCoding", "MachineDescription", "Commands", "Machine",
            "EntropyUnits", "CDatapathKernels", "CEntropyYardstick",
        ]),
        program("Fuzz", [
            "Text", "FixedPoint", "Random", "Threads", "Diagnostics", "Tensors", "FileFormats", "Quantization",
            "EntropyCoding", "Images", "Graph", "MachineDescription", "Schedules", "Networks", "NetworkFiles",
            "Geometry", "TFLite", "TFLiteImport", "ONNX", "ModelWriters", "ONNXImport", "Importers", "Architectures",
            "Topologies", "Conformance", "Calibration", "Simulation", "Explanations", "Reports", "Curves", "Codec",
            "TestVectors", argumentParser,
        ]),
        program("intaglio", [
            "Text", "FixedPoint", "Threads", "Kernels", "Diagnostics", "Tensors", "FileFormats", "Quantization",
            "EntropyCoding", "Images", "Graph", "MachineDescription", "Schedules", "Networks", "NetworkFiles",
            "Geometry", "Machine", "HostOperators", "TFLite", "TFLiteImport", "ONNX", "ONNXImport", "Importers",
            "Architectures", "Topologies", "Conformance", "Scheduling", "Calibration", "WeightCoding", "Simulation",
            "Explanations", "Traces", "Reports", "Figures", "Curves", "Codec", "Studies", "RTL", "TestVectors",
            "CMemoryGuard", argumentParser,
        ]),

        // Tests
        .target(
            name: "TestSupport", dependencies: ["MachineDescription"], path: "Tests/TestSupport",
            swiftSettings: settings),
        .target(name: "CSlowThreadTeam", dependencies: ["CThreadTeam"], path: "Tests/CSlowThreadTeam"),
        tests("ArchitectureTests", ["TestSupport"]),
        tests("TextTests", ["Text"]),
        tests("TensorsTests", ["Tensors"]),
        tests("FileFormatsTests", ["Diagnostics", "FileFormats", "TestSupport"]),
        tests("FixedPointTests", ["FixedPoint", "Random", "ExactArithmetic"]),
        tests("ExactArithmeticTests", ["FixedPoint", "Random", "ExactArithmetic"]),
        tests("QuantizationTests", ["Diagnostics", "ExactArithmetic", "Quantization"]),
        tests("GraphTests", ["Diagnostics", "Tensors", "Graph"]),
        tests("ImagesTests", ["Text", "Diagnostics", "Tensors", "Images", "TestSupport"]),
        tests("TFLiteTests", [
            "FixedPoint", "Random", "Diagnostics", "Tensors", "Graph", "Networks", "NetworkFiles", "ReferenceModel",
            "HostOperators", "TFLite", "TFLiteImport", "ModelWriters", "TestSupport",
        ]),
        tests("ONNXTests", [
            "Random", "Diagnostics", "Tensors", "Graph", "Networks", "NetworkFiles", "ReferenceModel", "FloatModel",
            "HostOperators", "TFLiteImport", "ONNX", "ONNXImport", "TestSupport",
        ]),
        tests("NetworksTests", [
            "FixedPoint", "Random", "Kernels", "Diagnostics", "Tensors", "FileFormats", "Quantization", "EntropyCoding",
            "Graph", "Networks", "NetworkFiles", "FloatModel", "Architectures", "Importers", "TestSupport",
        ]),
        tests("ArchitecturesTests", [
            "Diagnostics", "Tensors", "Graph", "MachineDescription", "Commands", "Networks", "NetworkFiles", "Geometry",
            "Architectures", "Topologies", "Simulation", "TestSupport",
        ]),
        tests("MachineDescriptionTests", ["Diagnostics", "MachineDescription", "TestSupport"]),
        tests("TimingTests", ["Random", "MachineDescription", "Commands", "Timing", "Lowering", "TestSupport"]),
        tests("SchedulingTests", [
            "FixedPoint", "Random", "Diagnostics", "Tensors", "Quantization", "Graph", "MachineDescription",
            "Schedules", "Commands", "Networks", "Geometry", "Timing", "Scheduling", "Lowering", "WeightCoding",
        ]),
        tests("ThreadsTests", ["Threads", "CSlowThreadTeam"]),
        tests("MachineTests", [
            "FixedPoint", "Random", "Threads", "Kernels", "Quantization", "MachineDescription", "Commands", "Machine",
            "CDatapathKernels",
        ]),
        tests("ReferenceModelTests", [
            "FixedPoint", "Random", "Diagnostics", "Tensors", "Quantization", "Graph", "Networks", "NetworkFiles",
            "ReferenceModel", "Importers", "TestSupport",
        ]),
        tests("CalibrationTests", [
            "FixedPoint", "Random", "Kernels", "Diagnostics", "Tensors", "ExactArithmetic", "Quantization",
            "EntropyCoding", "Images", "Graph", "MachineDescription", "Networks", "NetworkFiles", "ONNX", "ONNXImport",
            "FloatModel", "Calibration", "Simulation", "Studies",
        ]),
        tests("ConformanceTests", [
            "FixedPoint", "Random", "Diagnostics", "Tensors", "ExactArithmetic", "Quantization", "Images", "Graph",
            "MachineDescription", "Schedules", "Commands", "Networks", "NetworkFiles", "Geometry", "ReferenceModel",
            "Timing", "Conformance", "Scheduling", "Lowering", "Simulation", "Explanations", "TestSupport",
        ]),
        tests("EntropyCodingTests", [
            "Random", "Diagnostics", "EntropyCoding", "Machine", "ReferenceModel", "EntropyUnits",
        ]),
        tests("CurvesTests", ["Diagnostics", "Curves", "TestSupport"]),
        tests("CodecTests", [
            "Random", "Diagnostics", "Tensors", "FileFormats", "EntropyCoding", "Images", "MachineDescription",
            "Networks", "NetworkFiles", "Importers", "Conformance", "Calibration", "Simulation", "Curves", "Codec",
            "TestSupport",
        ]),
        tests("RTLTests", [
            "FixedPoint", "Random", "Diagnostics", "Tensors", "Quantization", "Images", "Graph", "MachineDescription",
            "Schedules", "Commands", "Networks", "NetworkFiles", "Geometry", "Timing", "Machine", "ReferenceModel",
            "Conformance", "Scheduling", "Lowering", "Simulation", "RTL", "TestVectors", "TestSupport",
        ]),
        tests("TracesTests", [
            "Diagnostics", "Graph", "MachineDescription", "Schedules", "Commands", "Networks", "NetworkFiles", "Geometry",
            "Timing", "Scheduling", "Lowering", "Simulation", "Traces", "TestSupport",
        ]),
        tests("GoldenModelTests", [
            "FixedPoint", "Random", "ExactArithmetic", "GoldenModel", "CGoldenModel", "TestSupport",
        ]),
        tests("CommandLineTests", [
            "FixedPoint", "Diagnostics", "Tensors", "FileFormats", "Quantization", "Images", "Graph", "Networks",
            "NetworkFiles", "ModelWriters", "ONNX", "TestSupport",
        ]),
        tests("FuzzTests", ["Fuzz", "TestSupport"]),
    ]
)
