/// How a curve differs from another, by each measure that both have.
public struct CurveDifference: Codable, Equatable, Sendable {
    public var curve: String
    public var anchor: String
    public var psnr: QualityDifference?
    public var msSSIM: QualityDifference?

    public init(of curve: RateDistortionCurve, against anchor: RateDistortionCurve) {
        self.curve = curve.name
        self.anchor = anchor.name
        psnr = QualityDifference(of: curve, against: anchor, by: .psnr)
        msSSIM = QualityDifference(of: curve, against: anchor, by: .msSSIM)
    }
}
