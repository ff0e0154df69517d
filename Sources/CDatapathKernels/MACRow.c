#include "CDatapathKernels.h"
#include "Targets.h"
#include <string.h>

/* Rows of sums, 16 output channels a block: as many pixels at a time as their sums fill the level's registers. */

static void mac_row_portable(const intaglio_mac_arguments *a, int64_t block) {
    for (int64_t p = 0; p < a->pixels; ++p) {
        int32_t acc[16] = {0};
        const int16_t *w = a->weights + block * a->blockPitch;
        for (int64_t i = 0; i < a->runCount; ++i) {
            const int16_t *v = a->operands + p * a->pixelStride + a->runs[i].offset;
            for (int64_t pair = 0; pair < a->runs[i].pairs; ++pair, v += 2, w += 32)
                for (int k = 0; k < 16; ++k) acc[k] += (int32_t)v[0] * w[2 * k] + (int32_t)v[1] * w[2 * k + 1];
        }
        memcpy(a->sums + p * a->sumPitch + block * 16, acc, sizeof acc);
    }
}

#if defined(__x86_64__)

ALWAYS_INLINE int32_t pair_at(const int16_t *v) {
    int32_t pair;
    memcpy(&pair, v, 4);
    return pair;
}

#define LEVEL(NAME) NAME##_sse2
#define TARGET TARGET_SSE2
#include "MACBlock.h"

#define LEVEL(NAME) NAME##_avx2
#define TARGET TARGET_AVX2
#include "MACBlock.h"

#define LEVEL(NAME) NAME##_avx512
#define TARGET TARGET_AVX512
#include "MACBlock.h"

TARGET_SSE2 static void mac_row_sse2(const intaglio_mac_arguments *a, int64_t block) {
    int64_t p = 0;
    for (; p + 2 <= a->pixels; p += 2) block_sse2(2, 4, a, p, block);
    for (; p < a->pixels; ++p) block_sse2(1, 4, a, p, block);
}

TARGET_AVX2 static void mac_row_avx2(const intaglio_mac_arguments *a, int64_t block) {
    int64_t p = 0;
    for (; p + 6 <= a->pixels; p += 6) block_avx2(6, 2, a, p, block);
    for (; p + 4 <= a->pixels; p += 4) block_avx2(4, 2, a, p, block);
    for (; p + 2 <= a->pixels; p += 2) block_avx2(2, 2, a, p, block);
    for (; p < a->pixels; ++p) block_avx2(1, 2, a, p, block);
}

/* One block or two, whose operands are then broadcast once. */
TARGET_AVX512 ALWAYS_INLINE void mac_rows_avx512(const int blocks, const intaglio_mac_arguments *a, int64_t block) {
    int64_t p = 0;
    for (; p + 12 <= a->pixels; p += 12) block_avx512(12, blocks, a, p, block);
    for (; p + 8 <= a->pixels; p += 8) block_avx512(8, blocks, a, p, block);
    for (; p + 4 <= a->pixels; p += 4) block_avx512(4, blocks, a, p, block);
    for (; p + 2 <= a->pixels; p += 2) block_avx512(2, blocks, a, p, block);
    for (; p < a->pixels; ++p) block_avx512(1, blocks, a, p, block);
}

TARGET_AVX512 static void mac_row_avx512(const intaglio_mac_arguments *a, int64_t block) {
    mac_rows_avx512(1, a, block);
}
TARGET_AVX512 static void mac_two_rows_avx512(const intaglio_mac_arguments *a, int64_t block) {
    mac_rows_avx512(2, a, block);
}

#endif

void intaglio_mac_row(int32_t level, const intaglio_mac_arguments *arguments) {
    void (*row)(const intaglio_mac_arguments *, int64_t) = mac_row_portable;
    int64_t block = 0;
#if defined(__x86_64__)
    switch (level) {
    case INTAGLIO_AVX512:
        for (; block + 2 <= arguments->blocks; block += 2) mac_two_rows_avx512(arguments, block);
        row = mac_row_avx512;
        break;
    case INTAGLIO_AVX2: row = mac_row_avx2; break;
    case INTAGLIO_SSE2: row = mac_row_sse2; break;
    default: break;
    }
#endif
    (void)level;
    for (; block < arguments->blocks; ++block) row(arguments, block);
}
