#ifndef INTAGLIO_COPENBLAS_H
#define INTAGLIO_COPENBLAS_H

#include <stdint.h>

/* OpenBLAS starts its threads when it is loaded, and they spin while they wait. So it is loaded when floats are first multiplied, not with the program. */

/* Loads the shared library `name`. Returns 1, or 0 where there is no such library or it lacks a product used here. Not while another thread multiplies. */
int intaglio_openblas_load(const char *name);

/* result[m][n] = left[m][k] right[n][k]: row-major, dense, `right` transposed. Only after a load that returned 1. */
void intaglio_sgemm(const float *left, const float *right, float *result, int64_t rows, int64_t columns, int64_t inner);
void intaglio_dgemm(const double *left, const double *right, double *result, int64_t rows, int64_t columns, int64_t inner);

#endif
