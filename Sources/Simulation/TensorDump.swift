public import Diagnostics
import Graph
import HostOperators
public import Networks
import Quantization
public import Tensors

/// How a user's `.npy` file of a tensor is to be read: what stands in it for code 0, and in which order.
///
///     codes (8 bits)   integer files: code = element - offset;  float32 files: real values, each the code of the
///                      nearest entry of its channel's codebook
///     16-bit integers  integer files: the elements themselves, less the offset;  float32 files: real values, each
///                      the nearest multiple of the tensor's step
public struct TensorDumpForm: Hashable, Sendable {
    public enum Layout: String, CaseIterable, Sendable { case nhwc, nchw }

    /// Nil: -128 for int8 files of codes, 0 for all others.
    public var offset: Int?
    public var layout: Layout
    /// The option that names the file: `--NAME-offset` and `--NAME-layout` are those that say how it is read.
    public var option: String

    /// - Parameter option: with its dashes.
    public init(offset: Int? = nil, layout: Layout = .nhwc, option: String) {
        self.offset = offset
        self.layout = layout
        self.option = option
    }
}

/// A user's `.npy` file of one tensor.
public struct TensorDump: Sendable {
    public let place: String
    public let array: NPYArray
    public let form: TensorDumpForm

    /// - Parameter memory: asked for the file and its elements.
    /// - Throws: `tensorFileUnreadable`, `memoryBudgetExceeded`.
    public init(_ path: String, form: TensorDumpForm, memory: MemoryBudget) throws(Diagnostic) {
        func refusal(
            _ found: String, _ expected: String,
            _ remedy: String = "write it with numpy.save, as uint8, int8, int16, int32 or float32"
        ) -> Diagnostic {
            Diagnostic(.tensorFileUnreadable, at: path, found: found, expected: expected, remedy: remedy)
        }
        let file: InputFile
        do {
            file = try InputFile(path, limit: 1 << 34)
        } catch {
            throw refusal(error.found, "a .npy file", error.remedy(or: "correct the path"))
        }
        // The file, its elements in 32 bits, and the stored elements.
        try memory.require(MemoryBudget.product(9, file.byteCount), for: "a tensor's file", at: path)
        let bytes: [UInt8]
        do {
            bytes = try file.read()
        } catch {
            throw refusal(error.found, "a .npy file")
        }
        do {
            array = try NPYArray(bytes)
        } catch {
            throw refusal(error.found, error.expected)
        }
        place = path
        self.form = form
    }

    /// Height, width and channels, where the file has three extents or four with a first of 1; nil for others.
    public var shape: TensorShape? {
        let extents = array.shape.count == 4 && array.shape[0] == 1 ? Array(array.shape.dropFirst()) : array.shape
        guard extents.count == 3 else { return nil }
        switch form.layout {
        case .nhwc: return TensorShape(height: extents[0], width: extents[1], channels: extents[2])
        case .nchw: return TensorShape(height: extents[1], width: extents[2], channels: extents[0])
        }
    }

    /// The same of a tensor of so many channels; a vector of them where the file has those elements along its last
    /// extent, whatever the layout.
    ///
    /// - Precondition: `requireChannels` of them did not throw.
    func shape(channels: Int) -> TensorShape {
        guard let shape, shape.channels == channels else {
            return TensorShape(height: 1, width: 1, channels: channels)
        }
        return shape
    }

    /// What stands in the file for a stored element; nil for float files, whose elements are real values.
    func offset(of format: TensorFormat) -> Int? {
        guard case .integers = array.elements else { return nil }
        if let offset = form.offset { return offset }
        if case .codes = format, array.type == .int8 { return -128 }
        return 0
    }

