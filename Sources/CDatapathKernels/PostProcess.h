/* Post-processing of 32-bit (NAME narrow) or 64-bit sums, one function for each rule. Included by the level files with LEVEL defined.
 *
 * Eight lanes at a time in 64-bit arithmetic; the few lanes whose accumulator passes 32 bits, or whose exponent passes the 64-bit form, take the
 * exact scalar path. */

/* p = acc m with |p| < 2^62, 1 <= shift <= 62. */
static inline __attribute__((always_inline)) lanes round_product(lanes acc, lanes p, lanes shift, int32_t rounding) {
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
static inline __attribute__((always_inline)) lanes is_beyond_shift(lanes shift, int32_t rounding) {
    int64_t lowest = rounding == INTAGLIO_GEMMLOWP_DOUBLE || rounding == INTAGLIO_HALF_UP_DOUBLE ? 31 : 1;
    return (shift < lowest) | (shift > 62);
}

#define POST_PROCESS_SIGNATURE(SUM)                                                                                                                 \
    const intaglio_drain *restrict drain, const SUM *restrict sums, int64_t sumPitch, int64_t pixels, uint8_t *restrict output, int64_t outputPitch, \
        int64_t stored, int64_t *restrict laneCounts

#define POST_PROCESS_BODY(SUM, ROUNDING)                                                                                                            \
    typedef SUM sum_lanes __attribute__((ext_vector_type(LANES), aligned(sizeof(SUM))));                                                            \
    lanes saturated = 0;                                                                                                                            \
    for (int64_t p = 0; p < pixels; ++p, sums += sumPitch, output += outputPitch) {                                                                 \
        for (int64_t k = 0; k < drain->lanes; k += LANES) {                                                                                         \
            lanes acc = __builtin_convertvector(*(const sum_lanes *)(sums + k), lanes) + load_lanes(drain->bias + k);                               \
            lanes negative = acc < 0;                                                                                                               \
            lanes m = negative ? load_lanes(drain->multiplierNegative + k) : load_lanes(drain->multiplier + k);                                     \
            lanes shift = negative ? load_lanes(drain->shiftNegative + k) : load_lanes(drain->shift + k);                                           \
            lanes narrow = (acc << 32) >> 32;                                                                                                       \
            lanes r = round_product(acc, narrow * ((m << 32) >> 32), shift & 63, ROUNDING);                                                         \
            if (__builtin_expect(is_any((narrow ^ acc) | is_beyond_shift(shift, ROUNDING)), 0)) {                                                   \
                int64_t sum[LANES], rounded[LANES];                                                                                                 \
                memcpy(sum, &acc, sizeof sum);                                                                                                      \
                intaglio_exact_lanes(drain, k, LANES, sum, rounded);                                                                                                \
                memcpy(&r, rounded, sizeof rounded);                                                                                                \
            }                                                                                                                                       \
            store_lanes(drain, k, encode_lanes(drain, k, r, &saturated, laneCounts), output, stored);                                               \
        }                                                                                                                                           \
    }                                                                                                                                               \
    return -__builtin_reduce_add(saturated);

#define RULES(APPLY, SUM, NAME)                                                                                                                     \
    APPLY(INTAGLIO_SINGLE, SUM, NAME)                                                                                                               \
    APPLY(INTAGLIO_GEMMLOWP_DOUBLE, SUM, NAME)                                                                                                      \
    APPLY(INTAGLIO_HALF_UP_DOUBLE, SUM, NAME)                                                                                                       \
    APPLY(INTAGLIO_TOSA_DOUBLE, SUM, NAME)                                                                                                          \
    APPLY(INTAGLIO_HALF_EVEN, SUM, NAME)                                                                                                            \
    APPLY(INTAGLIO_HALF_AWAY, SUM, NAME)                                                                                                            \
    APPLY(INTAGLIO_FLOOR, SUM, NAME)                                                                                                                \
    APPLY(INTAGLIO_CEILING, SUM, NAME)                                                                                                              \
    APPLY(INTAGLIO_TOWARD_ZERO, SUM, NAME)

#define DEFINE_RULE(RULE, SUM, NAME)                                                                                                                \
    static int64_t post_process_##RULE##_##NAME(POST_PROCESS_SIGNATURE(SUM)) { POST_PROCESS_BODY(SUM, RULE) }
#define CASE_RULE(RULE, SUM, NAME)                                                                                                                  \
    case RULE: return post_process_##RULE##_##NAME(drain, sums, sumPitch, pixels, output, outputPitch, stored, laneCounts);

RULES(DEFINE_RULE, int32_t, narrow)
RULES(DEFINE_RULE, int64_t, wide)

int64_t LEVEL(intaglio_post_process)(POST_PROCESS_SIGNATURE(int32_t)) {
    switch (drain->rounding) { RULES(CASE_RULE, int32_t, narrow) }
    return 0;
}

int64_t LEVEL(intaglio_post_process_wide)(POST_PROCESS_SIGNATURE(int64_t)) {
    switch (drain->rounding) { RULES(CASE_RULE, int64_t, wide) }
    return 0;
}
