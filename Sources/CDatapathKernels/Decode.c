#include "CDatapathKernels.h"
#include "Targets.h"
#include <string.h>

/* One pixel's channels, one load from a table each. */
static void decode_pixel(const uint8_t *codes, int64_t count, const int16_t *table, const int32_t *tableIndex, const int16_t *offsets, int16_t *values) {
    int64_t i = 0;
    for (; i + 4 <= count; i += 4) {
        uint64_t four = (uint64_t)(uint16_t)(table[tableIndex[i] + codes[i]] + offsets[i]);
        four |= (uint64_t)(uint16_t)(table[tableIndex[i + 1] + codes[i + 1]] + offsets[i + 1]) << 16;
        four |= (uint64_t)(uint16_t)(table[tableIndex[i + 2] + codes[i + 2]] + offsets[i + 2]) << 32;
        four |= (uint64_t)(uint16_t)(table[tableIndex[i + 3] + codes[i + 3]] + offsets[i + 3]) << 48;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        for (int lane = 0; lane < 4; ++lane) values[i + lane] = (int16_t)(four >> (16 * lane));
#else
        memcpy(values + i, &four, 8);
#endif
    }
    for (; i < count; ++i) values[i] = (int16_t)(table[tableIndex[i] + codes[i]] + offsets[i]);
}

#if defined(__x86_64__)

/* A table of 256 values in eight registers: a code's low 6 bits choose among the 64 values of two of them, its high 2 bits between the pairs. */
TARGET_AVX512_WIDE ALWAYS_INLINE __m512i look_up(const __m512i *table, __m512i codes) {
    __mmask32 second = _mm512_test_epi16_mask(codes, _mm512_set1_epi16(64)), upper = _mm512_test_epi16_mask(codes, _mm512_set1_epi16(128));
    __m512i low = _mm512_mask_blend_epi16(
        second, _mm512_permutex2var_epi16(table[0], codes, table[1]), _mm512_permutex2var_epi16(table[2], codes, table[3]));
    __m512i high = _mm512_mask_blend_epi16(
        second, _mm512_permutex2var_epi16(table[4], codes, table[5]), _mm512_permutex2var_epi16(table[6], codes, table[7]));
    return _mm512_mask_blend_epi16(upper, low, high);
}

/* `count <= 32` channels of all pixels: table by table, each for the channels that it serves. */
TARGET_AVX512_WIDE static void decode_block(
    const uint8_t *codes, int64_t pitch, int64_t pixels, int64_t count, const int16_t *table, const int32_t *tableIndex, const int16_t *offsets,
    int16_t *values, int64_t valuePitch) {
    const __mmask32 all = count == 32 ? 0xffffffffu : ((__mmask32)1 << count) - 1;
    const __m512i offset = _mm512_maskz_loadu_epi16(all, offsets);
    for (__mmask32 left = all; left;) {
        const int32_t index = tableIndex[__builtin_ctz(left)];
        __mmask32 served = 0;
        for (int64_t channel = 0; channel < count; ++channel) served |= (__mmask32)(tableIndex[channel] == index) << channel;
        left &= ~served;
        __m512i entries[8];
        for (int i = 0; i < 8; ++i) entries[i] = _mm512_loadu_si512((const void *)(table + index + 32 * i));
        for (int64_t p = 0; p < pixels; ++p) {
            __m512i code = _mm512_cvtepu8_epi16(_mm256_maskz_loadu_epi8(served, codes + p * pitch));
            _mm512_mask_storeu_epi16(values + p * valuePitch, served, _mm512_add_epi16(look_up(entries, code), offset));
        }
    }
}

#endif

void intaglio_decode_pixels(
    int32_t level, const uint8_t *codes, int64_t pitch, int64_t pixels, int64_t channels, const int16_t *table, const int32_t *tableIndex,
    const int16_t *offsets, int16_t *values) {
#if defined(__x86_64__)
    if (level == INTAGLIO_AVX512 && pixels >= 4 && channels >= 8) {
        for (int64_t first = 0; first < channels; first += 32)
            decode_block(
                codes + first, pitch, pixels, channels - first < 32 ? channels - first : 32, table, tableIndex + first, offsets + first, values + first,
                channels);
        return;
    }
#endif
    (void)level;
    for (int64_t p = 0; p < pixels; ++p) decode_pixel(codes + p * pitch, channels, table, tableIndex, offsets, values + p * channels);
}
