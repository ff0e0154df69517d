#ifndef INTAGLIO_CGMP_H
#define INTAGLIO_CGMP_H

#include <gmp.h>
#include <stdint.h>
#include <stdlib.h>

/* GMP's functions are macros (aliases or statements), which Swift does not import: the ones in use are wrapped here.
   The destination comes first and is always distinct from the operands. */

static inline void intaglio_mpz_init(mpz_ptr z) { mpz_init(z); }
static inline void intaglio_mpz_clear(mpz_ptr z) { mpz_clear(z); }

static inline void intaglio_mpz_set_int64(mpz_ptr z, int64_t value) { mpz_set_si(z, value); }
static inline void intaglio_mpz_set_uint64(mpz_ptr z, uint64_t value) { mpz_set_ui(z, value); }
static inline int intaglio_mpz_fits_int64(mpz_srcptr a) { return mpz_fits_slong_p(a); }
static inline int64_t intaglio_mpz_get_int64(mpz_srcptr a) { return mpz_get_si(a); }
/* The lowest 64 bits of the magnitude. */
static inline uint64_t intaglio_mpz_low_uint64(mpz_srcptr a) { return mpz_get_ui(a); }

/* Returns 0 when the whole text is a number in this radix. */
static inline int intaglio_mpz_set_text(mpz_ptr z, const char *text, int radix) { return mpz_set_str(z, text, radix); }
/* The text is malloc'ed; the caller frees it with intaglio_free. */
static inline char *intaglio_mpz_get_text(int radix, mpz_srcptr a) { return mpz_get_str(NULL, radix, a); }
static inline void intaglio_free(void *memory) { free(memory); }

static inline void intaglio_mpz_add(mpz_ptr z, mpz_srcptr a, mpz_srcptr b) { mpz_add(z, a, b); }
static inline void intaglio_mpz_sub(mpz_ptr z, mpz_srcptr a, mpz_srcptr b) { mpz_sub(z, a, b); }
static inline void intaglio_mpz_mul(mpz_ptr z, mpz_srcptr a, mpz_srcptr b) { mpz_mul(z, a, b); }
static inline void intaglio_mpz_neg(mpz_ptr z, mpz_srcptr a) { mpz_neg(z, a); }
static inline void intaglio_mpz_abs(mpz_ptr z, mpz_srcptr a) { mpz_abs(z, a); }
static inline void intaglio_mpz_shift_left(mpz_ptr z, mpz_srcptr a, uint64_t bits) { mpz_mul_2exp(z, a, bits); }
static inline void intaglio_mpz_shift_right_floor(mpz_ptr z, mpz_srcptr a, uint64_t bits) {
    mpz_fdiv_q_2exp(z, a, bits);
}

static inline void intaglio_mpz_quotient_floor(mpz_ptr z, mpz_srcptr a, mpz_srcptr b) { mpz_fdiv_q(z, a, b); }
static inline void intaglio_mpz_quotient_ceiling(mpz_ptr z, mpz_srcptr a, mpz_srcptr b) { mpz_cdiv_q(z, a, b); }
static inline void intaglio_mpz_quotient_truncating(mpz_ptr z, mpz_srcptr a, mpz_srcptr b) { mpz_tdiv_q(z, a, b); }
static inline void intaglio_mpz_remainder_floor(mpz_ptr z, mpz_srcptr a, mpz_srcptr b) { mpz_fdiv_r(z, a, b); }
/* b divides a. */
static inline void intaglio_mpz_quotient_exact(mpz_ptr z, mpz_srcptr a, mpz_srcptr b) { mpz_divexact(z, a, b); }

static inline void intaglio_mpz_gcd(mpz_ptr z, mpz_srcptr a, mpz_srcptr b) { mpz_gcd(z, a, b); }
static inline void intaglio_mpz_power(mpz_ptr z, mpz_srcptr a, uint64_t exponent) { mpz_pow_ui(z, a, exponent); }
/* The floor of the degree-th root of a >= 0. */
static inline void intaglio_mpz_root_floor(mpz_ptr z, mpz_srcptr a, uint64_t degree) { mpz_root(z, a, degree); }

static inline int intaglio_mpz_compare(mpz_srcptr a, mpz_srcptr b) { return mpz_cmp(a, b); }
static inline int intaglio_mpz_sign(mpz_srcptr a) { return mpz_sgn(a); }
static inline int intaglio_mpz_is_odd(mpz_srcptr a) { return mpz_odd_p(a) != 0; }
/* Bits of the magnitude; 1 for zero. */
static inline uint64_t intaglio_mpz_magnitude_bits(mpz_srcptr a) { return mpz_sizeinbase(a, 2); }
/* The number of zero bits below the lowest one bit; a is not zero. */
static inline uint64_t intaglio_mpz_trailing_zero_bits(mpz_srcptr a) { return mpz_scan1(a, 0); }

#endif
