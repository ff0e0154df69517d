import Glibc
import Synchronization

/// Which files this process has read as inputs and which it has written as results, so that none is replaced that
/// somebody still needs: by whatever names two options mean the same file.
///
///     run --image out/reconstructed.png -o out        the picture would be lost
///     encode ... -o k/latents.json --latents k        the stream would be lost
///
/// Only a program that is one command keeps account; a library that is used again and again does not.
public enum FileClaims {
    private struct Identity: Hashable {
        var device: UInt
        var number: UInt

        init(_ status: stat) { (device, number) = (UInt(status.st_dev), UInt(status.st_ino)) }

        init?(path: String) {
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
            self.init(status)
        }
    }

    private enum Claim { case read, written }

    /// Nil until the program says that it is one command.
    private static let claims = Mutex<[Identity: Claim]?>(nil)

    /// Begins to keep account.
    public static func begin() { claims.withLock { $0 = [:] } }

    static func read(_ status: stat) { claims.withLock { $0?[Identity(status)] = .read } }

    /// After a file has its name.
    static func wrote(_ path: String) {
        guard let identity = Identity(path: path) else { return }
        claims.withLock { $0?[identity] = .written }
    }

    /// - Parameter path: of a file that is about to be replaced, emptied or removed.
    /// - Throws: `outputSameFile`.
    static func requireFree(_ path: String) throws(Diagnostic) {
        guard let identity = Identity(path: path), let claim = claims.withLock({ $0?[identity] }) else { return }
        throw Diagnostic(
            .outputSameFile, at: path,
            found: claim == .read ? "a file that this command reads" : "a file that this command has written already",
            expected: "a file of its own for every result", remedy: "choose another path for one of the two")
    }
}
