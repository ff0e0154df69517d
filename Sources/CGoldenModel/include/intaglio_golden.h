#ifndef INTAGLIO_GOLDEN_H
#define INTAGLIO_GOLDEN_H

#include <stdint.h>

/* The machine's datapath as functions, for testbenches (DPI-C) and any other program. docs/golden-model.md has the
 * ranges and an example.
 *
 * Every function returns a status: INTAGLIO_GOLDEN_OK, or why it refused its arguments; it then has written nothing.
 * None keeps state, so they may be called from several threads. Arrays are the caller's, and hold as many elements
 * as the counts say. */

#ifdef __cplusplus
extern "C" {
#endif

enum {
    INTAGLIO_GOLDEN_OK = 0,
    INTAGLIO_GOLDEN_NULL_POINTER = 1,
    /* A count or a number of bits is outside its range. */
    INTAGLIO_GOLDEN_COUNT = 2,
    INTAGLIO_GOLDEN_RULE = 3,
    INTAGLIO_GOLDEN_FORM = 4,
    /* A mantissa, an exponent, a scale or a shift is outside its range. */
    INTAGLIO_GOLDEN_MULTIPLIER = 5,
    /* An accumulator, a norm or an operand is outside its range. */
    INTAGLIO_GOLDEN_OPERAND = 6,
    /* Entries or thresholds are not ascending, a value does not fit 16 bits, or a line leaves its bits. */
    INTAGLIO_GOLDEN_CODEBOOK = 7
};

/* Rounding rules, in the order of the network file. */
enum {
    INTAGLIO_GOLDEN_SINGLE = 0,
    INTAGLIO_GOLDEN_GEMMLOWP_DOUBLE = 1,
    INTAGLIO_GOLDEN_HALF_UP_DOUBLE = 2,
    INTAGLIO_GOLDEN_TOSA_DOUBLE = 3,
    INTAGLIO_GOLDEN_HALF_EVEN = 4,
    INTAGLIO_GOLDEN_HALF_AWAY = 5,
    INTAGLIO_GOLDEN_FLOOR = 6,
    INTAGLIO_GOLDEN_CEILING = 7,
    INTAGLIO_GOLDEN_TOWARD_ZERO = 8,
    INTAGLIO_GOLDEN_ONNX_FLOAT32 = 9
};

/* Forms of the normalization. */
enum { INTAGLIO_GOLDEN_GDN = 0, INTAGLIO_GOLDEN_IGDN = 1, INTAGLIO_GOLDEN_GDN1 = 2, INTAGLIO_GOLDEN_IGDN1 = 3 };

/* values[i] = entries[codes[i]] + offset; a code beyond the last entry decodes to the last entry, as in the
 * codebook-mux.
 *
 * entries: 1 to 256, strictly ascending; every entry, entry + offset and offset fits 16 bits signed. */
int32_t intaglio_golden_decode(
    const int32_t *entries, int32_t entry_count, int32_t offset, const uint8_t *codes, int32_t count, int32_t *values);

/* codes[i] = how many of the thresholds are <= results[i] - offset.
 *
 * thresholds: 0 to 255 (then the pointer may be null), not descending. */
int32_t intaglio_golden_encode(
    const int32_t *thresholds, int32_t threshold_count, int32_t offset, const int32_t *results, int32_t count,
    uint8_t *codes);

/* *result = accumulator x mantissa x 2^(exponent - 31) by the rule, saturated to result_bits signed.
 *
 * With INTAGLIO_GOLDEN_GEMMLOWP_DOUBLE accumulator x 2^max(exponent, 0) must fit 32 bits. mantissa: 0 to 2^31 - 1.
 * exponent: -62 to 30. result_bits: 2 to 32; the machine has 24 and 32. */
int32_t intaglio_golden_requantize(
    int32_t rule, int64_t accumulator, uint32_t mantissa, int32_t exponent, int32_t result_bits, int32_t *result);

/* accumulators[p][k] += sum over d of operands[p][d] x weights[k][d], the low accumulator_bits of it, sign extended.
 *
 * operands: int16 [pixels][depth], decoded. weights: int16 [channels][depth], expanded, above -2^15. accumulators:
 * int64 [pixels][channels], already there. pixels, channels, depth: 1 to 2^20, their products at most 2^28.
 * accumulator_bits: 8 to 62. */
int32_t intaglio_golden_mac_tile(
    const int16_t *operands, const int16_t *weights, int32_t pixels, int32_t channels, int32_t depth,
    int32_t accumulator_bits, int64_t *accumulators);

/* *result = value normalized by norm, times scale / 2^shift, correctly rounded (ties away from zero), saturated to
 * result_bits signed:
 *
 *     GDN value / sqrt(norm)     IGDN value x sqrt(norm)     GDN1 value / norm     IGDN1 value x norm
 *
 * value: 16 bits signed. norm: 1 to 2^40 - 1. scale: 1 to 2^24 - 1. shift: 0 to 62. result_bits: 2 to 32. */
int32_t intaglio_golden_normalize(
    int32_t form, int32_t value, int64_t norm, uint32_t scale, int32_t shift, int32_t result_bits, int32_t *result);

/* The same by segments: another function, whose cuts docs/arithmetic.md ("Table normalization") defines.
 *
 * index_bits: 1 to 8. offset_bits: 1 to 16. base_bits: 9 to 18. slope_shift: 0 to 31. bases, slopes: 2^index_bits
 * each; slopes fit 18 bits signed, and every line stays within base_bits unsigned. With INTAGLIO_GOLDEN_IGDN1 only
 * base_bits counts: index_bits, offset_bits and slope_shift are 0 and the pointers may be null. */
int32_t intaglio_golden_normalize_table(
    int32_t form, int32_t value, int64_t norm, uint32_t scale, int32_t shift, int32_t index_bits, int32_t offset_bits,
    int32_t base_bits, int32_t slope_shift, const uint32_t *bases, const int32_t *slopes, int32_t result_bits,
    int32_t *result);

#ifdef __cplusplus
}
#endif

#endif
