import Diagnostics
import FileFormats
import Networks
import Text

/// Tensors of a safetensors file, each asked for with the shape that it must have.
struct PyTorchTensors {
    private let file: SafetensorsFile
    private let place: String
    /// Whose tensors they are, for people.
    private let architecture: String
    /// What stands in the file for names that are asked for.
    private let spellings: [String: String]
    /// Names of the file that the architecture has no use for, under the names that would be asked for: what a name
    /// that is missing may have become.
    private let strangers: [String: String]
    /// Names that the file must have; those of its architecture that are known before anything is read.
    private let required: [String]
    private let taken = Taken()

    /// Names of the tensors that were asked for.
    private final class Taken {
        var names: Set<String> = []
    }

    /// - Parameters:
    ///   - required: names that the file must have.
    ///   - spellings: names in the file by those that are asked for, where they differ.
    ///   - isKnown: whether the architecture has a tensor of this name.
    init(
        _ file: SafetensorsFile, of architecture: String = "a mean-scale hyperprior", required: [String] = [],
        spellings: [String: String] = [:], at place: String, isKnown: (String) -> Bool
    ) {
        self.file = file
        self.place = place
        self.architecture = architecture
        self.required = required
        self.spellings = spellings
        let plain = Dictionary(spellings.map { ($1, $0) }) { first, _ in first }
        strangers = Dictionary(
            file.tensors.keys.sorted().map { (plain[$0] ?? $0, $0) }.filter { !isKnown($0.0) }.prefix(1000)
        ) { first, _ in first }
    }

    /// All names that the file must have are there.
    ///
    /// - Throws: `importTensorMismatch` for the first that is not, with the others and what they may be called.
    func requireNames() throws(Diagnostic) {
        if let missing = required.first(where: { !has($0) }) { _ = try tensor(missing) }
    }

