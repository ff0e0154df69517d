import Lowering

/// Which points the MAC array has.
extension MACArrayUnit {
    var extremeOperands: [Int] { [-(1 << (activationBits - 1)), -1, 0, 1, 1 << (activationBits - 1) - 1] }
    var extremeWeights: [Int] { [-(1 << (weightBits - 1)), -1, 0, 1, 1 << (weightBits - 1) - 1] }
    private static let extremes = ["lowest", "-1", "0", "1", "highest"]
    private static let kinds = ["value", "square", "square of fewer bits", "magnitude"]

    var points: [CoveragePoint] {
        var points: [CoveragePoint] = []
        let narrow = "the product does not fit the accumulator"
        for lane in 0..<inputLanes {
            for (operand, operandName) in zip(extremeOperands, Self.extremes) {
                for (weight, weightName) in zip(extremeWeights, Self.extremes) {
                    let reason = sumRange.contains(operand * weight) ? nil : narrow
                    points.append(
                        CoveragePoint(
                            "products", "lane \(lane), operand \(operandName), weight \(weightName)",
                            unreachable: reason))
                }
            }
            for p in 0..<pixelLanes {
                points.append(CoveragePoint("operand alone", "lane \(lane), pixel \(p)"))
                for kind in Self.kinds { points.append(CoveragePoint("decoders", "lane \(lane), pixel \(p), \(kind)")) }
            }
            for k in 0..<outputLanes { points.append(CoveragePoint("weight alone", "lane \(lane), output \(k)")) }
            points.append(
                CoveragePoint("ragged", lane == 0 ? "more channels left than lanes" : "\(lane) channels left"))
        }
        let most = inputLanes << (activationBits + weightBits - 2)
        for (name, sum) in [
            ("lowest", -inputLanes * (1 << (activationBits - 1)) * (1 << (weightBits - 1) - 1)), ("highest", most),
        ] {
            points.append(CoveragePoint("tree", name, unreachable: sumRange.contains(sum) ? nil : narrow))
        }
        for code in 0..<256 {
            points.append(
                CoveragePoint(
                    "weight codes", "\(code)",
                    unreachable: code < tables.weights.count ? nil : "W bits have fewer weights"))
        }
        for p in 0..<pixelLanes { points.append(CoveragePoint("padding", "pixel \(p)")) }
        points.append(CoveragePoint("padding", "all pixels"))
        for lane in 0...inputLanes {
            points += ["first", "end"].map { CoveragePoint("lanes inside", "\($0) \(lane)") }
        }
        for place in 0..<pixelLanes {
            for time in ["early", "with the step"] { points.append(CoveragePoint("words", "pixel \(place), \(time)")) }
        }
        for place in 0..<inputLanes * outputLanes {
            for time in ["early", "with the step"] {
                points.append(CoveragePoint("words", "weight place \(place), \(time)"))
            }
        }
        return points + sumPoints
    }

    private var sumPoints: [CoveragePoint] {
        var points: [CoveragePoint] = []
        let ends = [("lowest", sumRange.lowerBound), ("highest", sumRange.upperBound)].map {
            ($0, steps(reaching: $1) == nil ? "it takes more than 4,096 steps" : nil)
        }
        for bank in 0...1 {
            for place in 0..<sums {
                for (end, reason) in ends {
                    points.append(
                        CoveragePoint("accumulators", "bank \(bank), element \(place), \(end)", unreachable: reason))
                }
                for sign in ["negative", "positive"] {
                    points.append(CoveragePoint("sums", "bank \(bank), element \(place), \(sign)"))
                }
            }
            points.append(CoveragePoint("sums", "bank \(bank), all different"))
            for count in ["one step", "several steps"] {
                points.append(CoveragePoint("groups", "bank \(bank), \(count)"))
            }
            for other in 0...1 { points.append(CoveragePoint("groups", "bank \(bank) after bank \(other)")) }
            points.append(CoveragePoint("groups", "bank \(bank), idle between steps"))
            points.append(CoveragePoint("groups", "bank \(bank), after a sum that is nowhere 0"))
        }
        for bit in 0..<32 { for value in 0...1 { points.append(CoveragePoint("tag", "bit \(bit) is \(value)")) } }
        return points
    }

