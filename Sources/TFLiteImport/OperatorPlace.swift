import Diagnostics
import TFLite

/// An operator of the file and where it stands, for what is said of it.
struct OperatorPlace {
    /// In the order of the file.
    let index: Int
    let operation: TFLiteOperator
    let file: String

    /// `CONV_2D`
    var name: String { operation.code.name }
    /// `net.tflite, operator 12 CONV_2D`
    var text: String { "\(file), operator \(index) \(name)" }

    /// A file that contradicts itself here.
    func unfit(_ found: String, expected: String) -> Diagnostic {
        Diagnostic(
            .tfliteShapeUnfit, at: text, found: found, expected: expected, remedy: "convert the model again")
    }
}
