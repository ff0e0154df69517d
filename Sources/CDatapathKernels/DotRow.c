#include "CDatapathKernels.h"
#include "Targets.h"

static void dot_row_portable(const intaglio_mac_arguments *a) {
    for (int64_t p = 0; p < a->pixels; ++p) {
        int32_t acc[4] = {0};
        const int16_t *w = a->weights;
        for (int64_t i = 0; i < a->runCount; ++i) {
            const int16_t *v = a->operands + p * a->pixelStride + a->runs[i].offset;
            for (int64_t chunk = 0; chunk < a->runs[i].pairs; chunk += 16, v += 32, w += 128)
                for (int k = 0; k < 4; ++k)
                    for (int c = 0; c < 32; ++c) acc[k] += (int32_t)v[c] * w[32 * k + c];
        }
        for (int k = 0; k < 4; ++k) a->sums[p * a->sumPitch + k] = acc[k];
    }
}

#if defined(__x86_64__)

TARGET_AVX2 ALWAYS_INLINE __m128i add_halves_avx2(__m256i v) {
    return _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
}

/* The sum of each vector's lanes. */
TARGET_AVX2 ALWAYS_INLINE __m128i sum_lanes_avx2(const vector_avx2 v[4]) {
    __m256i first = _mm256_hadd_epi32((__m256i)v[0], (__m256i)v[1]);
    __m256i last = _mm256_hadd_epi32((__m256i)v[2], (__m256i)v[3]);
    return add_halves_avx2(_mm256_hadd_epi32(first, last));
}

TARGET_AVX512 ALWAYS_INLINE vector_avx2 add_halves_avx512(vector_avx512 v) {
    __m256i low = _mm512_castsi512_si256((__m512i)v), high = _mm512_extracti64x4_epi64((__m512i)v, 1);
    return (vector_avx2)_mm256_add_epi32(low, high);
}

TARGET_AVX512 ALWAYS_INLINE __m128i sum_lanes_avx512(const vector_avx512 v[4]) {
    vector_avx2 halves[4];
    EACH(k, 4) halves[k] = add_halves_avx512(v[k]);
    return sum_lanes_avx2(halves);
}

#define LEVEL(NAME) NAME##_avx2
#define TARGET TARGET_AVX2
#include "DotBlock.h"

#define LEVEL(NAME) NAME##_avx512
#define TARGET TARGET_AVX512
#include "DotBlock.h"

TARGET_AVX2 static void dot_row_avx2(const intaglio_mac_arguments *a) {
    int64_t p = 0;
    for (; p + 2 <= a->pixels; p += 2) block_avx2(2, a, p);
    for (; p < a->pixels; ++p) block_avx2(1, a, p);
}

TARGET_AVX512 static void dot_row_avx512(const intaglio_mac_arguments *a) {
    int64_t p = 0;
    for (; p + 4 <= a->pixels; p += 4) block_avx512(4, a, p);
    for (; p < a->pixels; ++p) block_avx512(1, a, p);
}

#endif

void intaglio_dot_row(int32_t level, const intaglio_mac_arguments *arguments) {
#if defined(__x86_64__)
    if (level == INTAGLIO_AVX512) return dot_row_avx512(arguments);
    if (level == INTAGLIO_AVX2) return dot_row_avx2(arguments);
#endif
    (void)level;
    dot_row_portable(arguments);
}
