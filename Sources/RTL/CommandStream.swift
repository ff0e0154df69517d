import Commands

/// The three queues of a command stream, as the sequencer fetches them.
struct CommandStream {
    /// For each engine (load, compute, store): the indices of its commands in the stream.
    let indices: [[Int]]
    /// For each engine: all words.
    let words: [[UInt32]]

    init(_ commands: [Command], activationBits: Int) {
        var indices: [[Int]] = [[], [], []]
        var words: [[UInt32]] = [[], [], []]
        for (index, command) in commands.enumerated() {
            let engine = Engine.allCases.firstIndex(of: command.engine)!
            indices[engine].append(index)
            words[engine] += CommandWords.words(of: command, activationBits: activationBits)
        }
        self.indices = indices
        self.words = words
    }
}
