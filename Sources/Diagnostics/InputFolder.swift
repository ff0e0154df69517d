import Glibc

/// The files of a folder whose names end alike, whatever they turn out to be when they are opened; sub-folders too
/// where they are asked for.
///
/// Links to files are followed; links to folders are not entered, so that no loop is.
public struct InputFolder: Sendable {
    /// Sorted by name.
    public private(set) var items: [Item] = []
    /// Sub-folders that cannot be read.
    public private(set) var refused: [Diagnostic] = []
    /// Links to folders, which were not entered.
    public private(set) var skippedLinks: [String] = []
    private let path: String
    private let ending: String
    private let includesFolders: Bool

    public struct Item: Hashable, Sendable {
        /// Relative to the folder, with `/` between its parts: `inner/a.png`.
        public let name: String
        public let path: String
    }

    /// Why the folder itself cannot be read.
    public struct Unreadable: Error {
        /// For `found` of a diagnostic.
        public let found: String
    }

    /// - Parameters:
    ///   - ending: with its dot, in lower case; upper case is taken for the same.
    ///   - includingFolders: whether sub-folders are entered; one whose name has the ending is taken for an item, to be
    ///     refused when it is opened.
    public init(_ path: String, ending: String, includingFolders: Bool) throws(Unreadable) {
        self.path = path
        self.ending = ending
        includesFolders = includingFolders
        guard let names = Self.names(in: path) else {
            let errorNumber = errno
            throw Unreadable(
                found: errorNumber == ENOTDIR
                    ? "is a file, not a folder"
                    : errorNumber == ENOENT
                        ? "no such folder" : "cannot be read: \(String(cString: strerror(errorNumber)))")
        }
        add(names, below: "")
        items.sort { $0.name < $1.name }
    }

    private mutating func add(_ names: [String], below parent: String) {
        for name in names {
            let item = Item(name: parent + name, path: path + (path.hasSuffix("/") ? "" : "/") + parent + name)
            if name.lowercased().hasSuffix(ending) {
                items.append(item)
                continue
            }
            guard includesFolders, Self.isFolder(item.path) else { continue }
            var status = stat()
            if lstat(item.path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK {
                skippedLinks.append(item.path)
            } else if let inner = Self.names(in: item.path) {
                add(inner, below: item.name + "/")
            } else {
                refused.append(
                    Diagnostic(
                        .folderUnreadable, at: item.path,
                        found: "this sub-folder cannot be read: \(String(cString: strerror(errno)))",
                        expected: "a folder that may be listed",
                        remedy: "change its permissions, or take it out of the folder"))
            }
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Sorted; nil where the folder cannot be read, with `errno` set.
    static func names(in path: String) -> [String]? {
        guard !path.utf8.contains(0), let folder = opendir(path.isEmpty ? "." : path) else { return nil }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
