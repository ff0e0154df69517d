#ifndef INTAGLIO_DATAPATH_KERNELS_H
#define INTAGLIO_DATAPATH_KERNELS_H

#include <stdint.h>

/* The inner loops of the machine. No function allocates, keeps state or checks bounds: the Swift side proves every
 * range before it calls. Pitches and offsets count elements of what they step over.
 *
 * Every function that takes a `level` gives the same integers at every level; a level says only which instructions
 * compute them. */

/* Instruction sets, ascending. */
enum {
    INTAGLIO_PORTABLE = 0, /* plain C */
    INTAGLIO_SSE2 = 1,
    INTAGLIO_AVX2 = 2,
    INTAGLIO_AVX512 = 3 /* AVX-512 F, BW, DQ, VL and VNNI */
};

/* The highest level this processor runs. */
int32_t intaglio_best_level(void);

/* ---- MAC array ---- */

/* Contiguous operands of one pixel that meet contiguous weights: `pairs` pairs beginning `offset` elements after the
 * pixel's base. */
typedef struct {
    int64_t offset;
    int64_t pairs;
} intaglio_run;

/* `pixels` pixels, each with the same runs and weights. */
typedef struct {
    /* Of pixel p from operands + p pixelStride + run.offset on. */
    const int16_t *operands;
    int64_t pixelStride;
    int64_t pixels;
    const intaglio_run *runs;
    int64_t runCount;
    const int16_t *weights;
    /* `blocks` blocks of 16 output channels, their weights every blockPitch elements. */
    int64_t blockPitch;
    int64_t blocks;
    int32_t *sums;
    int64_t sumPitch;
} intaglio_mac_arguments;

/* sums[p sumPitch + 16 b + k] = sum over the runs' pairs of v[0] w[0] + v[1] w[1]: pixel p, channel k of block b.
 *
 *     weights   int16 [block][pair][16 channels][2]; pairs of all runs follow each other
 *
 * The caller has proved that no sum passes 32 bits. */
void intaglio_mac_row(int32_t level, const intaglio_mac_arguments *arguments);

/* The same for at most 4 output channels, with vectors along the run instead of along the channels; `blocks` and
 * `blockPitch` are not read.
 *
 *     weights   int16 [32-element chunk of the runs][4 channels][32]; zero weights pad each run to whole chunks
 *
 * Reads up to 31 operands past the end of a run (times zero). sums[p sumPitch + k], k < 4. */
void intaglio_dot_row(int32_t level, const intaglio_mac_arguments *arguments);

/* ---- Codebook-mux ---- */

/* `pixels` pixels of `channels` channels. Tables have 256 values. */
typedef struct {
    const uint8_t *codes;
    int64_t pitch;
    int64_t pixels;
    int64_t channels;
    const int16_t *table;
    /* One of each channel. */
    const int32_t *tableIndex;
    const int16_t *offsets;
    int16_t *values;
} intaglio_decode_arguments;

/* values[p channels + i] = table[tableIndex[i] + codes[p pitch + i]] + offsets[i]. Sums are taken modulo 2^16; the
 * caller has proved they fit. */
void intaglio_decode_pixels(int32_t level, const intaglio_decode_arguments *arguments);

/* ---- Weights ---- */

/* The weights of one tap, which begin at position `start` of their run: position p goes to
 * packed[p / 2 * 32 + p % 2]. */
void intaglio_pack_pairs(const uint8_t *codes, int64_t count, const int16_t *entries, int64_t start, int16_t *packed);

/* Whether sums of any of a block's products fit 32 bits, for each of its 16 channels: weights
 * [run][pair][16 channels][2], and the largest magnitude (at most 2^15) that each of a run's 2 `pairs` operands has.
 * 1 or 0. */
int32_t intaglio_sums_fit(const int16_t *weights, int64_t runs, int64_t pairs, const int64_t *largest);

/* The same for the dot kernel: position p goes to packed[p / 32 * 128 + p % 32]. */
void intaglio_pack_chunks(const uint8_t *codes, int64_t count, const int16_t *entries, int64_t start, int16_t *packed);

/* ---- Drains ---- */

/* Same order as RoundingRule. */
enum {
    INTAGLIO_SINGLE,
    INTAGLIO_GEMMLOWP_DOUBLE,
    INTAGLIO_HALF_UP_DOUBLE,
    INTAGLIO_TOSA_DOUBLE,
    INTAGLIO_HALF_EVEN,
    INTAGLIO_HALF_AWAY,
    INTAGLIO_FLOOR,
    INTAGLIO_CEILING,
    INTAGLIO_TOWARD_ZERO
};

/* The segments of table normalization (docs/arithmetic.md); baseBits is 0 where results are correctly rounded. */
typedef struct {
    /* Base and slope, one after the other, for each segment. */
    const int64_t *segments;
    int32_t indexBits, offsetBits, baseBits, slopeShift;
} intaglio_normalization_table;

/* Parameters of the lanes of a drain; every array has `lanes` elements, a multiple of 8. Lanes beyond the real channels
 * hold neutral values. */
