import COpenBLAS
public import Diagnostics

/// The BLAS that multiplies floats, loaded when it is first wanted: its threads would cost every other command time.
public enum MatrixLibrary {
    /// Where the dynamic linker looks, in this order.
    public static let names = ["libopenblas.so.0", "libopenblas.so", "libopenblas.dylib"]

    /// What the library takes on one thread: itself and the buffers that it makes when it is loaded.
    public static let byteCount = 160 << 20

    private static let loading = Result { () throws(Diagnostic) in try load(oneOf: names) }

    /// Loads the library, once. What multiplies floats calls this first; a product without it stops the program.
    ///
    /// - Throws: `floatLibraryMissing`.
    public static func load() throws(Diagnostic) { try loading.get() }

    /// The same after asking for its memory: a library whose own allocations fail ends the program.
    ///
    /// - Throws: `floatLibraryMissing`, `memoryBudgetExceeded`.
    public static func load(memory: MemoryBudget) throws(Diagnostic) {
        try memory.require(byteCount, for: "the matrix library", at: "float arithmetic")
        try load()
    }

    static func requireLoaded() {
        do { try load() } catch { preconditionFailure("floats are multiplied without their library: \(error)") }
    }

    /// Loads the first of `names` that there is. Not while another thread multiplies.
    ///
    /// - Throws: `floatLibraryMissing`.
    public static func load(oneOf names: [String]) throws(Diagnostic) {
        guard names.contains(where: { intaglio_openblas_load($0) == 1 }) else {
            throw Diagnostic(
                .floatLibraryMissing, at: "float arithmetic", found: "none of \(names.joined(separator: ", "))", expected: "OpenBLAS, for its cblas_sgemm and cblas_dgemm",
                remedy: "install libopenblas-dev")
        }
    }
}
