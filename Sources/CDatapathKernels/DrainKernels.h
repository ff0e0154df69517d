#ifndef INTAGLIO_DRAIN_KERNELS_H
#define INTAGLIO_DRAIN_KERNELS_H

#include "CDatapathKernels.h"

/* What a level file compiles for its instructions. */
typedef struct {
    int64_t (*post_process)(const intaglio_drain_arguments *);
    int64_t (*normalize)(const intaglio_drain_arguments *);
    void (*add_sums)(const intaglio_add_arguments *);
} intaglio_drain_kernels;

extern const intaglio_drain_kernels intaglio_drain_kernels_portable;
#if defined(__x86_64__)
extern const intaglio_drain_kernels intaglio_drain_kernels_avx2, intaglio_drain_kernels_avx512;
#endif

#endif