typedef struct {
    int64_t lanes;
    /* Post-processing. Shift = 31 - exponent, 1...93. */
    const int64_t *bias;
    const int64_t *multiplier;
    const int64_t *multiplierNegative;
    const int64_t *shift;
    const int64_t *shiftNegative;
    int32_t rounding;
    int32_t form;
    /* Saturation to R bits, then the clip. */
    int64_t resultLow, resultHigh, clipLow, clipHigh;
    /* Encoder. x = r - offset; outside limitLow...limitHigh it counts as saturated.
     * Code = table[tableBase + clamp(x, tableLow, tableHigh)]. */
    const int64_t *offset;
    const int64_t *limitLow;
    const int64_t *limitHigh;
    const int64_t *tableLow;
    const int64_t *tableHigh;
    const int64_t *tableBase;
    /* Null: codes by search, or (without thresholds either) results are 16-bit integers, x clamped between tableLow and
     * tableHigh. */
    const uint8_t *table;
    /* For tables too long to list: lane k counts thresholds[thresholdStart[k]] ... that do not exceed x, then maps the
     * count. */
    const int32_t *thresholds;
    const int64_t *thresholdStart;
    const int64_t *thresholdCount;
    const uint8_t *codeMap; /* 256 codes */
    /* Normalization: factor M / 2^S. */
    const int64_t *scale;
    const int64_t *scaleShift;
    const double *scaleFactor; /* M / 2^S, exact */
    intaglio_normalization_table normalizationTable;
} intaglio_drain;

/* acc m / 2^shift by the rule, exactly: the scalar path, for any 64-bit accumulator below 2^62. */
int64_t intaglio_requantize(int64_t acc, int64_t m, int64_t shift, int32_t rounding);

/* `pixels` x `lanes` sums on their way through a drain (lane pitch 1), and where their stored elements go. */
typedef struct {
    const intaglio_drain *drain;
    /* One of the two is null. */
    const int32_t *sums;
    const int64_t *wideSums;
    int64_t sumPitch;
    int64_t pixels;
    /* What normalization divides or multiplies (lane pitch 1); other drains do not read them. */
    const int16_t *values;
    int64_t valuePitch;
    /* `stored` elements of 1 or 2 bytes each, from output + p outputPitch on, in bytes. */
    uint8_t *output;
    int64_t outputPitch;
    int64_t stored;
    /* `lanes` counts: how many outputs of each saturated is added to them. */
    int64_t *laneCounts;
} intaglio_drain_arguments;

/* Post-processes. Returns the number of saturated outputs. */
int64_t intaglio_post_process(int32_t level, const intaglio_drain_arguments *arguments);

/* Normalizes: as post-processing, with v of the values and n = sum + bias. */
int64_t intaglio_normalize(int32_t level, const intaglio_drain_arguments *arguments);

enum { INTAGLIO_GDN, INTAGLIO_IGDN, INTAGLIO_GDN1, INTAGLIO_IGDN1 };

/* The largest q >= 0 that satisfies the form's inequality (docs/arithmetic.md), decided from `estimate`, which lies
 * within 2 of it; a = |v| M. */
int64_t intaglio_normalized_magnitude(int32_t form, int64_t a, int64_t n, int64_t scaleShift, int64_t estimate);

/* The magnitude by segments; a = |v| M, below 2^39, and 1 <= n < 2^40. For magnitudes of 2^33 and more the result is
 * some number of 2^33 and more. */
int64_t intaglio_table_magnitude(
    const intaglio_normalization_table *table, int32_t form, int64_t a, int64_t n, int64_t scaleShift);

/* ---- Partial sums ---- */

/* `pixels` x `count` sums and what they are added to (element pitch 1). */
typedef struct {
    const int32_t *sums;
    int64_t sumPitch;
    const int64_t *base;
    int64_t basePitch;
    /* 0 ..< 64. */
    int64_t shift;
    int64_t pixels;
    int64_t count;
    /* May be `base`. */
    int64_t *result;
    int64_t resultPitch;
} intaglio_add_arguments;

/* result[p][k] = the low 64 - shift bits, sign extended, of sums[p][k] + base[p][k]. */
void intaglio_add_sums(int32_t level, const intaglio_add_arguments *arguments);

/* ---- DMA ---- */

/* `chunks` chunks of `bytes` bytes. */
typedef struct {
    uint8_t *destination;
    int64_t destinationPitch;
    const uint8_t *source;
    int64_t sourcePitch;
    int64_t bytes;
    int64_t chunks;
} intaglio_copy_arguments;

/* Copies chunks between two pitches. */
void intaglio_copy_chunks(const intaglio_copy_arguments *arguments);

/* ---- Probe ---- */

/* Multiply-accumulates from registers alone, `repetitions` times; returns how many it did. `sink`, of 2 elements, keeps
 * the result alive. */
int64_t intaglio_register_probe(int32_t level, int64_t repetitions, int32_t *sink);

#endif
