#ifndef INTAGLIO_CGMP_H
#define INTAGLIO_CGMP_H

#include <gmp.h>

/* GMP's init and clear functions are macros, which Swift does not import: the ones in use are wrapped here. */
static inline void intaglio_mpz_init(mpz_ptr z) { mpz_init(z); }
static inline void intaglio_mpz_clear(mpz_ptr z) { mpz_clear(z); }

#endif
