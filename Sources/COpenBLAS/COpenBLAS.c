#include "COpenBLAS.h"
#include <dlfcn.h>

/* The C interface of the BLAS, as its standard fixes it; the library's integers have 32 bits. */
enum { ROW_MAJOR = 101, NOT_TRANSPOSED = 111, TRANSPOSED = 112 };
typedef void (*single_product)(int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *, int);
typedef void (*double_product)(int, int, int, int, int, int, double, const double *, int, const double *, int, double, double *, int);

static single_product sgemm;
static double_product dgemm;

int intaglio_openblas_load(const char *name) {
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (!library) return 0;
    single_product single = (single_product)dlsym(library, "cblas_sgemm");
    double_product twofold = (double_product)dlsym(library, "cblas_dgemm");
    if (!single || !twofold) {
        dlclose(library);
        return 0;
    }
    sgemm = single;
    dgemm = twofold;
    return 1;
}

void intaglio_sgemm(const float *left, const float *right, float *result, int64_t rows, int64_t columns, int64_t inner) {
    int m = (int)rows, n = (int)columns, k = (int)inner;
    sgemm(ROW_MAJOR, NOT_TRANSPOSED, TRANSPOSED, m, n, k, 1, left, k, right, k, 0, result, n);
}

void intaglio_dgemm(const double *left, const double *right, double *result, int64_t rows, int64_t columns, int64_t inner) {
    int m = (int)rows, n = (int)columns, k = (int)inner;
    dgemm(ROW_MAJOR, NOT_TRANSPOSED, TRANSPOSED, m, n, k, 1, left, k, right, k, 0, result, n);
}
