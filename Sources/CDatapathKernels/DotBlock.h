/* Pixels x 4 sums in registers, with vectors along the runs, at one level. Included by DotRow.c for each, with
 * LEVEL(name) and TARGET defined. */

#define LANES ((int)(sizeof(LEVEL(vector)) / 4))
#define MOST_PIXELS 4

/* A vector in memory, aligned to the elements it was made of. */
typedef int32_t LEVEL(unaligned) __attribute__((vector_size(sizeof(LEVEL(vector))), aligned(2), may_alias));

/* `pixels` pixels from `pixel` on. */
TARGET ALWAYS_INLINE void LEVEL(block)(const int pixels, const intaglio_mac_arguments *arguments, int64_t pixel) {
    const intaglio_mac_arguments a = *arguments;
    const int16_t *operands = a.operands + pixel * a.pixelStride;
    const int16_t *w = a.weights;
    int32_t *sums = a.sums + pixel * a.sumPitch;
    LEVEL(vector) acc[MOST_PIXELS][4];
    EACH(p, pixels) EACH(k, 4) acc[p][k] = (LEVEL(vector)){0};
    for (int64_t i = 0; i < a.runCount; ++i) {
        const int16_t *v = operands + a.runs[i].offset;
        for (int64_t chunk = 0; chunk < a.runs[i].pairs; chunk += 16, v += 32, w += 128)
            EACH(part, 16 / LANES) EACH(p, pixels) {
                const int16_t *weights = w + 2 * LANES * part;
                const LEVEL(vector) value = *(const LEVEL(unaligned) *)(v + 2 * LANES * part + p * a.pixelStride);
                EACH(k, 4)
                    acc[p][k] = LEVEL(multiply_add)(acc[p][k], value, *(const LEVEL(unaligned) *)(weights + 32 * k));
            }
    }
    EACH(p, pixels) _mm_storeu_si128((__m128i *)(sums + p * a.sumPitch), LEVEL(sum_lanes)(acc[p]));
}

#undef LANES
#undef MOST_PIXELS
#undef LEVEL
#undef TARGET
