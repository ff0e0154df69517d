public import Curves
public import Diagnostics
public import Simulation
import Text

/// What pictures cost and how they look, over quantizers and rates.
public struct Evaluation: Codable, Equatable, Sendable {
    public var network: String
    public var machine: String
    /// Of each curve at each rate, each picture.
    public var pictures: [Picture] = []
    /// Means over the pictures, a curve a quantizer (and others that were read in).
    public var curves: [RateDistortionCurve] = []
    /// Of the evaluation's own curves against the others.
    public var differences: [CurveDifference] = []
    /// What the integers cost: nearest symbols against the float network. Where both were measured.
    public var quantizationLosses: [QuantizationLoss]?
    /// Of all pictures that lost more than one element in a thousand of a tensor; absent where none did.
    public var clipping: Clipping?
    /// Whether all pictures were measured, but those refused; false where the run was interrupted.
    public var complete = true
    /// Pictures and sub-folders that could not be read or measured, each with its diagnostic.
    public var refused: [Diagnostic] = []

    public struct Picture: Codable, Equatable, Sendable {
        public var curve: String
        public var rate: Int
        public var picture: String
        public var width: Int
        public var height: Int
        public var bytes: Int
        public var bitsPerPixel: Double
        /// Under the integer tables, without header.
        public var idealBitsPerPixel: Double?
        /// The same symbols under the real distributions that the tables stand for: Gaussians of the predicted scales,
        /// the learned prior. Where the float network is read.
        public var modelBitsPerPixel: Double?
        public var psnr: Double?
        public var msSSIM: Double?
        public var escapes: Int?
        /// The transforms on the machine.
        public var encodeSimulatedCycles: Int?
        public var decodeSimulatedCycles: Int?
        /// The entropy unit and the trellis unit.
        public var encodeEstimatedCycles: Int?
        public var decodeEstimatedCycles: Int?
        /// Absent where no tensor lost more than one element in a thousand to its format.
        public var clipping: ClippingReport?
    }

    /// Which pictures drive tensors beyond what their formats hold, and the worst tensor of the worst of them.
    public struct Clipping: Codable, Equatable, Sendable {
        /// How many of all that were measured, and at which rates.
        public var pictures: Int
        public var rates: [Int]
        /// The worst one.
        public var picture: String
        public var rate: Int
        public var tensor: String
        public var saturatedShare: Double
        public var worstChannel: ChannelSaturation
        public var sentence: String
    }

    /// BD-rate of a curve of the quantized network against the float network; positive needs more bits.
    public struct QuantizationLoss: Codable, Equatable, Sendable {
        public var curve: String
        /// `files`: the bytes that are written. `distributions`: what the same symbols cost under the distributions
        /// that their tables stand for, as the float network's bits are counted: without header, coder and tables.
        public var bits: String
        public var psnr: QualityDifference?
        public var msSSIM: QualityDifference?
    }

    public init(network: String, machine: String) {
        self.network = network
        self.machine = machine
    }

    /// Adds the curve of what was measured under a name: a point a rate, means over its pictures.
    public mutating func closeCurve(_ name: String) { curves.append(curve(name) { $0.bitsPerPixel }) }

    /// - Parameter bitsPerPixel: what counts as a picture's rate.
    private func curve(_ name: String, bitsPerPixel: (Picture) -> Double) -> RateDistortionCurve {
        let rates = Set(pictures.filter { $0.curve == name }.map(\.rate)).sorted()
        return RateDistortionCurve(
            name: name,
            points: rates.map { rate in
                let measured = pictures.filter { $0.curve == name && $0.rate == rate }
                let similarities = measured.compactMap(\.msSSIM)
                return .init(
                    bitsPerPixel: Self.mean(measured.map(bitsPerPixel)),
                    psnr: Self.mean(measured.map { $0.psnr ?? 100 }),
                    msSSIM: similarities.count == measured.count ? Self.mean(similarities) : nil)
            })
    }

    /// Says in `clipping` what the pictures lost.
    public mutating func closeClipping() {
        let clipped = pictures.compactMap { row in row.clipping.map { (row, $0) } }
        guard let first = clipped.first else {
            clipping = nil
            return
        }
        let (row, worst) = clipped.dropFirst().reduce(first) { $1.1.isWorse(than: $0.1) ? $1 : $0 }
        let names = Set(clipped.map(\.0.picture))
        let rates = Set(clipped.map(\.0.rate)).sorted()
        let atRates = "rate\(rates.count == 1 ? "" : "s") \(rates.map(String.init).joined(separator: ", "))"
        let scope = "\(names.count) of \(Set(pictures.map(\.picture)).count) pictures (\(atRates))"
        let sentence =
            """
            \(scope) drive tensors beyond the ranges that calibration saw, at worst \(row.picture.printableWord) at \
            rate \(row.rate): \(worst.phrase)
            """
            + "; calibrate on pictures like these"
        clipping = Clipping(
            pictures: names.count, rates: rates, picture: row.picture, rate: row.rate, tensor: worst.tensor,
            saturatedShare: worst.saturatedShare,
            worstChannel: worst.worstChannel, sentence: sentence)
    }

    /// Compares the curve of nearest symbols with that of the float network, by the files' bits and by those of the
    /// distributions.
    public mutating func compareWithFloat(_ name: String, float: RateDistortionCurve) {
        let measured = pictures.filter { $0.curve == name }
        var curves = [("files", curve(name) { $0.bitsPerPixel })]
        if !measured.isEmpty, measured.allSatisfy({ $0.modelBitsPerPixel != nil }) {
            curves.append(("distributions", curve(name) { $0.modelBitsPerPixel! }))
        }
        quantizationLosses = curves.map { bits, curve in
            let difference = CurveDifference(of: curve, against: float)
            return QuantizationLoss(curve: name, bits: bits, psnr: difference.psnr, msSSIM: difference.msSSIM)
        }
    }

    /// Compares each own curve with the first one and with every curve that was read. A curve whose name is taken, by
    /// an own one or by another that was read, gets a number: `round (2)`.
    public mutating func compare(with others: [RateDistortionCurve]) {
        let own = curves
        let others = others.named(apartFrom: own)
        for curve in own {
            for anchor in own.prefix(1) + others where anchor.name != curve.name {
                differences.append(CurveDifference(of: curve, against: anchor))
            }
        }
        curves += others
    }

    /// Of a plot of the curves.
    var title: String {
        let count = Set(pictures.map(\.picture)).count
        return "\(network) on \(machine), \(count) picture\(count == 1 ? "" : "s")"
    }

    private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }
}
