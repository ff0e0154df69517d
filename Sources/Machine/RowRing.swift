/// Rows of a tile in the activation buffer: one after the other, or in a ring, where they begin again at its first row.
struct RowRing {
    /// 0 without a ring.
    let rows: Int
    /// Where the tile's row 0 lies.
    let first: Int

    init(rows: Int, first: Int) {
        precondition(
            first >= 0 && (first < rows || first == 0 && rows == 0), "row \(first) of a ring of \(rows) rows")
        (self.rows, self.first) = (rows, first)
    }

    /// The buffer's row of a row of the tile. Without a ring there is nothing to subtract.
    func place(_ row: Int) -> Int {
        let place = first + row
        return place >= rows ? place - rows : place
    }

    /// The buffer's rows that hold some rows of the tile: the whole ring where they begin again.
    func places(_ tile: Range<Int>) -> Range<Int> {
        guard rows > 0 else { return tile }
        precondition(tile.lowerBound >= 0 && tile.upperBound <= rows, "rows \(tile) of a ring of \(rows) rows")
        guard first + tile.upperBound > rows else { return first + tile.lowerBound..<first + tile.upperBound }
        guard first + tile.lowerBound < rows else {
            return first + tile.lowerBound - rows..<first + tile.upperBound - rows
        }
        return 0..<rows
    }
}
