#ifndef INTAGLIO_TARGETS_H
#define INTAGLIO_TARGETS_H

#include <stdint.h>

/* Instructions are allowed function by function, so that the rest of the program runs on any processor. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* A loop whose count is known once its function is inlined. */
#define EACH(index, count) _Pragma("unroll") for (int index = 0; index < (count); ++index)

#if defined(__x86_64__)
#include <immintrin.h>
#define TARGET_SSE2
#define TARGET_AVX2 __attribute__((target("avx2")))
#define TARGET_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"), min_vector_width(512)))

/* What the MAC kernels' templates need of a target: its registers of 32-bit lanes, and acc + v[0] w[0] + v[1] w[1] in
 * each, v and w being pairs of 16 bits. */

typedef int32_t vector_sse2 __attribute__((vector_size(16)));
typedef int32_t vector_avx2 __attribute__((vector_size(32)));
typedef int32_t vector_avx512 __attribute__((vector_size(64)));

TARGET_SSE2 ALWAYS_INLINE vector_sse2 multiply_add_sse2(vector_sse2 acc, vector_sse2 v, vector_sse2 w) {
    return (vector_sse2)_mm_add_epi32((__m128i)acc, _mm_madd_epi16((__m128i)v, (__m128i)w));
}

TARGET_AVX2 ALWAYS_INLINE vector_avx2 multiply_add_avx2(vector_avx2 acc, vector_avx2 v, vector_avx2 w) {
    return (vector_avx2)_mm256_add_epi32((__m256i)acc, _mm256_madd_epi16((__m256i)v, (__m256i)w));
}

/* Written in assembly because the compiler, which minds latency, would split it into two instructions; these kernels
 * keep enough sums in flight to mind throughput only. */
TARGET_AVX512 ALWAYS_INLINE vector_avx512 multiply_add_avx512(vector_avx512 acc, vector_avx512 v, vector_avx512 w) {
    __asm__("vpdpwssd %2, %1, %0" : "+v"(acc) : "v"(v), "v"(w));
    return acc;
}
#endif

#endif
