#include "CDatapathKernels.h"
#include "ExactLanes.h"

/* Whether 2q - 1 satisfies the form's inequality; odd = 2q - 1 > 0. */
static int is_reached(int32_t form, int64_t a, int64_t n, int64_t scaleShift, int64_t odd) {
    unsigned __int128 u = (unsigned __int128)odd, twice = 2 * (unsigned __int128)a;
    unsigned __int128 shiftedTwo = (unsigned __int128)n;
    switch (form) {
    case INTAGLIO_GDN: return u * u * shiftedTwo <= (twice * twice) >> (2 * scaleShift);
    case INTAGLIO_IGDN: return u * u <= (twice * twice * shiftedTwo) >> (2 * scaleShift);
    case INTAGLIO_GDN1: return u * shiftedTwo <= twice >> scaleShift;
    default: return u <= (twice * shiftedTwo) >> scaleShift;
    }
}

int64_t intaglio_normalized_magnitude(int32_t form, int64_t a, int64_t n, int64_t scaleShift, int64_t estimate) {
    int64_t q = estimate < 0 ? 0 : estimate;
    while (q > 0 && !is_reached(form, a, n, scaleShift, 2 * q - 1)) --q;
    while (is_reached(form, a, n, scaleShift, 2 * q + 1)) ++q;
    return q;
}

void intaglio_exact_magnitudes(
    const intaglio_drain *drain, int64_t k, int64_t count, const int16_t *values, const int64_t *n, int64_t *q) {
    for (int i = 0; i < count; ++i) {
        if (q[i] >= (int64_t)INTAGLIO_LARGEST_MAGNITUDE) continue;
        int64_t v = values[i] < 0 ? -(int64_t)values[i] : values[i];
        int64_t a = v * drain->scale[k + i];
        q[i] = intaglio_normalized_magnitude(drain->form, a, n[i], drain->scaleShift[k + i], q[i]);
    }
}
