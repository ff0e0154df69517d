package import Commands

/// A command stream and its external memory as the testbench reads them.
package struct StimulusFiles {
    /// The queues' names, in the order of the engines: load, compute, store.
    package static let queues = ["load", "compute", "store"]

    /// For each queue: the indices of its commands in the stream.
    package let indices: [[Int]]
    /// Name and contents: `memory.hex`, `load.hex`, `compute.hex`, `store.hex`.
    package let files: [(name: String, contents: [UInt8])]
    /// Bytes of external memory.
    package let memoryBytes: Int

    /// - Parameter activationBits: V.
    package init(_ commands: [Command], memory: [UInt8], activationBits: Int) {
        let stream = CommandStream(commands, activationBits: activationBits)
        indices = stream.indices
        memoryBytes = memory.count
        var files = [
            (name: "memory.hex", contents: StimulusFiles.text(memory, title: "external memory before the run"))
        ]
        for (queue, words) in zip(StimulusFiles.queues, stream.words) {
            let perCommand = queue == "compute" ? CommandWords.computeWords : CommandWords.transferWords
            files.append(
                (
                    name: "\(queue).hex",
                    contents: header(
                        "commands of the \(queue) engine, \(perCommand) words each", width: 32, depth: words.count)
                        + HexText.words(words)
                ))
        }
        self.files = files
    }

    /// Longest queue.
    package var longestQueue: Int { indices.map(\.count).max() ?? 0 }

    /// What the testbench is told on its command line.
    package var arguments: [String] {
        var arguments = ["+memory=memory.hex", "+last=\(memoryBytes - 1)"]
        for (queue, indices) in zip(StimulusFiles.queues, indices) {
            arguments += ["+\(queue)=\(queue).hex", "+\(queue)s=\(indices.count)"]
        }
        return arguments
    }

    /// Bytes of external memory as a `$readmemh` file.
    package static func text(_ bytes: [UInt8], title: String) -> [UInt8] {
        header(title, width: 8, depth: bytes.count) + HexText.bytes(bytes)
    }

    /// First and last cycle of each run of beats without a gap, and 0 for a load or 1 for a store, as a `$readmemh`
    /// file.
    package static func text(beats: [(run: ClosedRange<Int>, isStore: Bool)]) -> [UInt8] {
        var words: [UInt32] = []
        for (run, isStore) in beats {
            words += [UInt32(run.lowerBound), UInt32(run.upperBound), isStore ? 1 : 0]
        }
        return header("first and last cycle of each run of beats, 1 for a store", width: 32, depth: words.count)
            + HexText.words(words)
    }

    /// First and last cycle of each command, queue after queue, as a `$readmemh` file.
    package func text(timing: [(start: Int, end: Int)]) -> [UInt8] {
        let words = indices.flatMap { queue in queue.flatMap { [UInt32(timing[$0].start), UInt32(timing[$0].end)] } }
        return header("first and last cycle of each command: load, compute, store", width: 32, depth: words.count)
            + HexText.words(words)
    }
}

private func header(_ title: String, width: Int, depth: Int) -> [UInt8] {
    Array("// \(title)\n// width \(width) bits, depth \(depth), address 0 first\n".utf8)
}
