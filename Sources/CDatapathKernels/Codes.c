#include "CDatapathKernels.h"
#include <string.h>

void intaglio_decode(const uint8_t *codes, int64_t count, const int16_t *table, const int32_t *tableIndex, const int16_t *offsets, int16_t *values) {
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

void intaglio_decode_pixels(
    const uint8_t *codes, int64_t pitch, int64_t pixels, int64_t channels, const int16_t *table, const int32_t *tableIndex, const int16_t *offsets,
    int16_t *values) {
    for (int64_t p = 0; p < pixels; ++p) intaglio_decode(codes + p * pitch, channels, table, tableIndex, offsets, values + p * channels);
}

void intaglio_pack_pairs(const uint8_t *codes, int64_t count, const int16_t *entries, int64_t start, int16_t *packed) {
    int64_t i = 0;
    if (start & 1 && count > 0) packed[start / 2 * 32 + 1] = entries[codes[i++]];
    packed += (start + i) / 2 * 32;
    for (; i + 2 <= count; i += 2, packed += 32) {
        packed[0] = entries[codes[i]];
        packed[1] = entries[codes[i + 1]];
    }
    if (i < count) packed[0] = entries[codes[i]];
}

void intaglio_pack_chunks(const uint8_t *codes, int64_t count, const int16_t *entries, int64_t start, int16_t *packed) {
    for (int64_t i = 0; i < count; ++i) packed[(start + i) / 32 * 128 + (start + i) % 32] = entries[codes[i]];
}

/* With a constant number of bytes the compiler needs no call. */
#define COPY_CHUNKS(BYTES)                                                                                                                          \
    for (int64_t i = 0; i < chunks; ++i, destination += destinationPitch, source += sourcePitch) memcpy(destination, source, BYTES);                \
    return;

void intaglio_copy_chunks(uint8_t *destination, int64_t destinationPitch, const uint8_t *source, int64_t sourcePitch, int64_t bytes, int64_t chunks) {
    if (destinationPitch == bytes && sourcePitch == bytes) {
        memcpy(destination, source, (size_t)(bytes * chunks));
        return;
    }
    switch (bytes) {
    case 3: COPY_CHUNKS(3)
    case 64: COPY_CHUNKS(64)
    case 128: COPY_CHUNKS(128)
    default: COPY_CHUNKS((size_t)bytes)
    }
}
