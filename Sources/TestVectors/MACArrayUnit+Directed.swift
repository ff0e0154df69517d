import Conformance
import Lowering
import Quantization
import Random

/// The stimuli: made for the coverage points, and random ones.
extension MACArrayUnit {
    /// All pixels take codes of the same channels; nothing is padding.
    private func step(_ block: Int, code: (_ p: Int, _ c: Int) -> UInt8, weight: (_ k: Int, _ c: Int) -> UInt8) -> Step
    {
        let places = 0..<inputLanes
        return Step(
            channel: block * inputLanes, channelsLeft: inputLanes,
            codes: (0..<pixelLanes).flatMap { p in places.map { code(p, $0) } },
            weights: (0..<outputLanes).flatMap { k in places.map { weight(k, $0) } },
            padding: Array(repeating: false, count: pixelLanes))
    }

    private func group(_ steps: [Step], bank: Int = 0, kind: MACArrayTables.Kind = .value) -> Stimulus {
        Stimulus(
            steps: steps, bank: bank,
            tag: UInt32(truncatingIfNeeded: 0x9E37_79B9 &* (steps.count + 2 * bank + 4 * kind.rawValue)), kind: kind)
    }

    /// Weight codes that differ between all input lanes.
    private func distinctWeight(_ k: Int, _ c: Int) -> UInt8 { UInt8((c + 7 * k) % tables.weights.count) }

    /// The same without the weight 0.
    private func nonzeroWeight(_ k: Int, _ c: Int) -> UInt8 {
        let code = (c + 7 * k) % (tables.weights.count - 1)
        return UInt8(code < tables.weightCode(0) ? code : code + 1)
    }

    /// Codes of the linear block whose values are not 0 and differ between all input lanes.
    private func distinctCode(_ p: Int, _ c: Int) -> UInt8 {
        let choices = tables.linearRange.filter { $0 != 0 }
        return tables.linearCode(choices[(c + 3 * p) % choices.count])
    }

    /// Block and code whose operand is the lowest or highest of V bits, or one of -1, 0, 1.
    func source(of operand: Int) -> (block: Int, code: UInt8) {
        let book = tables.codebooks[0].entries
        if operand == -(1 << (activationBits - 1)) { return (MACArrayTables.lowestBlock, 0) }
        if operand == 1 << (activationBits - 1) - 1 { return (MACArrayTables.highestBlock, UInt8(book.count - 1)) }
        return (MACArrayTables.linearBlock, tables.linearCode(operand))
    }

    func directed() -> [Stimulus] {
        var groups = extremeProducts() + singleLanes() + waysIn()
        for end in [sumRange.lowerBound, sumRange.upperBound] {
            for bank in 0...1 { if let steps = steps(reaching: end) { groups.append(group(steps, bank: bank)) } }
        }
        // Every pair of banks, several steps with pauses between them.
        for (index, bank) in [0, 0, 1, 1, 0, 1, 0].enumerated() {
            var steps = (0...index % 3).map { turn in
                step(0, code: distinctCode, weight: { k, c in distinctWeight(k + turn + index, c) })
            }
            for turn in steps.indices where turn > 0 { steps[turn].pause = turn }
            groups.append(group(steps, bank: bank))
        }
        return groups.filter { total($0) != nil }
    }

    /// Each pair of operand and weight, on all lanes at once where the sum allows it, otherwise on one after the other.
    private func extremeProducts() -> [Stimulus] {
        var groups: [Stimulus] = []
        for operand in extremeOperands {
            for weight in extremeWeights {
                let (block, code) = source(of: operand)
                let all = group(
                    [step(block, code: { _, _ in code }, weight: { _, _ in tables.weightCode(weight) })],
                    bank: groups.count % 2)
                if total(all) != nil {
                    groups.append(all)
                } else {
                    for lane in 0..<inputLanes {
                        groups.append(
                            group(
                                [
                                    step(
                                        block, code: { _, _ in code },
                                        weight: { _, c in tables.weightCode(c == lane ? weight : 0) })
                                ], bank: groups.count % 2))
                    }
                }
            }
        }
        return groups
    }

    /// One operand alone beside different weights, one weight alone beside different operands: an exchange of lanes
    /// changes every sum.
    private func singleLanes() -> [Stimulus] {
        let zero = (code: tables.linearCode(0), weight: tables.weightCode(0))
        return (0..<inputLanes).flatMap { lane in
            [
                group(
                    [step(0, code: { p, c in c == lane ? distinctCode(p, c) : zero.code }, weight: distinctWeight)],
                    bank: lane % 2),
                group(
                    [step(0, code: distinctCode, weight: { k, c in c == lane ? nonzeroWeight(k, c) : zero.weight })],
                    bank: 1 - lane % 2),
            ]
        }
    }

