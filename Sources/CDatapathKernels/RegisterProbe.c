#include "CDatapathKernels.h"
#include "Targets.h"

/* The most the multipliers can do: the MAC kernels' inner loop without a single load. */

#if defined(__x86_64__)

#define PROBE(NAME, TARGET, VECTOR, COUNT, SET, MULTIPLY_ADD)                                                                                       \
    TARGET static void NAME(int64_t repetitions, int32_t *sink) {                                                                                   \
        VECTOR acc[COUNT], v = SET(sink[0]), w = SET(sink[1]);                                                                                      \
        _Pragma("unroll") for (int i = 0; i < COUNT; ++i) acc[i] = SET(i);                                                                           \
        for (; repetitions > 0; --repetitions) {                                                                                                    \
            _Pragma("unroll") for (int i = 0; i < COUNT; ++i) acc[i] = MULTIPLY_ADD(acc[i], v, w);                                                  \
            __asm__ volatile("" : "+x"(v), "+x"(w));                                                                                                \
        }                                                                                                                                           \
        union { VECTOR vector; int32_t lanes[sizeof(VECTOR) / 4]; } sum = {.vector = acc[0]};                                                       \
        for (int i = 1; i < COUNT; ++i) sum.vector ^= acc[i];                                                                                       \
        for (unsigned i = 0; i < sizeof(VECTOR) / 4; ++i) sink[0] ^= sum.lanes[i];                                                                  \
    }

#define ADD128(acc, v, w) _mm_add_epi32(acc, _mm_madd_epi16(v, w))
#define ADD256(acc, v, w) _mm256_add_epi32(acc, _mm256_madd_epi16(v, w))
PROBE(probe_sse2, TARGET_SSE2, __m128i, 8, _mm_set1_epi32, ADD128)
PROBE(probe_avx2, TARGET_AVX2, __m256i, 12, _mm256_set1_epi32, ADD256)
PROBE(probe_avx512, TARGET_AVX512_WIDE, __m512i, 24, _mm512_set1_epi32, multiply_add512)

#endif

int64_t intaglio_register_probe(int32_t level, int64_t repetitions, int32_t *sink) {
#if defined(__x86_64__)
    switch (level) {
    case INTAGLIO_AVX512: probe_avx512(repetitions, sink); return repetitions * 24 * 32;
    case INTAGLIO_AVX2: probe_avx2(repetitions, sink); return repetitions * 12 * 16;
    case INTAGLIO_SSE2: probe_sse2(repetitions, sink); return repetitions * 8 * 8;
    default: break;
    }
#endif
    (void)level;
    for (int64_t i = 0; i < repetitions; ++i) sink[0] += (int16_t)(sink[1] + i) * (int16_t)sink[0];
    return repetitions;
}