    /// All tensors of one dimension whose names begin and end like this, by what stands between.
    func lists(_ prefix: String, _ suffix: String) throws(Diagnostic) -> [String: [Float]] {
        var lists: [String: [Float]] = [:]
        for name in file.tensors.keys where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
            let extents = try extents(name, dimensions: 1)
            lists[String(name.dropFirst(prefix.count).dropLast(suffix.count))] = try values(name, shape: extents)
        }
        return lists
    }

    func has(_ name: String) -> Bool { file.tensors[spelling(name)] != nil }

    private func spelling(_ name: String) -> String { spellings[name] ?? name }

    /// The shape of a tensor of this many dimensions.
    func extents(_ name: String, dimensions: Int) throws(Diagnostic) -> [Int] {
        let tensor = try tensor(name)
        guard tensor.shape.count == dimensions, tensor.shape.allSatisfy({ $0 > 0 }) else {
            throw mismatch(
                name, tensor,
                expected: "\(dimensions.counted("dimension")), each positive, as \(architecture) has them")
        }
        return tensor.shape
    }

    /// The width that most of these tensors have in a dimension, of equally many the first one's: one of another shape
    /// is then what is refused, and not the others.
    ///
    /// - Throws: what `extents` throws of the first one, where none has such a dimension.
    func width(_ places: [(name: String, dimension: Int, of: Int)]) throws(Diagnostic) -> Int {
        let found = places.compactMap { place -> Int? in
            guard let shape = file.tensors[spelling(place.name)]?.shape, shape.count == place.of else { return nil }
            return shape[place.dimension]
        }
        guard !found.isEmpty else {
            return try extents(places[0].name, dimensions: places[0].of)[places[0].dimension]
        }
        return found.reduce(found[0]) { best, width in
            found.filter { $0 == width }.count > found.filter { $0 == best }.count ? width : best
        }
    }

    func values(_ name: String, shape: [Int]) throws(Diagnostic) -> [Float] {
        let tensor = try tensor(name)
        guard tensor.shape == shape else {
            throw mismatch(name, tensor, expected: "\(Self.floatTypes) of shape \(shape), as \(architecture) has it")
        }
        return tensor.floats
    }

    private static let floatTypes = "F32, F16 or BF16"

    /// A number that stands beside weights and says what they are. Of a network that was saved with 16 bits it is what
    /// they have of it: of 2^-36 float16 has 0.
    ///
    /// - Throws: `importTensorMismatch` for another number than the expected one, to six digits.
    func requireNumber(_ expected: Double, in name: String, remedy: String) throws(Diagnostic) {
        let tensor = try tensor(name)
        guard tensor.count == 1 else { throw mismatch(name, tensor, expected: "one number") }
        let found = Double(tensor.floats[0])
        let single = Float(expected)
        let rounded = [Double(Float16(single)), Double(single.roundedToBFloat16)]
        guard abs(found - expected) <= 1e-6 * abs(expected) || rounded.contains(found) else {
            throw Diagnostic(
                .importTensorMismatch, at: "\(place), tensor \(spelling(name))", found: "\(found)",
                expected: "\(expected)", remedy: remedy)
        }
    }

    /// Takes a tensor of which nothing is kept, where there is one: of any type, with this many dimensions or empty.
    func passOver(_ name: String, dimensions: Int) throws(Diagnostic) {
        guard let tensor = file.tensors[spelling(name)] else { return }
        taken.names.insert(spelling(name))
        guard tensor.count == 0 || tensor.shape.count == dimensions else {
            throw mismatch(name, tensor, expected: "\(dimensions.counted("dimension")), or no element")
        }
    }

    /// A tensor with something in it that the architecture cannot have.
    func refusal(_ name: String, found: String, expected: String, remedy: String) -> Diagnostic {
        Diagnostic(
            .importTensorMismatch, at: "\(place), tensor \(spelling(name))", found: found, expected: expected,
            remedy: remedy)
    }

    func rows(_ name: String, columns: Int) throws(Diagnostic) -> [[Float]] {
        let extents = try extents(name, dimensions: 2)
        let values = try values(name, shape: [extents[0], columns])
        return (0..<extents[0]).map { Array(values[$0 * columns..<($0 + 1) * columns]) }
    }

    /// Every tensor of the file has been asked for: what is left over would be dropped in silence.
    ///
    /// - Throws: `importTensorUnused`.
    func requireAllTaken() throws(Diagnostic) {
        let unused = file.tensors.keys.filter { !taken.names.contains($0) }.sorted()
        guard let first = unused.first else { return }
        throw Diagnostic(
            .importTensorUnused, at: "\(place), tensor \(first)",
            found: "a tensor that the architecture has no use for"
                + (unused.count > 1
                    ? ", and \(unused.count - 1) more: \(unused.dropFirst().prefix(5).joined(separator: ", "))" : ""),
            expected: "the tensors of \(architecture), no others",
            remedy: "check the architecture; export only what it has")
    }

    /// GDN in CompressAI's own parametrization, by the tensors that go with it.
    ///
    /// - Throws: `importParametrization`.
    func requireEffectiveNormalization() throws(Diagnostic) {
        let marks = ["beta_reparam", "gamma_reparam", "pedestal", "lower_bound"]
        let found = file.tensors.keys.filter { name in
            name.split(separator: ".").contains { marks.contains(String($0)) }
        }
        guard let name = found.min() else { return }
        throw Diagnostic(
            .importParametrization, at: "\(place), tensor \(name)", found: "GDN in CompressAI's parametrization",
            expected: "effective beta and gamma, which the normalization divides by",
            remedy:
                """
                store max(x, bound)^2 - pedestal for each beta and gamma x, with pedestal 2^-36 and bound \
                sqrt(m + pedestal), m 1e-6 for beta and 0 for gamma, and leave out the tensors of beta_reparam and \
                gamma_reparam
                """)
    }

    /// The name in the file that a missing one may have become: behind a prefix or before a suffix it is the very name,
    /// however long those are.
    private func stranger(meant name: String) -> String? {
        let names = strangers.keys.sorted()
        let meant =
            names.first { $0.hasSuffix(".\(name)") } ?? names.first { $0.hasPrefix("\(name)_") }
            ?? closestName(to: name, among: names) ?? only(names, inModuleOf: name)
        return meant.flatMap { strangers[$0] }
    }

    /// The one of them that stands beside a name, as `g_a.0.kernel` does beside `g_a.0.weight`; nil of several.
    private func only(_ names: [String], inModuleOf name: String) -> String? {
        guard let end = name.lastIndex(of: ".") else { return nil }
        let beside = names.filter { $0.hasPrefix(name[...end]) }
        return beside.count == 1 ? beside[0] : nil
    }

    private func tensor(_ name: String) throws(Diagnostic) -> SafetensorsTensor {
        taken.names.insert(spelling(name))
        guard let tensor = file.tensors[spelling(name)] else {
            let others = required.filter { $0 != name && !has($0) }
            let listed = others.prefix(5).map { other in
                stranger(meant: other).map { "\(other) (there is \($0))" } ?? other
            }
            throw Diagnostic(
                .importTensorMismatch, at: "\(place), tensor \(name)",
                found: "no such tensor" + (stranger(meant: name).map { " but one called \($0)" } ?? "")
                    + (others.isEmpty
                        ? ""
                        : """
                        ; \(others.count) more \(others.count == 1 ? "is" : "are") missing: \
                        \(listed.joined(separator: ", "))\(others.count > listed.count ? ", ..." : "")
                        """),
                expected: "the tensors of \(architecture)",
                remedy: name == "gain"
                    ? "store gain as [rates][M]: one row of ones for a network of one rate"
                    : "check the architecture and the names; docs/network-file.md and docs/importing.md list them")
        }
        guard [.float32, .float16, .bfloat16].contains(tensor.elementType) else {
            throw mismatch(
                name, tensor, expected: Self.floatTypes,
                remedy: tensor.elementType == .float64
                    ? """
                    save network.float().state_dict(), or convert the checkpoint again: python -m intaglio_training \
                    convert makes float32 of it
                    """ : "check the architecture")
        }
        return tensor
    }

    private func mismatch(
        _ name: String, _ tensor: SafetensorsTensor, expected: String, remedy: String = "check the architecture"
    ) -> Diagnostic {
        Diagnostic(
            .importTensorMismatch, at: "\(place), tensor \(spelling(name))",
            found: "\(tensor.elementType.rawValue) of shape \(tensor.shape)", expected: expected, remedy: remedy)
    }
}

extension Float {
    /// The nearest number of bfloat16, ties to even; finite ones only.
    fileprivate var roundedToBFloat16: Float {
        let bits = bitPattern
        return Float(bitPattern: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000)
    }
}
