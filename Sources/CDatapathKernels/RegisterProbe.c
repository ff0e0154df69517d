#include "CDatapathKernels.h"
#include "Targets.h"

/* The most the multipliers can do. */

#if defined(__x86_64__)

#define LEVEL(NAME) NAME##_sse2
#define TARGET TARGET_SSE2
#define COUNT 8
#include "RegisterBlock.h"

#define LEVEL(NAME) NAME##_avx2
#define TARGET TARGET_AVX2
#define COUNT 12
#include "RegisterBlock.h"

#define LEVEL(NAME) NAME##_avx512
#define TARGET TARGET_AVX512
#define COUNT 24
#include "RegisterBlock.h"

#endif

int64_t intaglio_register_probe(int32_t level, int64_t repetitions, int32_t *sink) {
#if defined(__x86_64__)
    switch (level) {
    case INTAGLIO_AVX512: return probe_avx512(repetitions, sink);
    case INTAGLIO_AVX2: return probe_avx2(repetitions, sink);
    case INTAGLIO_SSE2: return probe_sse2(repetitions, sink);
    default: break;
    }
#endif
    (void)level;
    for (int64_t i = 0; i < repetitions; ++i) sink[0] += (int16_t)(sink[1] + i) * (int16_t)sink[0];
    return repetitions;
}
