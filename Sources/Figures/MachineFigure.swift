public import MachineDescription
import Text

/// A machine's units with their capacities, in the order in which a byte meets them.
public struct MachineFigure: Sendable {
    public let svg: String

    public init(_ machine: MachineDescription) {
        let (array, external) = (machine.macArray, machine.memory)
        var canvas = SVGCanvas(width: 860, height: 400)
        canvas.text("\(machine.name), \(machine.clockMegahertz.fixed(0)) MHz", x: 20, y: 24, size: 14)
        func box(_ x: Double, _ y: Double, _ width: Double, _ fill: String, _ lines: [String]) {
            canvas.rectangle(x: x, y: y, width: width, height: 66, fill: fill, stroke: "#333")
            for (index, line) in lines.enumerated() {
                canvas.text(
                    line, x: x + width / 2, y: y + 20 + 16 * Double(index), anchor: .middle, size: index == 0 ? 13 : 11)
            }
        }
        func arrow(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) {
            canvas.line(x1: x1, y1: y1, x2: x2, y2: y2, stroke: "#333", width: 1.5)
            canvas.circle(x: x2, y: y2, radius: 3, fill: "#333")
        }
        let (memory, compute, outside) = ("#dbe9f6", "#fde3c8", "#eeeeee")
        arrow(430, 106, 430, 140)
        arrow(140, 172, 140, 220)
        arrow(430, 206, 430, 220)
        arrow(720, 172, 720, 220)
        canvas.line(x1: 140, y1: 172, x2: 720, y2: 172, stroke: "#333", width: 1.5)
        arrow(140, 286, 330, 310)
        arrow(430, 286, 430, 310)
        arrow(570, 343, 600, 343)
        arrow(720, 286, 720, 310)
        arrow(600, 320, 545, 286)
        box(
            300, 40, 260, outside,
            [
                "external memory",
                "\(external.peakBytesPerCycle) bytes a cycle, \(external.duplex.rawValue) duplex",
                "latency \(external.read.latencyCycles) cycles (read), \(external.write.latencyCycles) (write)",
            ])
        box(
            300, 140, 260, memory,
            [
                "DMA", "bursts of \(external.burstBytes) bytes",
                "\(external.read.outstanding) reads and \(external.write.outstanding) writes in flight",
            ])
        box(
            20, 220, 240, memory,
            [
                "weight buffer", Self.kibibytes(machine.weightBuffer),
                "\(machine.weightBuffer.bytesPerCycle.grouped) bytes a cycle",
            ])
        box(
            310, 220, 240, memory,
            [
                "activation buffer", Self.kibibytes(machine.activationBuffer),
                "\(machine.activationBuffer.banks) banks, \(machine.activationBuffer.bytesPerCycle) bytes a cycle",
            ])
        box(
            600, 220, 240, memory,
            ["parameter memory", "\(machine.parameterMemory.bytes / 1024) KiB, two halves", "codebook tables, biases"])
        box(
            290, 310, 280, compute,
            [
                "MAC array",
                "\(array.inputChannelLanes) x \(array.outputChannelLanes) x \(array.pixelLanes)"
                    + " = \(array.macs.grouped) MACs a cycle",
                "V \(array.activationBits), W \(array.weightBits), A \(array.accumulatorBits) bits",
            ])
        box(
            600, 310, 240, compute,
            [
                "post-processor, normalization",
                "\(machine.postProcessor.lanes) and \(machine.normalization.lanes) lanes",
                "codes back to the activation buffer",
            ])
        svg = canvas.svg
    }

    private static func kibibytes(_ buffer: BufferDescription) -> String {
        "\((buffer.bytes / 1024).grouped) KiB\(buffer.pingPong ? ", two halves" : "")"
    }
}
