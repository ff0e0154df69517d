#include "CDatapathKernels.h"
#include "Targets.h"
#include <string.h>

/* Each level computes a block of PIXELS x CHANNELS sums in registers: a pair of operands is broadcast, a vector of weight pairs is loaded, and
 * one multiply-add gives v[0] w[0] + v[1] w[1] for every channel. */

static void mac_row_portable(
    const int16_t *operands, int64_t pixelStride, int64_t pixels, const intaglio_run *runs, int64_t runCount, const int16_t *weights, int32_t *sums,
    int64_t sumPitch) {
    for (int64_t p = 0; p < pixels; ++p) {
        int32_t acc[16] = {0};
        const int16_t *w = weights;
        for (int64_t i = 0; i < runCount; ++i) {
            const int16_t *v = operands + p * pixelStride + runs[i].offset;
            for (int64_t pair = 0; pair < runs[i].pairs; ++pair, v += 2, w += 32)
                for (int k = 0; k < 16; ++k) acc[k] += (int32_t)v[0] * w[2 * k] + (int32_t)v[1] * w[2 * k + 1];
        }
        memcpy(sums + p * sumPitch, acc, sizeof acc);
    }
}

#if defined(__x86_64__)

ALWAYS_INLINE int32_t pair_at(const int16_t *v) {
    int32_t pair;
    memcpy(&pair, v, 4);
    return pair;
}

#define MAC_BLOCK(NAME, TARGET, PIXELS, VECTORS, LANES, VECTOR, ZERO, BROADCAST, LOAD, STORE, MULTIPLY_ADD)                                         \
    TARGET static void NAME(                                                                                                                        \
        const int16_t *operands, int64_t pixelStride, const intaglio_run *runs, int64_t runCount, const int16_t *weights, int64_t blockPitch,       \
        int32_t *sums, int64_t sumPitch) {                                                                                                          \
        VECTOR acc[PIXELS][VECTORS];                                                                                                                \
        _Pragma("unroll") for (int p = 0; p < PIXELS; ++p) _Pragma("unroll") for (int j = 0; j < VECTORS; ++j) acc[p][j] = ZERO;                     \
        const int16_t *w = weights;                                                                                                                 \
        for (int64_t i = 0; i < runCount; ++i) {                                                                                                    \
            const int16_t *v = operands + runs[i].offset;                                                                                           \
            for (int64_t pair = runs[i].pairs; pair > 0; --pair, v += 2, w += 32) {                                                                 \
                VECTOR expanded[VECTORS];                                                                                                           \
                _Pragma("unroll") for (int j = 0; j < VECTORS; ++j) expanded[j] =                                                                   \
                    LOAD(w + (j * LANES / 16) * blockPitch + (j * LANES % 16) * 2);                                                                 \
                _Pragma("unroll") for (int p = 0; p < PIXELS; ++p) {                                                                                \
                    VECTOR value = BROADCAST(pair_at(v + p * pixelStride));                                                                         \
                    _Pragma("unroll") for (int j = 0; j < VECTORS; ++j) acc[p][j] = MULTIPLY_ADD(acc[p][j], value, expanded[j]);                    \
                }                                                                                                                                   \
            }                                                                                                                                       \
        }                                                                                                                                           \
        _Pragma("unroll") for (int p = 0; p < PIXELS; ++p) _Pragma("unroll") for (int j = 0; j < VECTORS; ++j)                                       \
            STORE(sums + p * sumPitch + j * LANES, acc[p][j]);                                                                                      \
    }

#define LOAD128(address) _mm_loadu_si128((const __m128i *)(address))
#define STORE128(address, value) _mm_storeu_si128((__m128i *)(address), value)
#define MULTIPLY_ADD128(acc, v, w) _mm_add_epi32(acc, _mm_madd_epi16(v, w))
#define LOAD256(address) _mm256_loadu_si256((const __m256i *)(address))
#define STORE256(address, value) _mm256_storeu_si256((__m256i *)(address), value)
#define MULTIPLY_ADD256(acc, v, w) _mm256_add_epi32(acc, _mm256_madd_epi16(v, w))
#define LOAD512(address) _mm512_loadu_si512((const void *)(address))
#define STORE512(address, value) _mm512_storeu_si512((void *)(address), value)
#define MULTIPLY_ADD512(acc, v, w) multiply_add512(acc, v, w)

#define BLOCK_SSE2(NAME, PIXELS)                                                                                                                    \
    MAC_BLOCK(NAME, TARGET_SSE2, PIXELS, 4, 4, __m128i, _mm_setzero_si128(), _mm_set1_epi32, LOAD128, STORE128, MULTIPLY_ADD128)
