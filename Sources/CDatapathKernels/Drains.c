#include "DrainKernels.h"

/* One entry for each drain, and for partial sums: chooses the function compiled for the level. */

static const intaglio_drain_kernels *kernels(int32_t level) {
#if defined(__x86_64__)
    if (level == INTAGLIO_AVX512) return &intaglio_drain_kernels_avx512;
    if (level == INTAGLIO_AVX2) return &intaglio_drain_kernels_avx2;
#endif
    (void)level;
    return &intaglio_drain_kernels_portable;
}

int64_t intaglio_post_process(int32_t level, const intaglio_drain_arguments *arguments) {
    return kernels(level)->post_process(arguments);
}

int64_t intaglio_normalize(int32_t level, const intaglio_drain_arguments *arguments) {
    return kernels(level)->normalize(arguments);
}

void intaglio_add_sums(int32_t level, const intaglio_add_arguments *arguments) { kernels(level)->add_sums(arguments); }
