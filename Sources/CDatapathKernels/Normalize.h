/* Normalization of 32-bit or 64-bit sums. Included by the level files with LEVEL defined.
 *
 * Correctly rounded normalization: an estimate in double precision decides, unless it lies so near a tie that its error could matter; then integers do.
 *
 * |v| M < 2^39 and n < 2^40 are exact doubles, and each form takes at most three roundings, so the estimate's relative error is below 2^-50.
 * Results of 2^33 or more saturate (R <= 32) whatever their last bits; below, the absolute error is less than 2^-17: an estimate farther than
 * MARGIN = 2^-16 from every tie rounds right. */
#define MARGIN 0x1p-16
#define LARGEST INTAGLIO_LARGEST_MAGNITUDE

#define NORMALIZE_SIGNATURE(SUM)                                                                                                                    \
    const intaglio_drain *restrict drain, const SUM *restrict sums, int64_t sumPitch, const int16_t *restrict values, int64_t valuePitch,           \
        int64_t pixels, uint8_t *restrict output, int64_t outputPitch, int64_t stored, int64_t *restrict laneCounts
#define NORMALIZE_ARGUMENTS drain, sums, sumPitch, values, valuePitch, pixels, output, outputPitch, stored, laneCounts

#define ESTIMATE_GDN(a, n) ((a) / __builtin_elementwise_sqrt(n))
#define ESTIMATE_IGDN(a, n) ((a) * __builtin_elementwise_sqrt(n))
#define ESTIMATE_GDN1(a, n) ((a) / (n))
#define ESTIMATE_IGDN1(a, n) ((a) * (n))

#define NORMALIZE_BODY(SUM, ESTIMATE)                                                                                                               \
    typedef SUM sum_lanes __attribute__((ext_vector_type(LANES), aligned(sizeof(SUM))));                                                            \
    typedef int16_t value_lanes __attribute__((ext_vector_type(LANES), aligned(2)));                                                                \
    lanes saturated = 0;                                                                                                                            \
    for (int64_t p = 0; p < pixels; ++p, sums += sumPitch, values += valuePitch, output += outputPitch) {                                           \
        for (int64_t k = 0; k < drain->lanes; k += LANES) {                                                                                         \
            lanes n = __builtin_convertvector(*(const sum_lanes *)(sums + k), lanes) + load_lanes(drain->bias + k);                                 \
            lanes v = __builtin_convertvector(*(const value_lanes *)(values + k), lanes);                                                           \
            real_lanes a = __builtin_convertvector(v < 0 ? -v : v, real_lanes) * *(const real_lanes *)(drain->scaleFactor + k);                     \
            real_lanes d = ESTIMATE(a, __builtin_convertvector(n, real_lanes));                                                                     \
            d = d > LARGEST ? (real_lanes)LARGEST : d;                                                                                              \
            lanes floored = __builtin_convertvector(d, lanes);                                                                                      \
            real_lanes fraction = d - __builtin_convertvector(floored, real_lanes);                                                                 \
            lanes q = floored - (lanes)(fraction >= 0.5);                                                                                           \
            if (__builtin_expect(is_any((lanes)(fraction > 0.5 - MARGIN) & (lanes)(fraction < 0.5 + MARGIN)), 0)) {                                 \
                int64_t sum[LANES], magnitude[LANES];                                                                                               \
                memcpy(sum, &n, sizeof sum);                                                                                                        \
                memcpy(magnitude, &q, sizeof magnitude);                                                                                            \
                intaglio_exact_magnitudes(drain, k, LANES, values + k, sum, magnitude);                                                                             \
                memcpy(&q, magnitude, sizeof magnitude);                                                                                            \
            }                                                                                                                                       \
            store_lanes(drain, k, encode_lanes(drain, k, v < 0 ? -q : q, &saturated, laneCounts), output, stored);                                  \
        }                                                                                                                                           \
    }                                                                                                                                               \
    return -__builtin_reduce_add(saturated);

/* By a table: the vectors gather from no two segments alike, so each lane goes its own way between them. */
#define TABLE_BODY(SUM)                                                                                                                             \
    typedef SUM sum_lanes __attribute__((ext_vector_type(LANES), aligned(sizeof(SUM))));                                                            \
    typedef int16_t value_lanes __attribute__((ext_vector_type(LANES), aligned(2)));                                                                \
    lanes saturated = 0;                                                                                                                            \
    for (int64_t p = 0; p < pixels; ++p, sums += sumPitch, values += valuePitch, output += outputPitch) {                                           \
        for (int64_t k = 0; k < drain->lanes; k += LANES) {                                                                                         \
            lanes n = __builtin_convertvector(*(const sum_lanes *)(sums + k), lanes) + load_lanes(drain->bias + k);                                 \
            lanes v = __builtin_convertvector(*(const value_lanes *)(values + k), lanes);                                                           \
            lanes q;                                                                                                                                \
            int64_t sum[LANES], magnitude[LANES];                                                                                                   \
            memcpy(sum, &n, sizeof sum);                                                                                                            \
            intaglio_table_magnitudes(drain, k, LANES, values + k, sum, magnitude);                                                                 \
            memcpy(&q, magnitude, sizeof magnitude);                                                                                                \
            store_lanes(drain, k, encode_lanes(drain, k, v < 0 ? -q : q, &saturated, laneCounts), output, stored);                                  \
        }                                                                                                                                           \
    }                                                                                                                                               \
    return -__builtin_reduce_add(saturated);

#define DEFINE_FORMS(SUM, NAME)                                                                                                                     \
    static int64_t gdn_##NAME(NORMALIZE_SIGNATURE(SUM)) { NORMALIZE_BODY(SUM, ESTIMATE_GDN) }                                                       \
    static int64_t igdn_##NAME(NORMALIZE_SIGNATURE(SUM)) { NORMALIZE_BODY(SUM, ESTIMATE_IGDN) }                                                     \
    static int64_t gdn1_##NAME(NORMALIZE_SIGNATURE(SUM)) { NORMALIZE_BODY(SUM, ESTIMATE_GDN1) }                                                     \
    static int64_t igdn1_##NAME(NORMALIZE_SIGNATURE(SUM)) { NORMALIZE_BODY(SUM, ESTIMATE_IGDN1) }                                                   \
    static int64_t table_##NAME(NORMALIZE_SIGNATURE(SUM)) { TABLE_BODY(SUM) }                                                                       \
    static int64_t normalize_##NAME(NORMALIZE_SIGNATURE(SUM)) {                                                                                     \
        if (drain->normalizationTable.baseBits) return table_##NAME(NORMALIZE_ARGUMENTS);                                                           \
        switch (drain->form) {                                                                                                                      \
        case INTAGLIO_GDN: return gdn_##NAME(NORMALIZE_ARGUMENTS);                                                                                  \
        case INTAGLIO_IGDN: return igdn_##NAME(NORMALIZE_ARGUMENTS);                                                                                \
        case INTAGLIO_GDN1: return gdn1_##NAME(NORMALIZE_ARGUMENTS);                                                                                \
        default: return igdn1_##NAME(NORMALIZE_ARGUMENTS);                                                                                          \
        }                                                                                                                                           \
    }

DEFINE_FORMS(int32_t, narrow)
DEFINE_FORMS(int64_t, wide)

int64_t LEVEL(intaglio_normalize)(NORMALIZE_SIGNATURE(int32_t)) { return normalize_narrow(NORMALIZE_ARGUMENTS); }
int64_t LEVEL(intaglio_normalize_wide)(NORMALIZE_SIGNATURE(int64_t)) { return normalize_wide(NORMALIZE_ARGUMENTS); }
