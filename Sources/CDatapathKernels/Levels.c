#include "CDatapathKernels.h"

int32_t intaglio_best_level(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni"))
        return INTAGLIO_AVX512;
    if (__builtin_cpu_supports("avx2")) return INTAGLIO_AVX2;
    return INTAGLIO_SSE2;
#else
    return INTAGLIO_PORTABLE;
#endif
}
