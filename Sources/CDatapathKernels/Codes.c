#include "CDatapathKernels.h"
#include <string.h>

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
