#ifndef INTAGLIO_EXACT_LANES_H
#define INTAGLIO_EXACT_LANES_H

#include "CDatapathKernels.h"

/* Scalar counterparts of the vector drains, for the lanes that these leave undecided. */

/* r = the rounded product of LANES accumulators, by `intaglio_requantize`. */
void intaglio_exact_lanes(const intaglio_drain *drain, int64_t k, int64_t count, const int64_t *acc, int64_t *r);

/* q = the normalized magnitudes, from the estimates in q. */
void intaglio_exact_magnitudes(
    const intaglio_drain *drain, int64_t k, int64_t count, const int16_t *values, const int64_t *n, int64_t *q);

/* q = the magnitudes by the drain's table. */
void intaglio_table_magnitudes(
    const intaglio_drain *drain, int64_t k, int64_t count, const int16_t *values, const int64_t *n, int64_t *q);

/* Magnitudes from here on saturate whatever their last bits. */
#define INTAGLIO_LARGEST_MAGNITUDE 0x1p33

#endif
