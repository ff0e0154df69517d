import Graph
import ONNX
import Tensors

/// How an input of a file is stored.
struct InputLayout: Hashable {
    var stored: TensorShape
    /// Whether the file has the elements in the stored order `[H][W][C]`.
    var isChannelsLast: Bool
}

extension GraphBuilder {
    /// Of an input with four extents, a batch of 1; nil for another, or one too large: rows, columns and channels as
    /// its readers take them, behind what keeps the order of elements or puts the last axis, the channels, first.
    /// Readers that differ have `[1][C][H][W]`, and so has a reader of other rows and columns than the file's: what is
    /// given as the input has those of the file, and the reader refuses it.
    func layout(of input: String, _ extents: [Int]) -> InputLayout? {
        guard extents.count == 4, extents[0] == 1, extents.allSatisfy({ (1...GraphLimits.extent).contains($0) }),
            extents.reduce(1.0, { $0 * Double($1) }) <= Double(GraphLimits.product)
        else { return nil }
        let plain = InputLayout(
            stored: TensorShape(height: extents[2], width: extents[3], channels: extents[1]), isChannelsLast: false)
        var (seen, found): (Set<String>, Set<InputLayout>) = ([], [])
        findPictures(behind: input, extents, &seen, &found)
        let turned = TensorShape(height: extents[1], width: extents[2], channels: extents[3])
        guard found.count == 1, let layout = found.first, [plain.stored, turned].contains(layout.stored) else {
            return plain
        }
        // Behind a view only those whose elements lie in one order: of others the file's picture is none of rows.
        let value = ImportedValue(
            stored: layout.stored, extents: extents, isChannelsLast: layout.isChannelsLast)
        return value.isPicture || value.isTurnedPicture || value.hasOneOrder ? layout : plain
    }

    /// What does to each element the same wherever it stands.
    private static let keepingOrder: Set<String> = [
        "QuantizeLinear", "DequantizeLinear", "Identity", "Dropout", "Add", "Sub", "Mul", "Div", "Sum", "Relu",
        "LeakyRelu", "PRelu", "Clip", "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "Elu", "Softplus",
    ]

    private func findPictures(
        behind tensor: String, _ extents: [Int], _ seen: inout Set<String>, _ found: inout Set<InputLayout>
    ) {
        // A file may say that nodes read each other in a circle.
        guard seen.insert(tensor).inserted, seen.count <= 64 else { return }
        for node in model.nodes where node.inputs.contains(tensor) {
            let place = ONNXPlace(node: node, file: file)
            switch node.operatorType {
            case let name where Self.keepingOrder.contains(name):
                node.outputs.first.map { findPictures(behind: $0, extents, &seen, &found) }
            case "Transpose":
                guard let order = try? permutation(of: extents.count, at: place), let output = node.outputs.first
                else { continue }
                let moved = order.filter { extents[$0] != 1 }
                if order == [0, 3, 1, 2] {
                    found.insert(
                        InputLayout(
                            stored: TensorShape(height: extents[1], width: extents[2], channels: extents[3]),
                            isChannelsLast: true))
                } else if moved == moved.sorted() {
                    findPictures(behind: output, order.map { extents[$0] }, &seen, &found)
                }
            case "Reshape", "Flatten", "Squeeze", "Unsqueeze":
                guard let viewed = try? viewedExtents(of: extents, at: place), let output = node.outputs.first,
                    viewed.allSatisfy({ $0 >= 1 }),
                    viewed.reduce(1.0, { $0 * Double($1) }) == extents.reduce(1.0, { $0 * Double($1) })
                else { continue }
                findPictures(behind: output, viewed, &seen, &found)
            case "Shape": continue
            default:
                guard extents.count == 4, extents[0] == 1 else { continue }
                found.insert(
                    InputLayout(
                        stored: TensorShape(height: extents[2], width: extents[3], channels: extents[1]),
                        isChannelsLast: false))
            }
        }
    }
}
