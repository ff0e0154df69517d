// swift-tools-version: 6.1
import PackageDescription

// A folder under Sources is a module. The table of who may import whom is in docs/architecture.md and is held by Tests/ArchitectureTests.

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
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

        // 0
        module("Text"),
        module("Diagnostics"),
        module("FixedPoint"),
        module("Tensors"),
        module("ExactArithmetic", ["FixedPoint", "CGMP"]),
        module("Threads", ["CThreadTeam"]),
        module("Kernels", ["CDatapathKernels"]),
        // 1
        module("Graph", ["Diagnostics"]),
        module("FileFormats", ["Diagnostics", yams]),
        module("MachineDescription", ["Diagnostics", "FixedPoint", "FileFormats"]),
        module("Quantization", ["Diagnostics", "FixedPoint", "ExactArithmetic"]),
        module("Images", ["Diagnostics", "Tensors", "CPNG"]),
        module("EntropyCoding", ["Diagnostics", "FixedPoint"]),
        // 2
        module("Commands", ["Diagnostics", "FixedPoint", "Quantization"]),
        module("Networks", ["Diagnostics", "FileFormats", "Graph", "Quantization", "FixedPoint", "Tensors", "EntropyCoding", "CBundledNetworks"]),
        // 3
        module("Schedules", ["Diagnostics", "FileFormats", "Graph", "MachineDescription", "Commands"]),
        module("Timing", ["MachineDescription", "Commands"]),
        module("Machine", ["Diagnostics", "MachineDescription", "Commands", "FixedPoint", "Quantization", "EntropyCoding", "Threads", "Kernels", "CDatapathKernels"]),
        module("ReferenceModel", ["Diagnostics", "Graph", "Networks", "Quantization", "FixedPoint", "Tensors", "EntropyCoding"]),
        module("FloatModel", ["Diagnostics", "Graph", "Networks", "Tensors", "Kernels", "CFloatKernels"]),
        module("Importers", ["Diagnostics", "FileFormats", "Graph", "Networks", "Tensors", "Quantization", "FixedPoint"]),
        // 4
        module("Scheduling", [
            "Text", "Diagnostics", "FixedPoint", "Graph", "MachineDescription", "Quantization", "Commands", "Networks", "Tensors", "Schedules", "Timing",
        ]),
        module("Calibration", [
            "Diagnostics", "FixedPoint", "Tensors", "ExactArithmetic", "Graph", "MachineDescription", "Quantization", "Images", "EntropyCoding", "Networks",
            "FloatModel", "Kernels",
        ]),
        // 5
        module("Conformance", ["Graph", "MachineDescription", "Networks", "Quantization", "FixedPoint", "Tensors"]),
        module("Simulation", [
            "Text", "Diagnostics", "FixedPoint", "Tensors", "ExactArithmetic", "Graph", "MachineDescription", "Quantization", "Commands", "Networks", "Schedules",
            "Timing", "Machine", "ReferenceModel", "FloatModel", "Importers", "Scheduling", "Conformance", "Images", "Threads", "CCrypto",
        ]),
        // 6
        module("Reports", [
            "Text", "Diagnostics", "Tensors", "Graph", "MachineDescription", "Networks", "Timing", "Simulation", "Images",
        ]),
        module("Codec", [
            "Diagnostics", "FileFormats", "FixedPoint", "Tensors", "Graph", "MachineDescription", "Quantization", "Images", "EntropyCoding", "Networks", "Timing", "Machine",
            "Calibration", "Simulation", "FloatModel", "CCrypto",
        ]),
        module("Traces", ["Diagnostics", "MachineDescription", "Graph", "Networks", "Commands", "Timing", "Scheduling", "Simulation"]),
        // 7
        module("RTL", [
            "Diagnostics", "FixedPoint", "Tensors", "Graph", "MachineDescription", "Quantization", "Images", "Commands", "Networks", "Schedules", "Timing",
            "Machine", "Scheduling", "Conformance", "Simulation",
        ], resources: [.embedInCode("SystemVerilog")]),
        module("TestVectors", [
            "Text", "Diagnostics", "FixedPoint", "Tensors", "ExactArithmetic", "Graph", "MachineDescription", "Quantization", "Images", "Commands", "Networks", "Schedules",
            "Timing", "Machine", "ReferenceModel", "Scheduling", "Conformance", "Simulation", "Reports", "Traces", "RTL",
        ], resources: [.embedInCode("Templates")]),
        module("GoldenModel", ["FixedPoint", "Machine", "Quantization", "CGoldenModel"]),
        // 8
        .executableTarget(
            name: "Benchmarks",
            dependencies: ["FixedPoint", "MachineDescription", "EntropyCoding", "Commands", "Machine", "Threads", "Kernels", "CDatapathKernels", "CEntropyYardstick"], swiftSettings: settings),
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "Diagnostics", "FixedPoint", "Tensors", "Graph", "MachineDescription", "Quantization", "Images", "EntropyCoding", "Networks", "Schedules", "Importers",
                "Calibration", "Simulation", "Threads", "Reports", "Codec", "TestVectors", argumentParser,
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "intaglio",
            dependencies: [
                "Text", "Diagnostics", "FixedPoint", "Tensors", "ExactArithmetic", "Graph", "MachineDescription", "Quantization", "Images", "EntropyCoding", "Commands",
                "Networks", "Schedules", "Timing", "Machine", "ReferenceModel", "FloatModel", "Importers", "Scheduling", "Calibration", "Conformance",
                "Simulation", "Threads", "Kernels", "Reports", "Codec", "Traces", "RTL", "TestVectors", "CMemoryGuard", argumentParser,
            ],
            swiftSettings: settings),

        tests("ArchitectureTests", []),
        tests("FileFormatsTests", ["FileFormats", "Diagnostics"]),
        tests("FixedPointTests", ["FixedPoint", "ExactArithmetic"]),
        tests("ExactArithmeticTests", ["ExactArithmetic", "FixedPoint"]),
        tests("QuantizationTests", ["Quantization", "FixedPoint", "ExactArithmetic", "Diagnostics"]),
        tests("GraphTests", ["Graph", "Diagnostics"]),
        tests("ImagesTests", ["Images", "Tensors", "Diagnostics"]),
        tests("NetworksTests", ["Networks", "Graph", "Quantization", "FixedPoint", "Tensors", "EntropyCoding", "Diagnostics", "Importers", "FloatModel", "Kernels"]),
        tests("MachineDescriptionTests", ["MachineDescription", "FixedPoint", "Diagnostics"]),
        tests("TimingTests", ["Timing", "MachineDescription", "Commands"]),
        tests("SchedulingTests", [
            "Scheduling", "Schedules", "Timing", "Commands", "MachineDescription", "Networks", "Graph", "Quantization", "FixedPoint", "Diagnostics",
        ]),
        .target(name: "CSlowThreadTeam", dependencies: ["CThreadTeam"], path: "Tests/CSlowThreadTeam"),
        tests("ThreadsTests", ["Threads", "CSlowThreadTeam"]),
        tests("MachineTests", ["Machine", "Threads", "Kernels", "Commands", "MachineDescription", "Quantization", "FixedPoint", "CDatapathKernels", "Diagnostics"]),
        tests("ReferenceModelTests", ["ReferenceModel", "Networks", "Graph", "Quantization", "FixedPoint", "Tensors", "Importers", "ExactArithmetic", "Diagnostics"]),
        tests("CalibrationTests", [
            "Calibration", "Networks", "Graph", "Quantization", "FixedPoint", "ExactArithmetic", "Tensors", "Images", "FloatModel", "Importers",
            "MachineDescription", "Diagnostics", "EntropyCoding", "Kernels",
        ]),
        tests("ConformanceTests", [
            "Conformance", "Simulation", "Scheduling", "Schedules", "Timing", "Machine", "ReferenceModel", "Commands", "MachineDescription", "Networks", "Graph",
            "Quantization", "FixedPoint", "ExactArithmetic", "Tensors", "Diagnostics", "Importers", "Images",
        ]),
        tests("EntropyCodingTests", ["EntropyCoding", "Machine", "ReferenceModel", "Diagnostics"]),
        tests("CodecTests", [
            "Codec", "EntropyCoding", "Simulation", "Networks", "Graph", "Quantization", "FixedPoint", "Images", "MachineDescription", "Importers", "Calibration",
            "Tensors", "Diagnostics",
        ]),
        tests("RTLTests", [
            "RTL", "TestVectors", "Conformance", "Simulation", "Scheduling", "Commands", "MachineDescription", "ReferenceModel", "Networks", "Graph", "Quantization", "FixedPoint", "Tensors", "Images", "Diagnostics",
        ]),
        tests("TracesTests", [
            "Traces", "Simulation", "Scheduling", "Timing", "Commands", "MachineDescription", "Networks", "Graph", "Diagnostics",
        ]),
        tests("GoldenModelTests", ["GoldenModel", "CGoldenModel", "FixedPoint", "ExactArithmetic"]),
        tests("CommandLineTests", ["Text", "Diagnostics", "FixedPoint", "Images", "Networks", "Graph", "Quantization", "Reports"]),
        tests("FuzzTests", ["Fuzz"]),
    ]
)
