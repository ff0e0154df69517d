/// What pictures cost and how they look, over quantizers and rates.
public struct Evaluation: Codable, Equatable, Sendable {
    public var schemaVersion = 1
    public var network: String
    public var machine: String
    /// Of each curve at each rate, each picture.
    public var pictures: [Picture] = []
    /// Means over the pictures, a curve a quantizer (and others that were read in).
    public var curves: [RateDistortionCurve] = []
    /// Of the evaluation's own curves against the others.
    public var differences: [Difference] = []

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
        /// The same symbols under the real distributions that the tables stand for: Gaussians of the predicted scales, the learned prior. Where the float network is read.
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
    }

    public struct Difference: Codable, Equatable, Sendable {
        public var curve: String
        public var anchor: String
        /// BD-rate in percent by PSNR; negative needs fewer bits.
        public var psnr: BDRate.Result?
        /// BD-rate in percent by MS-SSIM in decibels.
        public var msSSIM: BDRate.Result?
    }

    public init(network: String, machine: String) {
        self.network = network
        self.machine = machine
    }

    /// Adds the curve of what was measured under a name: a point a rate, means over its pictures.
    public mutating func closeCurve(_ name: String) {
        let rates = Set(pictures.filter { $0.curve == name }.map(\.rate)).sorted()
        curves.append(
            RateDistortionCurve(
                name: name,
                points: rates.map { rate in
                    let measured = pictures.filter { $0.curve == name && $0.rate == rate }
                    let similarities = measured.compactMap(\.msSSIM)
                    return .init(
                        bitsPerPixel: Self.mean(measured.map(\.bitsPerPixel)), psnr: Self.mean(measured.map { $0.psnr ?? 100 }),
                        msSSIM: similarities.count == measured.count ? Self.mean(similarities) : nil)
                }))
    }

    /// Compares each own curve with the first one and with every curve that was read.
    public mutating func compare(with others: [RateDistortionCurve]) {
        let own = curves
        for curve in own {
            for anchor in own.prefix(1) + others where anchor.name != curve.name {
                differences.append(
                    Difference(
                        curve: curve.name, anchor: anchor.name, psnr: try? BDRate.compare(curve, to: anchor, by: .psnr),
                        msSSIM: try? BDRate.compare(curve, to: anchor, by: .msSSIM)))
            }
        }
        curves += others
    }

    private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }
}
