/* Post-processing of 32-bit or 64-bit sums.
 *
 * Eight lanes at a time in 64-bit arithmetic; the few lanes whose accumulator passes 32 bits, or whose exponent passes
 * the 64-bit form, take the exact scalar path. */

/* p = acc m with |p| < 2^62, 1 <= shift <= 62. */
ALWAYS_INLINE lanes round_product(lanes acc, lanes p, lanes shift, int32_t rounding) {
    const lanes one = 1, half = one << (shift - 1);
    switch (rounding) {
    case INTAGLIO_HALF_EVEN: return (p + half - 1 + ((p >> shift) & 1)) >> shift;
    case INTAGLIO_HALF_AWAY: return (p + half + (p >> 63)) >> shift;
    case INTAGLIO_FLOOR: return p >> shift;
    case INTAGLIO_CEILING: return (p + (half - 1) + half) >> shift;
    case INTAGLIO_TOWARD_ZERO: return (p + ((p >> 63) & ((half - 1) + half))) >> shift;
    case INTAGLIO_TOSA_DOUBLE: {
        lanes nudge = (shift > 31) & ((int64_t)1 << 30);
        return (p + half + (acc < 0 ? -nudge : nudge)) >> shift;
    }
    case INTAGLIO_GEMMLOWP_DOUBLE:
    case INTAGLIO_HALF_UP_DOUBLE: {
        lanes h = (p + ((int64_t)1 << 30)) >> 31, e = shift - 31;
        lanes halfStep = (one << e) >> 1;
        if (rounding == INTAGLIO_GEMMLOWP_DOUBLE) halfStep += (h >> 63) & (e > 0);
        return (h + halfStep) >> e;
    }
    default: return (p + half) >> shift;
    }
}

/* All ones where the 64-bit form of the rule does not cover the shift. */
ALWAYS_INLINE lanes is_beyond_shift(lanes shift, int32_t rounding) {
    int64_t lowest = rounding == INTAGLIO_GEMMLOWP_DOUBLE || rounding == INTAGLIO_HALF_UP_DOUBLE ? 31 : 1;
    return (shift < lowest) | (shift > 62);
}

/* The sums by one rule, which is known where this is inlined. */
ALWAYS_INLINE int64_t post_process_sums(
    const intaglio_drain_arguments *arguments, const int isWide, const int32_t rounding) {
    const intaglio_drain_arguments a = *arguments;
    const intaglio_drain *drain = a.drain;
    lanes saturated = 0;
    for (int64_t p = 0; p < a.pixels; ++p) {
        for (int64_t k = 0; k < drain->lanes; k += LANES) {
            lanes acc = load_sums(&a, isWide, p, k) + load_lanes(drain->bias + k);
            lanes negative = acc < 0;
            lanes m = negative ? load_lanes(drain->multiplierNegative + k) : load_lanes(drain->multiplier + k);
            lanes shift = negative ? load_lanes(drain->shiftNegative + k) : load_lanes(drain->shift + k);
            lanes narrow = (acc << 32) >> 32;
            lanes r = round_product(acc, narrow * ((m << 32) >> 32), shift & 63, rounding);
            if (__builtin_expect(is_any((narrow ^ acc) | is_beyond_shift(shift, rounding)), 0)) {
                int64_t sum[LANES], rounded[LANES];
                memcpy(sum, &acc, sizeof sum);
                intaglio_exact_lanes(drain, k, LANES, sum, rounded);
                memcpy(&r, rounded, sizeof rounded);
            }
            lanes index = encode_lanes(drain, k, r, &saturated, a.laneCounts);
            store_lanes(drain, k, index, a.output + p * a.outputPitch, a.stored);
        }
    }
    return -__builtin_reduce_add(saturated);
}

ALWAYS_INLINE int64_t post_process_by_rule(const intaglio_drain_arguments *arguments, const int isWide) {
    switch (arguments->drain->rounding) {
    case INTAGLIO_SINGLE: return post_process_sums(arguments, isWide, INTAGLIO_SINGLE);
    case INTAGLIO_GEMMLOWP_DOUBLE: return post_process_sums(arguments, isWide, INTAGLIO_GEMMLOWP_DOUBLE);
    case INTAGLIO_HALF_UP_DOUBLE: return post_process_sums(arguments, isWide, INTAGLIO_HALF_UP_DOUBLE);
    case INTAGLIO_TOSA_DOUBLE: return post_process_sums(arguments, isWide, INTAGLIO_TOSA_DOUBLE);
    case INTAGLIO_HALF_EVEN: return post_process_sums(arguments, isWide, INTAGLIO_HALF_EVEN);
    case INTAGLIO_HALF_AWAY: return post_process_sums(arguments, isWide, INTAGLIO_HALF_AWAY);
    case INTAGLIO_FLOOR: return post_process_sums(arguments, isWide, INTAGLIO_FLOOR);
    case INTAGLIO_CEILING: return post_process_sums(arguments, isWide, INTAGLIO_CEILING);
    case INTAGLIO_TOWARD_ZERO: return post_process_sums(arguments, isWide, INTAGLIO_TOWARD_ZERO);
    /* No other rule has a kernel: to return would leave the outputs as they were. */
    default: __builtin_trap();
    }
}

static int64_t post_process(const intaglio_drain_arguments *arguments) {
    return arguments->wideSums ? post_process_by_rule(arguments, 1) : post_process_by_rule(arguments, 0);
}
