import Networks
public import Text

extension ImportReport {
    /// For people: operators of one name and destination in one row.
    public func text(style: TextStyle) -> String {
        struct Group: Hashable {
            var name: String
            var destination: Destination
            var rounding: String
            var remark: String
        }
        var order: [Group] = []
        var counts: [Group: Int] = [:]
        for one in operators {
            let group = Group(
                name: one.name, destination: one.destination, rounding: one.rounding ?? "", remark: one.remark ?? "")
            if counts[group] == nil { order.append(group) }
            counts[group, default: 0] += 1
        }
        var table = FittedTable([
            .init("operator", isLeft: true), .init("number"), .init("where to", isLeft: true),
            .init("rounding", isLeft: true), .init("", isLeft: true, expendability: 1),
        ])
        for group in order {
            table.append([
                group.name, counts[group]!.grouped, group.destination.rawValue, group.rounding, group.remark,
            ])
        }
        var text = table.text(width: style.width)
        for (word, tensors) in [("input", inputs), ("output", outputs)] {
            for tensor in tensors {
                let shape = tensor.shape.map(String.init).joined(separator: "x")
                text += "\(word) \(tensor.name): \(shape) \(tensor.elementType)"
                if let scale = tensor.scale, let zeroPoint = tensor.zeroPoint {
                    text += ", scale \(scale), zero point \(zeroPoint)"
                }
                text += "\n"
            }
        }
        for work in host { text += "host \(work.sentence)\n" }
        text += "\(parameters.grouped) parameters, \(usefulMACs.grouped) useful MACs at \(width)x\(height)\n"
        for remark in remarks { text += "\(remark)\n" }
        return text
    }
}
