import ArgumentParser

/// What is tried: a kind of file, read as the commands read it.
enum Reader: String, CaseIterable, ExpressibleByArgument {
    case network, floatNetwork, layerCase, machine, schedule, picture, stream, curve
    case imported = "import"
    case trellis, topology, onnx, model
    case stateDict = "statedict"

    /// How the files' names end.
    var fileExtension: String {
        switch self {
        case .network, .floatNetwork, .imported, .stateDict: "safetensors"
        case .layerCase, .curve: "json"
        case .machine, .schedule: "yaml"
        case .picture: "png"
        case .stream: "bits"
        case .trellis: "txt"
        case .topology: "csv"
        case .onnx: "onnx"
        case .model: "tflite"
        }
    }
}
