#ifndef INTAGLIO_TARGETS_H
#define INTAGLIO_TARGETS_H

/* Instructions are allowed function by function, so that the rest of the program runs on any processor. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__)
#include <immintrin.h>
#define TARGET_SSE2
#define TARGET_AVX2 __attribute__((target("avx2")))
#define TARGET_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,prefer-256-bit")))
#define TARGET_AVX512_WIDE __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"), min_vector_width(512)))

/* acc + v[0] w[0] + v[1] w[1] in each 32-bit lane. Written in assembly because the compiler, which minds latency, would split it into two
 * instructions; these kernels keep enough sums in flight to mind throughput only. */
TARGET_AVX512_WIDE ALWAYS_INLINE __m512i multiply_add512(__m512i acc, __m512i v, __m512i w) {
    __asm__("vpdpwssd %2, %1, %0" : "+v"(acc) : "v"(v), "v"(w));
    return acc;
}
#endif

#endif
