#include "CDatapathKernels.h"
#include "Targets.h"
#include <string.h>

void intaglio_pack_pairs(const uint8_t *codes, int64_t count, const int16_t *entries, int64_t start, int16_t *packed) {
    int64_t i = 0;
    if (start & 1 && count > 0) packed[start / 2 * 32 + 1] = entries[codes[i++]];
    packed += (start + i) / 2 * 32;
    for (; i + 2 <= count; i += 2, packed += 32) {
        packed[0] = entries[codes[i]];
        packed[1] = entries[codes[i + 1]];
    }
    if (i < count) packed[0] = entries[codes[i]];
}

int32_t intaglio_sums_fit(const int16_t *weights, int64_t runs, int64_t pairs, const int64_t *largest) {
    int64_t bounds[16] = {0};
    for (int64_t run = 0; run < runs; ++run) {
        for (int64_t pair = 0; pair < pairs; ++pair, weights += 32) {
            const int32_t first = (int32_t)largest[2 * pair], second = (int32_t)largest[2 * pair + 1];
            for (int lane = 0; lane < 16; ++lane) {
                int32_t w0 = weights[2 * lane], w1 = weights[2 * lane + 1];
                bounds[lane] += (uint32_t)((w0 < 0 ? -w0 : w0) * first) + (uint32_t)((w1 < 0 ? -w1 : w1) * second);
            }
        }
    }
    for (int lane = 0; lane < 16; ++lane)
        if (bounds[lane] > INT32_MAX) return 0;
    return 1;
}

void intaglio_pack_chunks(const uint8_t *codes, int64_t count, const int16_t *entries, int64_t start, int16_t *packed) {
    for (int64_t i = 0; i < count; ++i) packed[(start + i) / 32 * 128 + (start + i) % 32] = entries[codes[i]];
}

/* With a constant number of bytes the compiler needs no call. */
ALWAYS_INLINE void copy_each(const intaglio_copy_arguments a, const int64_t bytes) {
    for (int64_t i = 0; i < a.chunks; ++i)
        memcpy(a.destination + i * a.destinationPitch, a.source + i * a.sourcePitch, (size_t)bytes);
}

void intaglio_copy_chunks(const intaglio_copy_arguments *arguments) {
    const intaglio_copy_arguments a = *arguments;
    if (a.destinationPitch == a.bytes && a.sourcePitch == a.bytes) {
        memcpy(a.destination, a.source, (size_t)(a.bytes * a.chunks));
        return;
    }
    switch (a.bytes) {
    case 3: return copy_each(a, 3);
    case 64: return copy_each(a, 64);
    case 128: return copy_each(a, 128);
    default: return copy_each(a, a.bytes);
    }
}
