import Glibc
import Text

/// The folder that results go to.
public enum OutputFolder {
    /// Makes the folder, and those above it, where they are missing. Throws `OUTPUT-001` when that is impossible, for
    /// example because a file has the name.
    public static func create(at path: String) throws(Diagnostic) {
        guard !path.utf8.contains(0) else { throw .withoutEnd(path) }
        var partial = path.hasPrefix("/") ? "/" : ""
        for component in path.split(separator: "/") {
            partial += component
            if mkdir(partial, 0o777) != 0 {
                let errorNumber = errno
                guard isFolder(partial) else { throw .folderUnwritable(path, at: partial, errorNumber: errorNumber) }
            }
            partial += "/"
        }
        guard !path.isEmpty else { throw .folderUnwritable(path, at: path, errorNumber: ENOENT) }
    }

    /// `folder/name`, for a name that came from a file or from somebody else's folder: the one place where such a name
    /// becomes a path.
    ///
    /// - Parameter name: one component, or several joined by `/` where `inSubfolders`; each is an ordinary name of 1 to
    ///   255 bytes.
    /// - Throws: `OUTPUT-003` for a name that could lead elsewhere: with `/` (unless `inSubfolders`), `.`, `..` or
    ///   another dot in front, a NUL or another control character, or one that no file can have.
    public static func path(_ folder: String, _ name: String, inSubfolders: Bool = false) throws(Diagnostic) -> String {
        let components =
            inSubfolders ? name.split(separator: "/", omittingEmptySubsequences: false).map(String.init) : [name]
        for component in components {
            if let fault = fault(of: component) {
                throw Diagnostic(
                    .outputNameNotAllowed, at: folder, found: "the name '\(name.prefix(300))' \(fault)",
                    expected: "an ordinary file name: 1 to 255 bytes, no '/', no control characters, no dot in front",
                    remedy: "rename what it was made from")
            }
        }
        return folder + "/" + name
    }

    private static func fault(of component: String) -> String? {
        if component.isEmpty { return "is empty or has an empty part" }
        if component.utf8.first == UInt8(ascii: ".") { return "begins with a dot" }
        if component.utf8.contains(UInt8(ascii: "/")) { return "holds a '/'" }
        if component.utf8.count > 255 { return "has \(component.utf8.count.counted("byte"))" }
        if component.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }) {
            return "holds a control character"
        }
        return nil
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}

extension Diagnostic {
    fileprivate static func folderUnwritable(_ path: String, at partial: String, errorNumber: Int32) -> Diagnostic {
        let full = [ENOSPC, EDQUOT].contains(errorNumber)
        return Diagnostic(
            full ? .outputDeviceFull : .outputUnwritable, at: path,
            found: errorNumber == EEXIST
                ? "\(partial) is a file"
                : "folder \(partial) cannot be made: \(String(cString: strerror(errorNumber)))",
            expected: "a folder, or a place where one can be made",
            remedy: "choose another folder or change the permissions")
    }
}
