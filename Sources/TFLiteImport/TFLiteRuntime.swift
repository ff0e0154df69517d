/// Whose reference kernels an imported network equals bit for bit. They differ in few operators.
public enum TFLiteRuntime: String, CaseIterable, Sendable {
    /// LiteRT, formerly TensorFlow Lite.
    case litert
    /// TensorFlow Lite for Microcontrollers.
    case tflm
}
