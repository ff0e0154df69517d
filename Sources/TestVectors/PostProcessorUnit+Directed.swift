import FixedPoint

/// Stimuli made for the points of the post-processor.
extension PostProcessorUnit {
    func directed() -> [Stimulus] {
        let groups = [
            ties(), nearTies(), saturations(), doubleRoundings(), floats(), multipliers(), sums(), additions(),
            bypasses(), clips(),
        ]
        return groups.joined().filter { isAdmitted($0) }
    }

    private func stimulus(
        _ total: Int, _ mantissa: UInt32, _ exponent: Int, _ rule: RoundingRule, _ result: ResultBits = ResultBits()
    ) -> Stimulus {
        let multiplier = QuantizedMultiplier(mantissa: mantissa, exponent: exponent)
        // The multiplier of the other sign must not be looked at.
        let other = QuantizedMultiplier(mantissa: 3 << 29, exponent: exponent == 30 ? 29 : exponent + 1)
        return Stimulus(
            sum: total, positive: total < 0 ? other : multiplier, negative: total < 0 ? multiplier : other,
            rounding: rule, result: result)
    }

    /// x = 1/2 and 3/2, of either sign, for every exponent.
    private func ties() -> [Stimulus] {
        var stimuli: [Stimulus] = []
        for rule in RoundingRule.allCases {
            for exponent in QuantizedMultiplier.exponents {
                for odd in [1, 3, -1, -3] {
                    if exponent > 0 {
                        stimuli.append(stimulus(odd, 1 << UInt32(30 - exponent), exponent, rule))
                    } else if -exponent < accumulatorBits {
                        let total = Int128(odd) << Int128(-exponent)
                        if let total = Int(exactly: total) { stimuli.append(stimulus(total, 1 << 30, exponent, rule)) }
                    }
                }
            }
        }
        return stimuli
    }

    /// Both sides of a tie, and no rest at all.
    private func nearTies() -> [Stimulus] {
        var stimuli: [Stimulus] = []
        for rule in RoundingRule.allCases {
            for magnitude in [31, 32, 33, 63, 64, 65, 95, 96, 97] {
                for total in [magnitude, -magnitude] {
                    stimuli.append(stimulus(total, 1 << 30, -5, rule))
                    stimuli.append(stimulus(total, 1 << 31 - 1, -5, rule))
                    stimuli.append(stimulus(total, 1, 25, rule))
                }
            }
        }
        return stimuli
    }

    /// The ends of R bits, with the multiplier one and with the largest one.
    private func saturations() -> [Stimulus] {
        var stimuli: [Stimulus] = []
        for rule in RoundingRule.allCases {
            for bits in [24, 32] {
                let limit = 1 << (bits - 1)
                let result = ResultBits(isWide: bits == 32)
                func append(_ totals: [Int], _ mantissa: UInt32, _ exponent: Int) {
                    for total in totals { stimuli.append(stimulus(total, mantissa, exponent, rule, result)) }
                }
                // A factor of 2 lets a sum of 32 bits pass them.
                append([limit / 2, -limit / 2, limit / 2 + limit / 4, -limit / 2 - limit / 4], 1 << 30, 2)
                append([limit - 2, limit - 1, limit, limit + 1, -limit + 1, -limit, -limit - 1], 1 << 30, 1)
                append([1, -1, totals.upperBound, totals.lowerBound], 1 << 31 - 1, 30)
                append([limit - 1, -limit], 1 << 31 - 1, 0)
                append([limit - 1], 1 << 31 - 1, 1)
            }
        }
        return stimuli
    }

    /// h is a tie, or h ties in the second shift: sum m = odd 2^30, and h = odd 2^(e-1).
    private func doubleRoundings() -> [Stimulus] {
        var stimuli: [Stimulus] = []
        for rule in Self.doubleRules {
            for exponent in -8 ... -1 {
                let half = 1 << (-exponent - 1)
                for sign in [1, -1] {
                    for total in [1, 3, 2 * half - 1, 2 * half + 1, 2 * half, 6 * half] {
                        stimuli.append(stimulus(sign * total, 1 << 30, exponent, rule))
                    }
                    for mantissa: UInt32 in [1 << 30 + 1, 1 << 30 - 1] {
                        stimuli.append(stimulus(sign * (2 * half - 1), mantissa, exponent, rule))
                    }
                }
            }
        }
        return stimuli
    }

