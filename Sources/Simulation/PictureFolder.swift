public import Diagnostics

/// The PNG pictures of a folder and its sub-folders, in the order of their names.
public struct PictureFolder: Sendable {
    /// At least one. That they end in `.png` is all that is known of them.
    public let pictures: [InputFolder.Item]
    /// Sub-folders that cannot be read.
    public let refused: [Diagnostic]
    /// Links to folders, which were not entered.
    public let skippedLinks: [String]

    /// - Parameter count: at most so many, evenly spaced.
    /// - Throws: `calibrationFolderEmpty`.
    public init(_ path: String, atMost count: Int? = nil) throws(Diagnostic) {
        let folder: InputFolder
        do throws(InputFolder.Unreadable) {
            folder = try InputFolder(path, ending: ".png", includingFolders: true)
        } catch { throw .emptyPictureFolder(path, found: error.found) }
        guard !folder.items.isEmpty else {
            throw folder.refused.first ?? .emptyPictureFolder(path, found: "no PNG file")
        }
        let all = folder.items
        pictures =
            count.map { count in count < all.count ? (0..<count).map { all[$0 * all.count / count] } : all } ?? all
        (refused, skippedLinks) = (folder.refused, folder.skippedLinks)
    }
}

extension Diagnostic {
    static func emptyPictureFolder(_ folder: String, found: String) -> Diagnostic {
        Diagnostic(
            .calibrationFolderEmpty, at: folder, found: found, expected: "a folder of PNG pictures",
            remedy: "name a folder of photographs")
    }

    /// The same trouble, at a place that names an item of a folder too.
    public func within(_ item: String) -> Diagnostic {
        place.contains(item)
            ? self : Diagnostic(code, at: "\(item): \(place)", found: found, expected: expected, remedy: remedy)
    }
}
