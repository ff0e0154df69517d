/// Where the six panels of the test picture lie.
struct ChartLayout {
    static let panelCount = 6

    /// The first row of the strip.
    let top: Int
    /// Side of a panel.
    let side: Int
    /// Space between the panels.
    let gap: Int
    /// Point size of the labels.
    let labelScale: Int
    /// The first column of the first panel.
    private let left: Int

    init(width: Int, height: Int) {
        gap = width / 64
        side = min((width - 7 * gap) / Self.panelCount, height / 4)
        labelScale = max(side / 90, 1)
        top = height - side - 2 * gap - PixelFont.height * labelScale - gap / 2
        left = (width - Self.panelCount * side - (Self.panelCount - 1) * gap) / 2
    }

    func left(ofPanel panel: Int) -> Int { left + panel * (side + gap) }
    var panelTop: Int { top + gap }
    var labelTop: Int { panelTop + side + gap / 2 }
}
