internal import CBundledNetworks
internal import Diagnostics

/// The trained networks inside the program: network files as `quantize` writes them, kept in
/// `Sources/CBundledNetworks/networks`.
enum EmbeddedNetworks {
    static let names = files.map { String(cString: $0.name) }

    /// The network of one of `names`.
    ///
    /// - Parameter includingFloat: whether to read the float network too.
    static func network(named name: String, includingFloat: Bool) throws(Diagnostic) -> NetworkFile? {
        guard let index = names.firstIndex(of: name) else { return nil }
        let file = files[index]
        return try NetworkFile.read(
            UnsafeRawBufferPointer(start: file.bytes, count: file.count), at: "network \(name)",
            includingFloat: includingFloat)
    }

    private static var files: UnsafeBufferPointer<intaglio_bundled_network> {
        var count = 0
        let first = intaglio_bundled_networks(&count)
        return UnsafeBufferPointer(start: first, count: count)
    }
}
