/* The product of one element type at every level. Included once for each, with ELEMENT and NAME(name). */

#define LEVEL(name) NAME(name##_base)
#define TARGET TARGET_BASE
#define BYTES 16
#define BLOCK_ROWS 6
#include "Product.h"

#if defined(__x86_64__)
#define LEVEL(name) NAME(name##_avx2)
#define TARGET TARGET_AVX2
#define BYTES 32
#define BLOCK_ROWS 6
#include "Product.h"

#define LEVEL(name) NAME(name##_avx512)
#define TARGET TARGET_AVX512
#define BYTES 64
#define BLOCK_ROWS 12
#include "Product.h"
#endif

#undef ELEMENT
#undef NAME
