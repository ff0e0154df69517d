/* A block of sums in registers, at one level. Included by MACRow.c for each, with LEVEL(name) and TARGET defined. */

#define LANES ((int)(sizeof(LEVEL(vector)) / 4))
/* Registers of two blocks' 16 channels for as many pixels as any level takes at a time. */
#define MOST_PIXELS 12
#define MOST_VECTORS 4

/* A vector in memory, aligned to the elements it was made of. */
typedef int32_t LEVEL(unaligned) __attribute__((vector_size(sizeof(LEVEL(vector))), aligned(2), may_alias));

/* `pixels` pixels from `pixel` on, `vectors` registers of channels from block `block` on: a pair of operands is
 * broadcast, vectors of weight pairs are loaded, and one multiply-add serves every lane. */
TARGET ALWAYS_INLINE void LEVEL(block)(
    const int pixels, const int vectors, const intaglio_mac_arguments *arguments, int64_t pixel, int64_t block) {
    const intaglio_mac_arguments a = *arguments;
    const int16_t *operands = a.operands + pixel * a.pixelStride;
    const int16_t *w = a.weights + block * a.blockPitch;
    int32_t *sums = a.sums + pixel * a.sumPitch + block * 16;
    LEVEL(vector) acc[MOST_PIXELS][MOST_VECTORS];
    EACH(p, pixels) EACH(j, vectors) acc[p][j] = (LEVEL(vector)){0};
    for (int64_t i = 0; i < a.runCount; ++i) {
        const int16_t *v = operands + a.runs[i].offset;
        for (int64_t pair = a.runs[i].pairs; pair > 0; --pair, v += 2, w += 32) {
            LEVEL(vector) expanded[MOST_VECTORS];
            EACH(j, vectors) {
                const int channel = j * LANES;
                expanded[j] = *(const LEVEL(unaligned) *)(w + channel / 16 * a.blockPitch + channel % 16 * 2);
            }
            EACH(p, pixels) {
                const LEVEL(vector) value = (LEVEL(vector)){0} + pair_at(v + p * a.pixelStride);
                EACH(j, vectors) acc[p][j] = LEVEL(multiply_add)(acc[p][j], value, expanded[j]);
            }
        }
    }
    EACH(p, pixels) EACH(j, vectors) *(LEVEL(unaligned) *)(sums + p * a.sumPitch + j * LANES) = acc[p][j];
}

#undef LANES
#undef MOST_PIXELS
#undef MOST_VECTORS
#undef LEVEL
#undef TARGET
