import ArgumentParser
import Diagnostics
import Simulation
import Tensors

/// A user's own dump, to be held against the model.
struct ExpectedOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Compare the model with a dump of firmware, RTL or another simulator instead: a folder of LAYER.npy files, \
            or one such file (uint8, int8, int16, int32, float32).
            """,
            valueName: "folder|file.npy"))
    var expected: String?
    @Option(help: "With --expected: codes that may lie between model and dump. (default: 0)") var tolerance: Int?
    @Option(
        parsing: .unconditional,
        help: "With --expected: what stands in the files for code 0. (default: -128 for int8 files of codes, else 0)")
    var expectedOffset: Int?
    @Option(help: "With --expected: the order of the files' elements, nhwc or nchw. (default: nhwc)")
    var expectedLayout: TensorDumpForm.Layout?

    func validate() throws {
        if expected == nil {
            try refuseUnused(
                [
                    "--tolerance": tolerance != nil, "--expected-offset": expectedOffset != nil,
                    "--expected-layout": expectedLayout != nil,
                ], goingWith: "--expected FOLDER|FILE.npy")
        }
        guard tolerance.map({ $0 >= 0 }) ?? true else {
            throw ValidationError("--tolerance must be at least 0, found \(tolerance!)")
        }
    }

    /// The files of a path, with the layers that they are of.
    ///
    /// - Parameter layer: the layer of a single file; its name without `.npy` when nil. Of a folder the only one to
    ///   compare.
    /// - Throws: `tensorFileUnreadable` where there is no such file, and none of the folder.
    func dumps(
        at path: String, layer: String?, memory: MemoryBudget
    ) throws(Diagnostic) -> [(layer: String, dump: TensorDump)] {
        let form = TensorDumpForm(offset: expectedOffset, layout: expectedLayout ?? .nhwc, option: "--expected")
        let folder: InputFolder
        do {
            folder = try InputFolder(path, ending: ".npy", includingFolders: false)
        } catch {
            guard error.found == "is a file, not a folder" else { throw unreadable(path, error.found) }
            let name = path.split(separator: "/").last.map(String.init) ?? path
            let dump = try TensorDump(path, form: form, memory: memory)
            return [(layer ?? Self.stem(of: name), dump)]
        }
        let items = folder.items.filter { layer == nil || Self.stem(of: $0.name) == layer }
        guard !items.isEmpty else { throw unreadable(path, layer.map { "no \($0).npy" } ?? "no .npy file") }
        for (index, item) in items.enumerated() {
            let stem = Self.stem(of: item.name)
            if items[..<index].contains(where: { Self.stem(of: $0.name) == stem }) {
                throw unreadable(path, "two files of the layer \(stem): \(item.name) is one")
            }
        }
        var dumps: [(layer: String, dump: TensorDump)] = []
        var free = memory
        for item in items {
            let dump = try TensorDump(item.path, form: form, memory: free)
            free = free.beside(4 * dump.array.shape.reduce(1, *))
            dumps.append((Self.stem(of: item.name), dump))
        }
        return dumps
    }

    private static func stem(of name: String) -> String {
        name.lowercased().hasSuffix(".npy") ? String(name.dropLast(4)) : name
    }

    private func unreadable(_ path: String, _ found: String) -> Diagnostic {
        Diagnostic(
            .tensorFileUnreadable, at: "--expected \(path)", found: found,
            expected: "a folder of LAYER.npy files, or one such file", remedy: "check the path")
    }
}
