#ifndef INTAGLIO_ENCODE_H
#define INTAGLIO_ENCODE_H

#include "CDatapathKernels.h"
#include <string.h>

/* Eight lanes of 64 bits: one register with AVX-512, two with AVX2, plain words otherwise. The same source serves every level. */
#define LANES 8
typedef int64_t lanes __attribute__((ext_vector_type(LANES), aligned(8)));
typedef double real_lanes __attribute__((ext_vector_type(LANES), aligned(8)));

static inline __attribute__((always_inline)) lanes load_lanes(const int64_t *address) { return *(const lanes *)address; }

static inline __attribute__((always_inline)) int is_any(lanes mask) { return __builtin_reduce_or(mask) != 0; }

/* The end of every drain, for the lanes beginning at lane k: saturate to R bits, clip, remove the offset, clamp to the table.
 * Returns indices into the table (or the 16-bit results). In each lane that saturated, `saturated` loses one and `laneCounts` gains one. */
static inline __attribute__((always_inline)) lanes encode_lanes(
    const intaglio_drain *drain, int64_t k, lanes r, lanes *saturated, int64_t *laneCounts) {
    lanes kept = __builtin_elementwise_min(__builtin_elementwise_max(r, (lanes)drain->resultLow), (lanes)drain->resultHigh);
    lanes clipped = __builtin_elementwise_min(__builtin_elementwise_max(kept, (lanes)drain->clipLow), (lanes)drain->clipHigh);
    lanes x = clipped - load_lanes(drain->offset + k);
    lanes lost = (kept != r) | (x < load_lanes(drain->limitLow + k)) | (x > load_lanes(drain->limitHigh + k));
    if (__builtin_expect(is_any(lost), 0)) {
        *saturated += lost;
        *(lanes *)(laneCounts + k) -= lost;
    }
    x = __builtin_elementwise_min(__builtin_elementwise_max(x, load_lanes(drain->tableLow + k)), load_lanes(drain->tableHigh + k));
    return x + load_lanes(drain->tableBase + k);
}

/* Stores the elements of the lanes, or of those below `stored`. */
static inline __attribute__((always_inline)) void store_lanes(const intaglio_drain *drain, int64_t k, lanes index, uint8_t *output, int64_t stored) {
    int64_t count = stored - k < LANES ? stored - k : LANES;
    if (drain->table) {
        uint8_t codes[LANES];
        for (int i = 0; i < LANES; ++i) codes[i] = drain->table[index[i]];
        if (count == LANES)
            memcpy(output + k, codes, LANES);
        else
            for (int64_t i = 0; i < count; ++i) output[k + i] = codes[i];
    } else if (drain->thresholds) {
        int64_t x[LANES];
        memcpy(x, &index, sizeof x);
        for (int64_t i = 0; i < count; ++i) {
            const int32_t *thresholds = drain->thresholds + drain->thresholdStart[k + i];
            int64_t low = 0, high = drain->thresholdCount[k + i];
            while (low < high) {
                int64_t middle = (low + high) / 2;
                if (x[i] >= thresholds[middle])
                    low = middle + 1;
                else
                    high = middle;
            }
            output[k + i] = drain->codeMap[low];
        }
    } else {
        for (int64_t i = 0; i < count; ++i) {
            int64_t lane[LANES];
            memcpy(lane, &index, sizeof lane);
            int16_t element = (int16_t)lane[i];
            memcpy(output + 2 * (k + i), &element, 2);
        }
    }
}

#endif
