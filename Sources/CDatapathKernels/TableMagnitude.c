#include "CDatapathKernels.h"
#include "ExactLanes.h"

int64_t intaglio_table_magnitude(
    const intaglio_normalization_table *table, int32_t form, int64_t a, int64_t n, int64_t scaleShift) {
    if (a == 0) return 0;
    int32_t exponent = 63 - __builtin_clzll((uint64_t)n);
    /* The leading one falls off the left end: 64 bits of fraction, of which 25 at least are 0. */
    uint64_t fraction = exponent > 0 ? (uint64_t)n << (64 - exponent) : 0;
    int32_t fractionBits = table->baseBits - 1;
    int64_t y;
    int32_t moved;
    if (form == INTAGLIO_IGDN1) {
        y = ((int64_t)1 << fractionBits) + (int64_t)(fraction >> (64 - fractionBits));
        moved = -exponent;
    } else {
        int32_t isRoot = form == INTAGLIO_GDN || form == INTAGLIO_IGDN;
        int32_t octaveBits = table->indexBits - isRoot;
        int64_t leading = (int64_t)(fraction >> 32) >> (32 - octaveBits - table->offsetBits);
        int64_t segment = (isRoot ? (int64_t)(exponent & 1) << octaveBits : 0) + (leading >> table->offsetBits);
        int64_t offset = leading & (((int64_t)1 << table->offsetBits) - 1);
        const int64_t *line = table->segments + 2 * segment;
        y = line[0] + ((line[1] * offset) >> table->slopeShift);
        moved = form == INTAGLIO_GDN ? exponent >> 1 : form == INTAGLIO_IGDN ? -(exponent >> 1) : exponent;
    }
    int64_t product = a * y;
    int32_t places = (int32_t)scaleShift + fractionBits + moved;
    if (places > 60) return 0;
    if (places > 0) return (product + ((int64_t)1 << (places - 1))) >> places;
    /* To the left: what passes 33 bits saturates, whatever its last bits. */
    const int64_t largest = (int64_t)INTAGLIO_LARGEST_MAGNITUDE;
    return product > largest >> -places ? largest : product << -places;
}

void intaglio_table_magnitudes(
    const intaglio_drain *drain, int64_t k, int64_t count, const int16_t *values, const int64_t *n, int64_t *q) {
    for (int i = 0; i < count; ++i) {
        int64_t v = values[i] < 0 ? -(int64_t)values[i] : values[i];
        int64_t a = v * drain->scale[k + i];
        q[i] = intaglio_table_magnitude(&drain->normalizationTable, drain->form, a, n[i], drain->scaleShift[k + i]);
    }
}
