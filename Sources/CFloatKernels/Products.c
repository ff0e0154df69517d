#include "CFloatKernels.h"
#include "CDatapathKernels.h"
#include <stdlib.h>
#include <string.h>

/* The compiler would fuse a product with the sum that it goes into wherever the target can. */
#pragma STDC FP_CONTRACT OFF
#ifndef __clang__
#error "only clang is known to heed the pragma above"
#endif

/* `right` is laid out in panels of a register block's columns, [inner][columns], for so many inner and so many
 * columns at a time: a panel stays in the first cache and all of them in the second, while the rows of `left` pass.
 * Between two ranges of inner, sums wait in the result: the order of additions is the same. */
enum { INNER = 256, COLUMNS = 256, ROWS = 48 };

#define TARGET_BASE
#define TARGET_AVX2 __attribute__((target("avx2")))
#define TARGET_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"), min_vector_width(512)))

#define ELEMENT float
#define NAME(name) name##_float
#include "ProductLevels.h"

#define ELEMENT double
#define NAME(name) name##_double
#include "ProductLevels.h"

void intaglio_float_product(
    int32_t level, const float *left, const float *right, float *result, int64_t rows, int64_t columns,
    int64_t inner) {
#if defined(__x86_64__)
    if (level == INTAGLIO_AVX512) return product_avx512_float(left, right, result, rows, columns, inner);
    if (level == INTAGLIO_AVX2) return product_avx2_float(left, right, result, rows, columns, inner);
#endif
    (void)level;
    product_base_float(left, right, result, rows, columns, inner);
}

void intaglio_double_product(
    int32_t level, const double *left, const double *right, double *result, int64_t rows, int64_t columns,
    int64_t inner) {
#if defined(__x86_64__)
    if (level == INTAGLIO_AVX512) return product_avx512_double(left, right, result, rows, columns, inner);
    if (level == INTAGLIO_AVX2) return product_avx2_double(left, right, result, rows, columns, inner);
#endif
    (void)level;
    product_base_double(left, right, result, rows, columns, inner);
}