    /// Sums, mantissas and products with more than 24 significant bits, at ties of both kinds and beside them.
    private func floats() -> [Stimulus] {
        let sums = [
            1 << 24 + 1, 1 << 24 + 3, 1 << 25 - 1, 1 << 26 + 2, 1 << 26 + 6, 1 << 26 + 3, 1 << 26 + 1, 1 << 24,
            totals.upperBound,
        ]
        let mantissas: [UInt32] = [
            1 << 30 + 64, 1 << 30 + 192, 1 << 30 + 65, 1 << 30 + 63, 1 << 31 - 1, 1 << 31 - 64, 1 << 30,
        ]
        var stimuli: [Stimulus] = []
        for sum in sums {
            for mantissa in mantissas {
                for exponent in [1, -3, -20] {
                    stimuli.append(stimulus(sum, mantissa, exponent, .onnxFloat32))
                    stimuli.append(stimulus(-sum, mantissa, exponent, .onnxFloat32))
                }
            }
        }
        // 2^23 + odd times 3 is a product of 25 bits: a tie in its last.
        for odd in [1, 3, 5, 7] {
            for sign in [1, -1] { stimuli.append(stimulus(sign * 3 * (1 << 22 + odd), 3 << 29, 1, .onnxFloat32)) }
            for factor: UInt32 in [3, 5, 9] { stimuli.append(stimulus(1 << 23 + odd, factor << 20, 8, .onnxFloat32)) }
        }
        return stimuli
    }

    /// Every exponent and the special mantissas behind sums of both signs.
    private func multipliers() -> [Stimulus] {
        var stimuli: [Stimulus] = []
        for total in [12345, -12345] {
            for exponent in QuantizedMultiplier.exponents {
                stimuli.append(stimulus(total, 0x5555_5555, exponent, .halfAway))
            }
            for mantissa: UInt32 in [0, 1, 1 << 30, 1 << 31 - 1] {
                for rule in RoundingRule.allCases { stimuli.append(stimulus(total, mantissa, -3, rule)) }
            }
        }
        return stimuli
    }

    /// The ends of A bits and the neighbours of zero, the bias taking part.
    private func sums() -> [Stimulus] {
        let quarter = 1 << (accumulatorBits - 2)
        var stimuli: [Stimulus] = []
        for total in Self.specialTotals(totals) {
            for bias in [0, 1, -1, quarter, -quarter, totals.lowerBound, totals.upperBound] {
                for rule in RoundingRule.allCases {
                    var stimulus = stimulus(total, 0x6543_2187, -2 - accumulatorBits / 4, rule)
                    stimulus.sum = total - bias
                    stimulus.bias = bias
                    stimuli.append(stimulus)
                }
            }
        }
        return stimuli
    }

    private func additions() -> [Stimulus] {
        var stimuli: [Stimulus] = []
        for rule in Self.additionRules {
            func append(_ a: Int, _ b: Int, _ mantissaA: Int, _ mantissaB: Int, _ exponent: Int) {
                var stimulus = Stimulus(rounding: rule)
                stimulus.addition = Addition(a: a, b: b, mantissaA: mantissaA, mantissaB: mantissaB, exponent: exponent)
                // Neither the sum nor the multipliers have a part.
                stimulus.sum = totals.lowerBound
                stimulus.bias = totals.upperBound
                stimuli.append(stimulus)
            }
            let largest = 1 << 31 - 1
            for exponent in -31...30 { append(1234, -321, largest, 1 << 30, exponent) }
            for a in [-32768, 32767] {
                for b in [-32768, 32767] { for m in [largest, -largest] { append(a, b, m, m, -12) } }
            }
            // (2 k + 1) / 2 and its neighbours.
            for quarter in [1, 2, 3, 4, 5, 6, 7, -1, -2, -3, -4, -5, -6, -7] { append(quarter, 0, 1 << 29, 1 << 29, 0) }
            append(3, -5, 1 << 29, 1 << 29, 0)
        }
        return stimuli
    }

    private func bypasses() -> [Stimulus] {
        let limit = 1 << 23
        var stimuli: [Stimulus] = []
        for sum in [5, -5, limit - 1, limit, -limit, -limit - 1] {
            for rule in RoundingRule.allCases {
                for isWide in [false, true] {
                    // A bias, a multiplier and a rule that must have no part.
                    var stimulus = stimulus(sum, 1 << 30 + 12345, -3, rule, ResultBits(isWide: isWide))
                    stimulus.bias = 1000
                    stimulus.isBypass = true
                    stimuli.append(stimulus)
                }
            }
        }
        return stimuli
    }

    private func clips() -> [Stimulus] {
        var stimuli: [Stimulus] = []
        for (low, high) in [(-3, 3), (20, 40), (-40, -20), (0, Int(Int32.max)), (5, 5)] {
            for total in [-100, -20, -4, -3, 0, 3, 4, 5, 20, 100, 1 << 25, -(1 << 25)] {
                stimuli.append(
                    stimulus(total, 1 << 30, 1, .halfEven, ResultBits(isWide: false, clipLow: low, clipHigh: high)))
            }
        }
        return stimuli
    }
}
