#ifndef INTAGLIO_FLOAT_KERNELS_H
#define INTAGLIO_FLOAT_KERNELS_H

#include <stdint.h>

/* Matrix products whose bits depend on nothing but their operands.
 *
 *     result[m][n] = ((0 + left[m][0] right[n][0]) + left[m][1] right[n][1]) + ...    row-major, `right` transposed
 *
 * Every product and every sum is rounded by itself, to nearest, ties to even, with denormals; nothing is fused.
 * Vectors hold neighbouring results, so that their length changes no order. `level` is one of CDatapathKernels.h; it
 * says only which instructions compute the result. No sizes are negative; the result overlaps no operand. */
void intaglio_float_product(
    int32_t level, const float *left, const float *right, float *result, int64_t rows, int64_t columns,
    int64_t inner);
void intaglio_double_product(
    int32_t level, const double *left, const double *right, double *result, int64_t rows, int64_t columns,
    int64_t inner);

#endif