#define BLOCK_AVX2(NAME, PIXELS)                                                                                                                    \
    MAC_BLOCK(NAME, TARGET_AVX2, PIXELS, 2, 8, __m256i, _mm256_setzero_si256(), _mm256_set1_epi32, LOAD256, STORE256, MULTIPLY_ADD256)
#define BLOCK_AVX512(NAME, PIXELS, VECTORS)                                                                                                         \
    MAC_BLOCK(NAME, TARGET_AVX512_WIDE, PIXELS, VECTORS, 16, __m512i, _mm512_setzero_si512(), _mm512_set1_epi32, LOAD512, STORE512, MULTIPLY_ADD512)

BLOCK_SSE2(block_sse2_2, 2)
BLOCK_SSE2(block_sse2_1, 1)
BLOCK_AVX2(block_avx2_6, 6)
BLOCK_AVX2(block_avx2_4, 4)
BLOCK_AVX2(block_avx2_2, 2)
BLOCK_AVX2(block_avx2_1, 1)
BLOCK_AVX512(block_avx512_12, 12, 1)
BLOCK_AVX512(block_avx512_8, 8, 1)
BLOCK_AVX512(block_avx512_4, 4, 1)
BLOCK_AVX512(block_avx512_2, 2, 1)
BLOCK_AVX512(block_avx512_1, 1, 1)
BLOCK_AVX512(block_avx512_12x2, 12, 2)
BLOCK_AVX512(block_avx512_8x2, 8, 2)
BLOCK_AVX512(block_avx512_4x2, 4, 2)
BLOCK_AVX512(block_avx512_2x2, 2, 2)
BLOCK_AVX512(block_avx512_1x2, 1, 2)

typedef void (*mac_block)(const int16_t *, int64_t, const intaglio_run *, int64_t, const int16_t *, int64_t, int32_t *, int64_t);
typedef struct {
    int64_t pixels;
    mac_block function;
} sized_block;

/* Ordered by falling pixels; the last has 1. */
static const sized_block blocks_sse2[] = {{2, block_sse2_2}, {1, block_sse2_1}};
static const sized_block blocks_avx2[] = {{6, block_avx2_6}, {4, block_avx2_4}, {2, block_avx2_2}, {1, block_avx2_1}};
static const sized_block blocks_avx512[] = {
    {12, block_avx512_12}, {8, block_avx512_8}, {4, block_avx512_4}, {2, block_avx512_2}, {1, block_avx512_1}};
static const sized_block blocks_avx512x2[] = {
    {12, block_avx512_12x2}, {8, block_avx512_8x2}, {4, block_avx512_4x2}, {2, block_avx512_2x2}, {1, block_avx512_1x2}};

static void mac_row_blocks(
    const sized_block *block, const int16_t *operands, int64_t pixelStride, int64_t pixels, const intaglio_run *runs, int64_t runCount,
    const int16_t *weights, int64_t blockPitch, int32_t *sums, int64_t sumPitch) {
    for (int64_t p = 0; p < pixels;) {
        while (block->pixels > pixels - p) ++block;
        block->function(operands + p * pixelStride, pixelStride, runs, runCount, weights, blockPitch, sums + p * sumPitch, sumPitch);
        p += block->pixels;
    }
}

#endif

void intaglio_mac_row(
    int32_t level, const int16_t *operands, int64_t pixelStride, int64_t pixels, const intaglio_run *runs, int64_t runCount, const int16_t *weights,
    int64_t blockPitch, int64_t blocks, int32_t *sums, int64_t sumPitch) {
    for (int64_t b = 0; b < blocks;) {
        const int16_t *w = weights + b * blockPitch;
        int32_t *s = sums + b * 16;
        int64_t step = 1;
#if defined(__x86_64__)
        if (level == INTAGLIO_AVX512 && b + 2 <= blocks) {
            mac_row_blocks(blocks_avx512x2, operands, pixelStride, pixels, runs, runCount, w, blockPitch, s, sumPitch);
            step = 2;
        } else if (level != INTAGLIO_PORTABLE) {
            const sized_block *sized = level == INTAGLIO_AVX512 ? blocks_avx512 : level == INTAGLIO_AVX2 ? blocks_avx2 : blocks_sse2;
            mac_row_blocks(sized, operands, pixelStride, pixels, runs, runCount, w, blockPitch, s, sumPitch);
        } else
#endif
            mac_row_portable(operands, pixelStride, pixels, runs, runCount, w, s, sumPitch);
        b += step;
    }
}