    func hits(_ stimulus: Stimulus) -> [String] {
        var keys: [String] = []
        for step in stimulus.steps { append(&keys, step, stimulus.kind) }
        let totals = total(stimulus)!
        let bank = "bank \(stimulus.bank)"
        for (place, sum) in totals.enumerated() {
            if sum == sumRange.lowerBound { keys.append("accumulators: \(bank), element \(place), lowest") }
            if sum == sumRange.upperBound { keys.append("accumulators: \(bank), element \(place), highest") }
            if sum != 0 { keys.append("sums: \(bank), element \(place), \(sum < 0 ? "negative" : "positive")") }
        }
        if Set(totals).count == totals.count { keys.append("sums: \(bank), all different") }
        keys.append("groups: \(bank), \(stimulus.steps.count == 1 ? "one step" : "several steps")")
        if stimulus.steps.dropFirst().contains(where: { $0.pause > 0 }) {
            keys.append("groups: \(bank), idle between steps")
        }
        for bit in 0..<32 { keys.append("tag: bit \(bit) is \(stimulus.tag >> UInt32(bit) & 1)") }
        return keys
    }

    func hits(_ stimulus: Stimulus, after previous: Stimulus) -> [String] {
        var keys = ["groups: bank \(stimulus.bank) after bank \(previous.bank)"]
        if stimulus.bank == previous.bank, !total(previous)!.contains(0) {
            keys.append("groups: bank \(stimulus.bank), after a sum that is nowhere 0")
        }
        return keys
    }

    private func append(_ keys: inout [String], _ step: Step, _ kind: MACArrayTables.Kind) {
        let (operands, weights) = (operands(step, kind), weights(step))
        for c in 0..<inputLanes {
            let operandsHere = Set((0..<pixelLanes).map { operands[inputLanes * $0 + c] })
            let weightsHere = Set((0..<outputLanes).map { weights[inputLanes * $0 + c] })
            for (operand, operandName) in zip(extremeOperands, Self.extremes) where operandsHere.contains(operand) {
                for (weight, weightName) in zip(extremeWeights, Self.extremes) where weightsHere.contains(weight) {
                    keys.append("products: lane \(c), operand \(operandName), weight \(weightName)")
                }
            }
            for p in 0..<pixelLanes where operands[inputLanes * p + c] != 0 {
                keys.append("decoders: lane \(c), pixel \(p), \(Self.kinds[kind.rawValue])")
            }
        }
        appendSingles(&keys, operands, weights)
        let added = products(step, kind)
        if added.contains(inputLanes << (activationBits + weightBits - 2)) { keys.append("tree: highest") }
        if added.contains(-inputLanes * (1 << (activationBits - 1)) * (1 << (weightBits - 1) - 1)) {
            keys.append("tree: lowest")
        }
        keys += Set(step.weights).map { "weight codes: \($0)" }
        for p in 0..<pixelLanes where step.padding[p] { keys.append("padding: pixel \(p)") }
        if !step.padding.contains(false) { keys.append("padding: all pixels") }
        for p in 0..<pixelLanes {
            let inside = lanesInside(step, pixel: p)
            keys += ["lanes inside: first \(inside.lowerBound)", "lanes inside: end \(inside.upperBound)"]
        }
        if step.channelsLeft > inputLanes { keys.append("ragged: more channels left than lanes") }
        if step.channelsLeft < inputLanes { keys.append("ragged: \(step.channelsLeft) channels left") }
        guard let early = step.early else { return }
        for p in 0..<pixelLanes { keys.append("words: pixel \(p), \(p % 2 == early ? "early" : "with the step")") }
        for place in step.weights.indices {
            keys.append("words: weight place \(place), \(place % 2 == early ? "early" : "with the step")")
        }
    }

    /// One operand that is not 0 beside weights that all differ, and one such weight beside operands that all differ.
    private func appendSingles(_ keys: inout [String], _ operands: [Int], _ weights: [Int]) {
        func rows(_ values: [Int], _ count: Int) -> [ArraySlice<Int>] {
            (0..<count).map { values[inputLanes * $0..<inputLanes * ($0 + 1)] }
        }
        func alone(_ row: ArraySlice<Int>) -> Int? {
            row.count { $0 != 0 } == 1 ? row.firstIndex { $0 != 0 }! - row.startIndex : nil
        }
        let (pixels, outputs) = (rows(operands, pixelLanes), rows(weights, outputLanes))
        if outputs.contains(where: { Set($0).count == inputLanes }) {
            for (p, row) in pixels.enumerated() {
                if let lane = alone(row) { keys.append("operand alone: lane \(lane), pixel \(p)") }
            }
        }
        if pixels.contains(where: { Set($0).count == inputLanes }) {
            for (k, row) in outputs.enumerated() {
                if let lane = alone(row) { keys.append("weight alone: lane \(lane), output \(k)") }
            }
        }
    }
}
