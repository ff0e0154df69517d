#include "CDatapathKernels.h"
#include "Targets.h"
#include <string.h>

/* One pixel's channels, one load from a table each. */
static void decode_pixel(const intaglio_decode_arguments *arguments, int64_t pixel) {
    const intaglio_decode_arguments a = *arguments;
    const uint8_t *codes = a.codes + pixel * a.pitch;
    int16_t *values = a.values + pixel * a.channels;
    int64_t i = 0;
    for (; i + 4 <= a.channels; i += 4) {
        uint64_t four = 0;
        EACH(lane, 4) {
            const int64_t channel = i + lane;
            const int value = a.table[a.tableIndex[channel] + codes[channel]] + a.offsets[channel];
            four |= (uint64_t)(uint16_t)value << (16 * lane);
        }
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        for (int lane = 0; lane < 4; ++lane) values[i + lane] = (int16_t)(four >> (16 * lane));
#else
        memcpy(values + i, &four, 8);
#endif
    }
    for (; i < a.channels; ++i) values[i] = (int16_t)(a.table[a.tableIndex[i] + codes[i]] + a.offsets[i]);
}

#if defined(__x86_64__)

/* A table of 256 values in eight registers: a code's low 6 bits choose among the 64 values of two of them, its high 2
 * bits between the pairs. */
TARGET_AVX512 ALWAYS_INLINE __m512i look_up(const __m512i *table, __m512i codes) {
    __mmask32 second = _mm512_test_epi16_mask(codes, _mm512_set1_epi16(64));
    __mmask32 upper = _mm512_test_epi16_mask(codes, _mm512_set1_epi16(128));
    __m512i pairs[4], halves[2];
    EACH(i, 4) pairs[i] = _mm512_permutex2var_epi16(table[2 * i], codes, table[2 * i + 1]);
    EACH(i, 2) halves[i] = _mm512_mask_blend_epi16(second, pairs[2 * i], pairs[2 * i + 1]);
    return _mm512_mask_blend_epi16(upper, halves[0], halves[1]);
}

/* At most 32 channels from `first` on, of all pixels: table by table, each for the channels that it serves. */
TARGET_AVX512 static void decode_block(const intaglio_decode_arguments *arguments, int64_t first) {
    const intaglio_decode_arguments a = *arguments;
    const int64_t count = a.channels - first < 32 ? a.channels - first : 32;
    const int32_t *tableIndex = a.tableIndex + first;
    const __mmask32 all = count == 32 ? 0xffffffffu : ((__mmask32)1 << count) - 1;
    const __m512i offset = _mm512_maskz_loadu_epi16(all, a.offsets + first);
    for (__mmask32 left = all; left;) {
        const int32_t index = tableIndex[__builtin_ctz(left)];
        __mmask32 served = 0;
        for (int64_t channel = 0; channel < count; ++channel)
            served |= (__mmask32)(tableIndex[channel] == index) << channel;
        left &= ~served;
        __m512i entries[8];
        EACH(i, 8) entries[i] = _mm512_loadu_si512((const void *)(a.table + index + 32 * i));
        const uint8_t *codes = a.codes + first;
        int16_t *values = a.values + first;
        for (int64_t p = 0; p < a.pixels; ++p, codes += a.pitch, values += a.channels) {
            const __m512i wide = _mm512_cvtepu8_epi16(_mm256_maskz_loadu_epi8(served, codes));
            _mm512_mask_storeu_epi16(values, served, _mm512_add_epi16(look_up(entries, wide), offset));
        }
    }
}

#endif

void intaglio_decode_pixels(int32_t level, const intaglio_decode_arguments *arguments) {
#if defined(__x86_64__)
    if (level == INTAGLIO_AVX512 && arguments->pixels >= 4 && arguments->channels >= 8) {
        for (int64_t first = 0; first < arguments->channels; first += 32) decode_block(arguments, first);
        return;
    }
#endif
    (void)level;
    for (int64_t p = 0; p < arguments->pixels; ++p) decode_pixel(arguments, p);
}
