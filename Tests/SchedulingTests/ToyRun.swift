import Commands
import Graph
import Lowering
import MachineDescription
import Networks
import Random
import Scheduling
import Tensors

/// Runs a program in the interpreter on random input and compares every tensor with the definition.
struct ToyRun {
    let program: Program
    let network: QuantizedNetwork
    let machine: MachineDescription
    private let model: ToyModel
    private let image: [UInt8]

    init(_ program: Program, network: QuantizedNetwork, machine: MachineDescription, seed: Int) throws {
        (self.program, self.network, self.machine) = (program, network, machine)
        var generator = SeededGenerator(seed: seed)
        var memory = [UInt8](repeating: 0, count: program.memoryMap.bytes)
        let parameters = try ExternalImage(program.layout, network: network).bytes
        memory.replaceSubrange(0..<parameters.count, with: parameters)
        var inputs: [String: ToyModel.Plane] = [:]
        for (input, region) in zip(network.graph.inputs, program.memoryMap.tensors) {
            let elements = (0..<region.height * region.width * region.channels).map { _ in
                generator.integer(0...(region.bytesPerElement == 1 ? 255 : 65535))
            }
            inputs[input.name] = ToyModel.Plane(
                shape: TensorShape(height: region.height, width: region.width, channels: region.channels),
                bytes: region.bytesPerElement, elements: elements)
            for (index, element) in elements.enumerated() {
                let address = region.byteAddress(index)
                memory[address] = UInt8(element & 0xFF)
                if region.bytesPerElement == 2 { memory[address + 1] = UInt8(element >> 8) }
            }
        }
        image = memory
        model = try ToyModel(network, inputs: inputs)
    }

    /// Everything that is wrong with the run, in words; empty when nothing is.
    func troubles(_ interleaving: CommandInterpreter.Interleaving = .listed) -> [String] {
        var interpreter = CommandInterpreter(external: image, machine: machine)
        interpreter.run(program.commands, interleaving)
        var troubles = Array(interpreter.faults.prefix(5))
        for (index, count) in interpreter.tokens.enumerated() {
            let expected = SemaphoreSet.initial.indices.contains(index) ? 1 : 0
            if count != (SemaphoreSet.layerStored.indices == [index] ? 1 : expected) {
                troubles.append("\(SemaphoreSet.name(index)) ends with \(count) tokens")
            }
        }
        var covered = [UInt8](repeating: 0, count: image.count)
        // What stays in a ring is seen in what is made of it.
        for (index, (layer, region)) in zip(
            network.graph.layers, program.memoryMap.tensors.dropFirst(network.graph.inputs.count)
        ).enumerated() where !program.layout.isInRing(index) {
            let plane = model.planes[layer.name]!
            var first: String?
            for index in plane.elements.indices {
                let address = region.byteAddress(index)
                var found = Int(interpreter.external[address])
                if region.bytesPerElement == 2 { found |= Int(interpreter.external[address + 1]) << 8 }
                for byte in address..<address + region.bytesPerElement { covered[byte] = 1 }
                if found != plane.elements[index], first == nil {
                    first = "\(layer.name): element \(index) is \(found), by definition \(plane.elements[index])"
                }
            }
            if let first { troubles.append(first) }
        }
        if covered != interpreter.externalWrites {
            troubles.append(
                """
                byte \(covered.indices.first { covered[$0] != interpreter.externalWrites[$0] }!) is not written \
                exactly once
                """
            )
        }
        return troubles
    }
}

extension TensorRegion {
    /// Address of element `index` in NHWC order.
    func byteAddress(_ index: Int) -> Int {
        address + index / (width * channels) * rowPitchBytes + index % (width * channels) * bytesPerElement
    }
}
