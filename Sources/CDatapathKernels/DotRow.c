#include "CDatapathKernels.h"
#include "Targets.h"

static void dot_row_portable(
    const int16_t *operands, int64_t pixelStride, int64_t pixels, const intaglio_run *runs, int64_t runCount, const int16_t *weights, int32_t *sums,
    int64_t sumPitch) {
    for (int64_t p = 0; p < pixels; ++p) {
        int32_t acc[4] = {0};
        const int16_t *w = weights;
        for (int64_t i = 0; i < runCount; ++i) {
            const int16_t *v = operands + p * pixelStride + runs[i].offset;
            for (int64_t chunk = 0; chunk < runs[i].pairs; chunk += 16, v += 32, w += 128)
                for (int k = 0; k < 4; ++k)
                    for (int c = 0; c < 32; ++c) acc[k] += (int32_t)v[c] * w[32 * k + c];
        }
        for (int k = 0; k < 4; ++k) sums[p * sumPitch + k] = acc[k];
    }
}

#if defined(__x86_64__)

TARGET_AVX2 ALWAYS_INLINE __m128i add_halves(__m256i v) { return _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1)); }

/* [sum of a, sum of b, sum of c, sum of d] */
TARGET_AVX2 ALWAYS_INLINE __m128i sum_lanes(__m256i a, __m256i b, __m256i c, __m256i d) {
    return add_halves(_mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d)));
}

#define DOT_AVX2(NAME, PIXELS)                                                                                                                      \
    TARGET_AVX2 static void NAME(                                                                                                                   \
        const int16_t *operands, int64_t pixelStride, const intaglio_run *runs, int64_t runCount, const int16_t *weights, int32_t *sums,            \
        int64_t sumPitch) {                                                                                                                         \
        __m256i acc[PIXELS][4];                                                                                                                     \
        _Pragma("unroll") for (int p = 0; p < PIXELS; ++p) _Pragma("unroll") for (int k = 0; k < 4; ++k) acc[p][k] = _mm256_setzero_si256();         \
        const int16_t *w = weights;                                                                                                                 \
        for (int64_t i = 0; i < runCount; ++i) {                                                                                                    \
            const int16_t *v = operands + runs[i].offset;                                                                                           \
            for (int64_t chunk = 0; chunk < runs[i].pairs; chunk += 16, v += 32, w += 128) {                                                        \
                for (int half = 0; half < 32; half += 16)                                                                                           \
                    _Pragma("unroll") for (int p = 0; p < PIXELS; ++p) {                                                                            \
                        __m256i value = _mm256_loadu_si256((const __m256i *)(v + half + p * pixelStride));                                          \
                        _Pragma("unroll") for (int k = 0; k < 4; ++k) acc[p][k] = _mm256_add_epi32(                                                 \
                            acc[p][k], _mm256_madd_epi16(value, _mm256_loadu_si256((const __m256i *)(w + 32 * k + half))));                         \
                    }                                                                                                                               \
            }                                                                                                                                       \
        }                                                                                                                                           \
        _Pragma("unroll") for (int p = 0; p < PIXELS; ++p)                                                                                          \
            _mm_storeu_si128((__m128i *)(sums + p * sumPitch), sum_lanes(acc[p][0], acc[p][1], acc[p][2], acc[p][3]));                              \
    }

TARGET_AVX512_WIDE ALWAYS_INLINE __m256i add_halves512(__m512i v) {
    return _mm256_add_epi32(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1));
}

#define DOT_AVX512(NAME, PIXELS)                                                                                                                    \
    TARGET_AVX512_WIDE static void NAME(                                                                                                            \
        const int16_t *operands, int64_t pixelStride, const intaglio_run *runs, int64_t runCount, const int16_t *weights, int32_t *sums,            \
        int64_t sumPitch) {                                                                                                                         \
        __m512i acc[PIXELS][4];                                                                                                                     \
        _Pragma("unroll") for (int p = 0; p < PIXELS; ++p) _Pragma("unroll") for (int k = 0; k < 4; ++k) acc[p][k] = _mm512_setzero_si512();         \
        const int16_t *w = weights;                                                                                                                 \
        for (int64_t i = 0; i < runCount; ++i) {                                                                                                    \
            const int16_t *v = operands + runs[i].offset;                                                                                           \
            for (int64_t chunk = 0; chunk < runs[i].pairs; chunk += 16, v += 32, w += 128) {                                                        \
                _Pragma("unroll") for (int p = 0; p < PIXELS; ++p) {                                                                                \
                    __m512i value = _mm512_loadu_si512((const void *)(v + p * pixelStride));                                                        \
                    _Pragma("unroll") for (int k = 0; k < 4; ++k) acc[p][k] =                                                                       \
                        multiply_add512(acc[p][k], value, _mm512_loadu_si512((const void *)(w + 32 * k)));                                      \
                }                                                                                                                                   \
            }                                                                                                                                       \
        }                                                                                                                                           \
        _Pragma("unroll") for (int p = 0; p < PIXELS; ++p) _mm_storeu_si128(                                                                        \
            (__m128i *)(sums + p * sumPitch),                                                                                                       \
            sum_lanes(add_halves512(acc[p][0]), add_halves512(acc[p][1]), add_halves512(acc[p][2]), add_halves512(acc[p][3])));                     \
    }

DOT_AVX2(dot_avx2_2, 2)
DOT_AVX2(dot_avx2_1, 1)
DOT_AVX512(dot_avx512_4, 4)
DOT_AVX512(dot_avx512_1, 1)

#endif

void intaglio_dot_row(
    int32_t level, const int16_t *operands, int64_t pixelStride, int64_t pixels, const intaglio_run *runs, int64_t runCount, const int16_t *weights,
    int32_t *sums, int64_t sumPitch) {
    int64_t p = 0;
#if defined(__x86_64__)
    if (level == INTAGLIO_AVX512) {
        for (; p + 4 <= pixels; p += 4)
            dot_avx512_4(operands + p * pixelStride, pixelStride, runs, runCount, weights, sums + p * sumPitch, sumPitch);
        for (; p < pixels; ++p) dot_avx512_1(operands + p * pixelStride, pixelStride, runs, runCount, weights, sums + p * sumPitch, sumPitch);
        return;
    }
    if (level == INTAGLIO_AVX2) {
        for (; p + 2 <= pixels; p += 2) dot_avx2_2(operands + p * pixelStride, pixelStride, runs, runCount, weights, sums + p * sumPitch, sumPitch);
        for (; p < pixels; ++p) dot_avx2_1(operands + p * pixelStride, pixelStride, runs, runCount, weights, sums + p * sumPitch, sumPitch);
        return;
    }
#endif
    dot_row_portable(operands, pixelStride, pixels, runs, runCount, weights, sums, sumPitch);
}