    /// Decoders, padding, ragged lanes, words that come early, every weight code.
    private func waysIn() -> [Stimulus] {
        var groups: [Stimulus] = []
        let blocks = tables.channels.count / inputLanes
        for kind in MACArrayTables.Kind.allCases {
            for block in 0..<blocks {
                let codes = (0..<inputLanes).map { tables.codes(kind, channel: block * inputLanes + $0) }
                groups.append(
                    group(
                        [
                            step(
                                block, code: { p, c in codes[c][(5 * p + c + block) % codes[c].count] },
                                weight: distinctWeight)
                        ], kind: kind))
            }
        }
        let plain = step(0, code: distinctCode, weight: distinctWeight)
        for padded in -1..<pixelLanes {
            var step = plain
            step.padding = (0..<pixelLanes).map { padded < 0 || $0 == padded }
            groups.append(group([plain, step], bank: 1))
        }
        for lane in 0...inputLanes {
            for inside in [lane..<inputLanes, 0..<lane] {
                var step = plain
                step.lanesInside = (0..<pixelLanes).map { $0 == lane % pixelLanes ? inside : 0..<inputLanes }
                groups.append(group([step, plain], bank: lane % 2))
            }
        }
        for left in Array(1..<inputLanes) + [inputLanes + 5] {
            var step = plain
            step.channelsLeft = left
            groups.append(group([step], bank: left % 2))
        }
        for early in 0...1 {
            var step = plain
            step.early = early
            groups += [group([step]), group([plain, step, plain], bank: 1)]
        }
        for first in stride(from: 0, to: tables.weights.count, by: inputLanes * outputLanes) {
            groups.append(
                group([
                    step(
                        0, code: distinctCode,
                        weight: { k, c in UInt8((first + inputLanes * k + c) % tables.weights.count) })
                ]))
        }
        return groups
    }

    /// Steps whose sums are exactly `end` in every lane, none further out on the way; nil where more than 4,096 were
    /// needed.
    func steps(reaching end: Int) -> [Step]? {
        // Products of the lowest operand first, then those of linear ones: the largest that still fits, lane by lane.
        var remaining = end
        var steps: [Step] = []
        let lowest = -(1 << (activationBits - 1))
        let sources: [(block: Int, products: [(product: Int, code: UInt8, weight: UInt8)])] = [
            (MACArrayTables.lowestBlock, tables.weights.enumerated().map { ($1 * lowest, 0, UInt8($0)) }),
            (
                MACArrayTables.linearBlock,
                tables.linearRange.flatMap { value in
                    tables.weights.enumerated().map { ($1 * value, tables.linearCode(value), UInt8($0)) }
                }
            ),
        ]
        let zero = tables.weightCode(0)
        for source in sources {
            let usable = source.products.filter { ($0.product < 0) == (end < 0) && $0.product != 0 }.sorted {
                abs($0.product) > abs($1.product)
            }
            var from = usable.startIndex
            while remaining != 0 {
                var chosen: [(code: UInt8, weight: UInt8)] = []
                while chosen.count < inputLanes {
                    while from < usable.endIndex, abs(usable[from].product) > abs(remaining) { from += 1 }
                    guard from < usable.endIndex else { break }
                    chosen.append((usable[from].code, usable[from].weight))
                    remaining -= usable[from].product
                }
                if chosen.isEmpty { break }
                let lanes = chosen
                let code = lanes[0].code
                steps.append(
                    step(
                        source.block, code: { _, c in c < lanes.count ? lanes[c].code : code },
                        weight: { _, c in c < lanes.count ? lanes[c].weight : zero }))
                if steps.count > 4096 { return nil }
            }
        }
        return remaining == 0 ? steps : nil
    }

    func random(using generator: inout SeededGenerator) -> Stimulus {
        let kind = generator.once(in: 4) ? generator.element(of: MACArrayTables.Kind.allCases) : .value
        var stimulus = Stimulus(
            steps: (0..<generator.integer(1...4)).map { _ in randomStep(kind, using: &generator) },
            bank: generator.integer(0...1),
            tag: UInt32(truncatingIfNeeded: generator.next()), kind: kind)
        // A narrow accumulator takes smaller weights.
        var limit = 1 << weightBits
        while total(stimulus) == nil {
            limit /= 2
            let small = tables.weights.indices.filter { abs(tables.weights[$0]) <= limit }.map { UInt8($0) }
            for index in stimulus.steps.indices {
                stimulus.steps[index].weights = stimulus.steps[index].weights.map { _ in generator.element(of: small) }
            }
        }
        return stimulus
    }

    private func randomStep(_ kind: MACArrayTables.Kind, using generator: inout SeededGenerator) -> Step {
        let channel = generator.integer(0...tables.channels.count - inputLanes)
        let codes = (0..<inputLanes).map { tables.codes(kind, channel: channel + $0) }
        var step = Step(
            channel: channel, channelsLeft: generator.once(in: 4) ? generator.integer(1...inputLanes + 1) : inputLanes,
            codes: (0..<pixelLanes * inputLanes).map { generator.element(of: codes[$0 % inputLanes]) },
            weights: (0..<outputLanes * inputLanes).map { _ in UInt8(generator.integer(0...tables.weights.count - 1)) },
            padding: (0..<pixelLanes).map { _ in generator.once(in: 8) })
        if generator.once(in: 4) {
            step.lanesInside = (0..<pixelLanes).map { _ in
                let first = generator.integer(0...inputLanes)
                return first..<generator.integer(first...inputLanes)
            }
        }
        if generator.once(in: 4) { step.early = generator.integer(0...1) }
        if generator.once(in: 4) { step.pause = generator.integer(1...3) }
        return step
    }
}
