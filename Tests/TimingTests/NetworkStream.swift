import Commands
import MachineDescription

/// A stream as lowering makes them: layers of tiles through ping-pong halves.
struct NetworkStream {
    private(set) var commands: [Command] = []

    /// - Parameter tile: the passes, input and output of tile `index` of a layer.
    mutating func appendLayer(
        _ layer: Int, weights: Transfer, tiles: Int,
        tile: (Int) -> (input: Transfer, passes: [Accumulation], output: Transfer)
    ) {
        let weightHalf = layer % 2
        commands.append(
            Command(
                layer: layer, waits: .weightsFree(weightHalf), signals: .weightsFull(weightHalf),
                operation: .load(weights)))
        var loads: [Command] = []
        var rest: [Command] = []
        for index in 0..<tiles {
            let half = index % 2
            let work = tile(index)
            var waits: SemaphoreSet = .inputFree(half)
            if index == 0, layer > 0 { waits.insert(.layerStored) }
            loads.append(Command(layer: layer, waits: waits, signals: .inputFull(half), operation: .load(work.input)))
            for (number, pass) in work.passes.enumerated() {
                var (waits, signals): (SemaphoreSet, SemaphoreSet) = ([], [])
                if number == 0 { waits.formUnion([.inputFull(half), .outputFree(half)]) }
                if number == 0, index == 0 { waits.insert(.weightsFull(weightHalf)) }
                if number == work.passes.count - 1 { signals.formUnion([.inputFree(half), .outputFull(half)]) }
                if number == work.passes.count - 1, index == tiles - 1 { signals.insert(.weightsFree(weightHalf)) }
                rest.append(Command(layer: layer, waits: waits, signals: signals, operation: .accumulate(pass)))
            }
            var signals: SemaphoreSet = .outputFree(half)
            if index == tiles - 1 { signals.insert(.layerStored) }
            rest.append(
                Command(layer: layer, waits: .outputFull(half), signals: signals, operation: .store(work.output)))
        }
        commands += loads + rest
    }
}
