import Glibc

/// What an output path stands for.
enum OutputTarget {
    /// A device, a pipe or an open stream: written as it is, through the descriptor.
    case inPlace(descriptor: Int32)
    /// A regular file that is there (with its permissions) or is not there yet; the path has its symbolic links
    /// followed.
    case replace(finalPath: String, permissions: mode_t?)

    init(path: String) throws(Diagnostic) {
        // For the system a path ends at its first NUL: another file would be written.
        guard !path.utf8.contains(0) else { throw .withoutEnd(path) }
        if let stream = OutputTarget.openStream(path) {
            let descriptor = dup(stream)
            guard descriptor >= 0 else { throw .unwritable(path, errorNumber: errno) }
            self = .inPlace(descriptor: descriptor)
            return
        }
        var status = stat()
        guard stat(path, &status) == 0 else {
            // A link to nothing would be replaced by the file instead of leading to it: better refused.
            let errorNumber = errno
            guard errorNumber == ENOENT, lstat(path, &status) != 0, !path.isEmpty, !path.hasSuffix("/") else {
                throw .unwritable(path, errorNumber: errorNumber)
            }
            self = .replace(finalPath: path, permissions: nil)
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            throw .unwritable(path, errorNumber: EISDIR)
        case S_IFREG:
            guard access(path, W_OK) == 0, let resolved = realpath(path, nil) else {
                throw .unwritable(path, errorNumber: errno)
            }
            defer { free(resolved) }
            self = .replace(finalPath: String(cString: resolved), permissions: status.st_mode & 0o7777)
        default:
            // A pipe that nobody reads is refused, not waited for.
            let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK)
            guard descriptor >= 0 else { throw .unwritable(path, errorNumber: errno) }
            _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
            self = .inPlace(descriptor: descriptor)
        }
    }

    /// The descriptor that a name of an open stream stands for: opening `/dev/stdout` again would start at the
    /// beginning of a redirected file.
    private static func openStream(_ path: String) -> Int32? {
        switch path {
        case "/dev/stdout": return STDOUT_FILENO
        case "/dev/stderr": return STDERR_FILENO
        default:
            for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) {
                return Int32(path.dropFirst(folder.count))
            }
            return nil
        }
    }
}
