/* Normalization of 32-bit or 64-bit sums, correctly rounded or by a table.
 *
 * Correctly rounded normalization: an estimate in double precision decides, unless it lies so near a tie that its error
 * could matter; then integers do.
 *
 * |v| M < 2^39 and n < 2^40 are exact doubles, and each form takes at most three roundings, so the estimate's relative
 * error is below 2^-50. Results of 2^33 or more saturate (R <= 32) whatever their last bits; below, the absolute error
 * is less than 2^-17: an estimate farther than MARGIN = 2^-16 from every tie rounds right. */
#define MARGIN 0x1p-16
#define LARGEST INTAGLIO_LARGEST_MAGNITUDE

/* a = |v| M / 2^S. */
ALWAYS_INLINE real_lanes estimate(real_lanes a, real_lanes n, const int32_t form) {
    switch (form) {
    case INTAGLIO_GDN: return a / __builtin_elementwise_sqrt(n);
    case INTAGLIO_IGDN: return a * __builtin_elementwise_sqrt(n);
    case INTAGLIO_GDN1: return a / n;
    default: return a * n;
    }
}

/* What the lanes beginning at lane k normalize: values, loaded from `address` too, and norms. */
typedef struct {
    int64_t k;
    const int16_t *address;
    lanes v, n;
} operands;

/* Correctly rounded. */
ALWAYS_INLINE lanes exact_magnitudes(const intaglio_drain *drain, const operands *x, const int32_t form) {
    real_lanes factor = *(const real_lanes *)(drain->scaleFactor + x->k);
    real_lanes a = __builtin_convertvector(__builtin_elementwise_abs(x->v), real_lanes) * factor;
    real_lanes d = estimate(a, __builtin_convertvector(x->n, real_lanes), form);
    d = d > LARGEST ? (real_lanes)LARGEST : d;
    lanes floored = __builtin_convertvector(d, lanes);
    real_lanes fraction = d - __builtin_convertvector(floored, real_lanes);
    lanes q = floored - (lanes)(fraction >= 0.5);
    if (__builtin_expect(is_any((lanes)(fraction > 0.5 - MARGIN) & (lanes)(fraction < 0.5 + MARGIN)), 0)) {
        int64_t sum[LANES], magnitude[LANES];
        memcpy(sum, &x->n, sizeof sum);
        memcpy(magnitude, &q, sizeof magnitude);
        intaglio_exact_magnitudes(drain, x->k, LANES, x->address, sum, magnitude);
        memcpy(&q, magnitude, sizeof magnitude);
    }
    return q;
}

/* By a table: the vectors gather from no two segments alike, so each lane goes its own way between them. */
ALWAYS_INLINE lanes table_magnitudes(const intaglio_drain *drain, const operands *x) {
    int64_t sum[LANES], magnitude[LANES];
    memcpy(sum, &x->n, sizeof sum);
    intaglio_table_magnitudes(drain, x->k, LANES, x->address, sum, magnitude);
    lanes q;
    memcpy(&q, magnitude, sizeof magnitude);
    return q;
}

/* In place of a form. */
enum { BY_TABLE = -1 };

/* The sums by one form, which is known where this is inlined. */
ALWAYS_INLINE int64_t normalize_sums(
    const intaglio_drain_arguments *arguments, const int isWide, const int32_t form) {
    const intaglio_drain_arguments a = *arguments;
    const intaglio_drain *drain = a.drain;
    lanes saturated = 0;
    for (int64_t p = 0; p < a.pixels; ++p) {
        for (int64_t k = 0; k < drain->lanes; k += LANES) {
            operands x = {.k = k, .address = a.values + p * a.valuePitch + k};
            x.v = load_values(x.address);
            x.n = load_sums(&a, isWide, p, k) + load_lanes(drain->bias + k);
            lanes q = form == BY_TABLE ? table_magnitudes(drain, &x) : exact_magnitudes(drain, &x, form);
            lanes index = encode_lanes(drain, k, x.v < 0 ? -q : q, &saturated, a.laneCounts);
            store_lanes(drain, k, index, a.output + p * a.outputPitch, a.stored);
        }
    }
    return -__builtin_reduce_add(saturated);
}

ALWAYS_INLINE int64_t normalize_by_form(const intaglio_drain_arguments *arguments, const int isWide) {
    if (arguments->drain->normalizationTable.baseBits) return normalize_sums(arguments, isWide, BY_TABLE);
    switch (arguments->drain->form) {
    case INTAGLIO_GDN: return normalize_sums(arguments, isWide, INTAGLIO_GDN);
    case INTAGLIO_IGDN: return normalize_sums(arguments, isWide, INTAGLIO_IGDN);
    case INTAGLIO_GDN1: return normalize_sums(arguments, isWide, INTAGLIO_GDN1);
    default: return normalize_sums(arguments, isWide, INTAGLIO_IGDN1);
    }
}

static int64_t normalize(const intaglio_drain_arguments *arguments) {
    return arguments->wideSums ? normalize_by_form(arguments, 1) : normalize_by_form(arguments, 0);
}
