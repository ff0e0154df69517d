#include "CDatapathKernels.h"
#include "ExactLanes.h"

/* Rounds p / 2^d by a rule that looks at the exact quotient only. */
static __int128 rounded_quotient(__int128 p, int64_t d, int32_t rounding) {
    __int128 half = (__int128)1 << (d - 1), mask = ((__int128)1 << d) - 1;
    switch (rounding) {
    case INTAGLIO_HALF_EVEN: return (p + half - 1 + ((p >> d) & 1)) >> d;
    case INTAGLIO_HALF_AWAY: return p < 0 ? -((-p + half) >> d) : (p + half) >> d;
    case INTAGLIO_FLOOR: return p >> d;
    case INTAGLIO_CEILING: return (p + mask) >> d;
    case INTAGLIO_TOWARD_ZERO: return p < 0 ? -(-p >> d) : p >> d;
    default: return (p + half) >> d;
    }
}

static int64_t narrowed(__int128 value) {
    if (value > INT64_MAX) return INT64_MAX;
    if (value < INT64_MIN) return INT64_MIN;
    return (int64_t)value;
}

int64_t intaglio_requantize(int64_t acc, int64_t m, int64_t shift, int32_t rounding) {
    int64_t s = 31 - shift, e = s < 0 ? -s : 0;
    __int128 product = (__int128)acc * m;
    switch (rounding) {
    case INTAGLIO_GEMMLOWP_DOUBLE:
    case INTAGLIO_HALF_UP_DOUBLE: {
        __int128 h = ((s > 0 ? product << s : product) + ((__int128)1 << 30)) >> 31;
        if (e == 0) return narrowed(h);
        int32_t second = rounding == INTAGLIO_GEMMLOWP_DOUBLE ? INTAGLIO_HALF_AWAY : INTAGLIO_SINGLE;
        return narrowed(rounded_quotient(h, e, second));
    }
    case INTAGLIO_TOSA_DOUBLE:
        if (s < 0) product += acc < 0 ? -((__int128)1 << 30) : (__int128)1 << 30;
        return narrowed(rounded_quotient(product, shift, INTAGLIO_SINGLE));
    default: return narrowed(rounded_quotient(product, shift, rounding));
    }
}

void intaglio_exact_lanes(const intaglio_drain *drain, int64_t k, int64_t count, const int64_t *acc, int64_t *r) {
    for (int i = 0; i < count; ++i) {
        int64_t a = acc[i];
        int64_t m = a < 0 ? drain->multiplierNegative[k + i] : drain->multiplier[k + i];
        int64_t shift = a < 0 ? drain->shiftNegative[k + i] : drain->shift[k + i];
        r[i] = intaglio_requantize(a, m, shift, drain->rounding);
    }
}