    /// The stored elements that the file means, in NHWC order; beyond the codes of a codebook where the file is.
    ///
    /// - Throws: `tensorFileUnfit` where the shape is another, `tensorElementUnfit` for infinities and NaN.
    public func stored(
        as format: TensorFormat, shape: TensorShape, of tensor: String
    ) throws(Diagnostic) -> Tensor<
        Int32
    > {
        try requireShape(shape, of: tensor)
        if case .floats = array.elements, let offset = form.offset {
            throw Diagnostic(
                .tensorFileUnfit, at: place, found: "float32 elements with \(form.option)-offset \(offset)",
                expected: "integers: float32 elements are real values, and no code stands for 0",
                remedy: "leave \(form.option)-offset out")
        }
        let count = shape.count
        func index(_ position: Int) -> Int {
            guard form.layout == .nchw else { return position }
            let (pixel, channel) = (position / shape.channels, position % shape.channels)
            return channel * shape.height * shape.width + pixel
        }
        switch array.elements {
        case .integers(let elements):
            let offset = offset(of: format) ?? 0
            var stored: [Int32] = []
            stored.reserveCapacity(count)
            for position in 0..<count {
                let (value, overflow) = Int(elements[index(position)]).subtractingReportingOverflow(offset)
                guard !overflow, let element = Int32(exactly: value) else {
                    throw unfit(
                        position, shape, "\(elements[index(position)]) with the offset \(offset)",
                        expected: "a code or integer of 32 bits")
                }
                stored.append(element)
            }
            return Tensor(shape: shape, elements: stored)
        case .floats(let elements):
            var stored: [Int32] = []
            stored.reserveCapacity(count)
            for position in 0..<count {
                let value = elements[index(position)]
                guard value.isFinite else {
                    throw unfit(
                        position, shape, "\(value)", expected: "a finite number",
                        remedy: "look for what made it: no code means it")
                }
                stored.append(format.nearest(to: Double(value), channel: position % shape.channels))
            }
            return Tensor(shape: shape, elements: stored)
        }
    }

    /// The same for a tensor that is fed in: every element must have a code.
    ///
    /// - Throws: `tensorFileUnfit`, `tensorElementUnfit`.
    public func input(
        as format: TensorFormat, shape: TensorShape, of tensor: String
    ) throws(Diagnostic) -> Tensor<
        Int32
    > {
        let stored = try stored(as: format, shape: shape, of: tensor)
        let ranges: [ClosedRange<Int32>] = (0..<shape.channels).map { channel in
            switch format {
            case .codes(let set): 0...Int32(set.codebooks[Int(set.selects[channel])].entries.count - 1)
            case .integers16: Int32(Int16.min)...Int32(Int16.max)
            }
        }
        for (position, element) in stored.elements.enumerated()
        where !ranges[position % shape.channels].contains(element) {
            let range = ranges[position % shape.channels]
            let found = shape.coordinate(of: position)
            let offset = offset(of: format) ?? 0
            throw unfit(
                position, shape, text(of: found, in: shape),
                expected: "\(Int(range.lowerBound) &+ offset)...\(Int(range.upperBound) &+ offset)")
        }
        return stored
    }

    /// Real numbers as the codes of a graph input that the host makes of them.
    ///
    /// - Throws: `tensorFileUnfit` for integers and other extents, `tensorElementUnfit` for what is no number.
    func codes(by host: HostOperator) throws(Diagnostic) -> Tensor<Int32> {
        let extents = host.operand.extents
        let last = Array(repeating: 1, count: max(0, 3 - extents.count)) + extents.suffix(3)
        let shape = TensorShape(height: last[0], width: last[1], channels: last[2])
        guard case .floats(let reals) = array.elements, form.offset == nil else {
            throw Diagnostic(
                .tensorFileUnfit, at: place, found: "\(array.type.name) elements, or an offset",
                expected: "float32 elements of \(host.input)",
                remedy: "give codes as --input \(host.name)=FILE.npy, or real numbers without \(form.option)-offset")
        }
        if array.shape != extents || form.layout == .nchw { try requireShape(shape, of: host.input) }
        let area = shape.height * shape.width
        let ordered =
            form.layout == .nhwc
            ? reals : (0..<shape.count).map { reals[$0 % shape.channels * area + $0 / shape.channels] }
        if let position = ordered.firstIndex(where: \.isNaN) {
            throw unfit(
                position, shape, "NaN in \(host.input)", expected: "a number",
                remedy: "correct the input: no code means it")
        }
        return Tensor(shape: shape, elements: try host.codes(of: ordered, at: place))
    }

    /// A stored element as the file would have it: the integer of that code, or its real value.
    public func text(of stored: Int32, as format: TensorFormat, channel: Int) -> String {
        guard let offset = offset(of: format) else {
            guard let value = format.value(of: stored, channel: channel) else { return "code \(stored)" }
            return "\(Float(format.step * Double(value)))"
        }
        return "\(Int(stored) + offset)"
    }

