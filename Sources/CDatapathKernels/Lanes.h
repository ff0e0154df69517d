#ifndef INTAGLIO_LANES_H
#define INTAGLIO_LANES_H

#include "CDatapathKernels.h"
#include "Targets.h"
#include <string.h>

/* Eight lanes of 64 bits: one register with AVX-512, two with AVX2, plain words otherwise. The same source serves every
 * level. */
#define LANES 8
typedef int64_t lanes __attribute__((ext_vector_type(LANES), aligned(8)));
typedef double real_lanes __attribute__((ext_vector_type(LANES), aligned(8)));
typedef int32_t narrow_lanes __attribute__((ext_vector_type(LANES), aligned(4)));
typedef int16_t value_lanes __attribute__((ext_vector_type(LANES), aligned(2)));

ALWAYS_INLINE lanes load_lanes(const int64_t *address) { return *(const lanes *)address; }

ALWAYS_INLINE lanes load_narrow_lanes(const int32_t *address) {
    return __builtin_convertvector(*(const narrow_lanes *)address, lanes);
}

ALWAYS_INLINE lanes load_values(const int16_t *address) {
    return __builtin_convertvector(*(const value_lanes *)address, lanes);
}

/* The sums of pixel p from lane k on. */
ALWAYS_INLINE lanes load_sums(const intaglio_drain_arguments *arguments, const int isWide, int64_t p, int64_t k) {
    const int64_t first = p * arguments->sumPitch + k;
    return isWide ? load_lanes(arguments->wideSums + first) : load_narrow_lanes(arguments->sums + first);
}

ALWAYS_INLINE int is_any(lanes mask) { return __builtin_reduce_or(mask) != 0; }

ALWAYS_INLINE lanes clamp(lanes x, lanes low, lanes high) {
    return __builtin_elementwise_min(__builtin_elementwise_max(x, low), high);
}

#endif
