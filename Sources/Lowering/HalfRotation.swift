/// The halves of one buffer: which tile each holds, and which command read it last.
///
/// A tile that is already in a half is not loaded again; otherwise it goes to the half after the one loaded last. So a
/// layer with at most as many tiles as halves loads each once.
struct HalfRotation {
    private(set) var next = 0
    private var tiles = [-1, -1]
    private var lastUses = [-1, -1]
    /// Loaded and not yet waited for.
    private var fresh = [false, false]

    /// The half that holds the tile.
    func half(of tile: Int) -> Int? {
        if tiles[0] == tile { return 0 }
        return tiles[1] == tile ? 1 : nil
    }

    /// Takes the next of `halves` halves for a tile. Returns it and the last command that read what was there (-1:
    /// nothing was).
    mutating func replace(with tile: Int, halves: Int) -> (half: Int, lastUse: Int) {
        let half = next % halves
        let lastUse = tiles[half] >= 0 ? lastUses[half] : -1
        tiles[half] = tile
        fresh[half] = true
        lastUses[half] = -1
        next = (half + 1) % halves
        return (half, lastUse)
    }

    /// Whether the half was loaded and nobody has read it; from now on somebody has.
    mutating func takeFresh(_ half: Int) -> Bool {
        defer { fresh[half] = false }
        return fresh[half]
    }

    mutating func use(_ half: Int, by command: Int) { lastUses[half] = command }

    /// Forgets the tiles at the end of a layer; returns the halves that were in use with the commands that read them
    /// last.
    mutating func release() -> [(half: Int, lastUse: Int)] {
        let used = (0..<2).filter { tiles[$0] >= 0 }.map { (half: $0, lastUse: lastUses[$0]) }
        tiles = [-1, -1]
        return used
    }
}