    /// The file's own element at a position.
    public func text(of element: Coordinate, in shape: TensorShape) -> String {
        let (y, x, c) = (element.y, element.x, element.c)
        let index = form.layout == .nhwc ? shape.index(y, x, c) : (c * shape.height + y) * shape.width + x
        switch array.elements {
        case .integers(let elements): return "\(elements[index])"
        case .floats(let elements): return "\(elements[index])"
        }
    }

    private func requireShape(_ shape: TensorShape, of tensor: String) throws(Diagnostic) {
        let isFlat =
            shape.height == 1 && shape.width == 1 && array.shape.last == shape.channels
            && array.shape.reduce(1, *) == shape.channels
        guard self.shape != shape, !isFlat else { return }
        func extents(_ layout: TensorDumpForm.Layout) -> [Int] {
            layout == .nhwc
                ? [shape.height, shape.width, shape.channels] : [shape.channels, shape.height, shape.width]
        }
        let other = TensorDumpForm.Layout.allCases.first { $0 != form.layout }!
        let found = array.shape.count == 4 && array.shape[0] == 1 ? Array(array.shape.dropFirst()) : array.shape
        throw Diagnostic(
            .tensorFileUnfit, at: place, found: "shape \(NPYArray.text(array.shape))",
            expected:
                """
                \(NPYArray.text(extents(form.layout))), or the same behind a 1: \(tensor) in \
                \(form.layout.rawValue.uppercased()) order
                """,
            remedy: found == extents(other) || found.count == 3 && found[other == .nhwc ? 2 : 0] == shape.channels
                ? "it fits \(other.rawValue.uppercased()) order: add \(form.option)-layout \(other.rawValue)"
                : "dump this tensor at this size of picture")
    }

    /// Whether the file is a tensor of so many channels at some size, or one vector of them.
    ///
    /// - Throws: `tensorFileUnfit`.
    func requireChannels(_ channels: Int, of tensor: String) throws(Diagnostic) {
        let isVector = array.shape.last == channels && array.shape.reduce(1, *) == channels
        guard shape?.channels != channels, !isVector else { return }
        let other = TensorDumpForm.Layout.allCases.first { $0 != form.layout }!
        let extents = array.shape.suffix(3)
        let fitsOther = extents.count == 3 && (other == .nhwc ? extents.last : extents.first) == channels
        throw Diagnostic(
            .tensorFileUnfit, at: place, found: "shape \(NPYArray.text(array.shape))",
            expected:
                """
                \(form.layout == .nhwc ? "(rows, columns, \(channels))" : "(\(channels), rows, columns)"), or the same \
                behind a 1: \(tensor) in \(form.layout.rawValue.uppercased()) order
                """,
            remedy: fitsOther
                ? "it fits \(other.rawValue.uppercased()) order: add \(form.option)-layout \(other.rawValue)"
                : "give the file the tensor's shape")
    }

    func unfit(
        _ position: Int, _ shape: TensorShape, _ found: String, expected: String, remedy: String? = nil
    ) -> Diagnostic {
        Diagnostic(
            .tensorElementUnfit, at: "\(place), \(shape.coordinate(of: position))", found: found, expected: expected,
            remedy: remedy
                ?? "say what stands in the file for code 0 with \(form.option)-offset, or dump what the network stores")
    }
}

extension TensorFormat {
    /// The decoded value of a stored element; nil for a code that the channel's codebook does not have.
    fileprivate func value(of stored: Int32, channel: Int) -> Int? {
        switch self {
        case .codes(let set):
            let entries = set.codebooks[Int(set.selects[channel])].entries
            return entries.indices.contains(Int(stored)) ? set.value(of: Int(stored), channel: channel) : nil
        case .integers16: return Int(stored)
        }
    }

    /// The stored element whose real value is nearest, the lower of two.
    fileprivate func nearest(to real: Double, channel: Int) -> Int32 {
        let value = real / step
        switch self {
        case .integers16: return Int32(max(-32_768, min(32_767, value.rounded(.toNearestOrEven))))
        case .codes(let set):
            let entries = set.codebooks[Int(set.selects[channel])].entries
            let wanted = value - Double(set.offsets[channel])
            var (low, high) = (0, entries.count - 1)
            while low < high {
                let middle = (low + high) / 2
                if Double(entries[middle]) < wanted { low = middle + 1 } else { high = middle }
            }
            guard low > 0, wanted - Double(entries[low - 1]) <= Double(entries[low]) - wanted else { return Int32(low) }
            return Int32(low - 1)
        }
    }
}
