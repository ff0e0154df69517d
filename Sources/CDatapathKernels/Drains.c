#include "CDatapathKernels.h"

/* One entry for each drain: chooses the function compiled for the level. */

#define POST_PROCESS_PARAMETERS(SUM)                                                                                                                \
    const intaglio_drain *drain, const SUM *sums, int64_t sumPitch, int64_t pixels, uint8_t *output, int64_t outputPitch, int64_t stored
#define POST_PROCESS_ARGUMENTS drain, sums, sumPitch, pixels, output, outputPitch, stored
#define NORMALIZE_PARAMETERS(SUM)                                                                                                                   \
    const intaglio_drain *drain, const SUM *sums, int64_t sumPitch, const int16_t *values, int64_t valuePitch, int64_t pixels, uint8_t *output,     \
        int64_t outputPitch, int64_t stored
#define NORMALIZE_ARGUMENTS drain, sums, sumPitch, values, valuePitch, pixels, output, outputPitch, stored

#if defined(__x86_64__)
#define DISPATCH(NAME, PARAMETERS, ARGUMENTS)                                                                                                       \
    int64_t NAME##_portable(PARAMETERS);                                                                                                            \
    int64_t NAME##_avx2(PARAMETERS);                                                                                                                \
    int64_t NAME##_avx512(PARAMETERS);                                                                                                              \
    int64_t NAME(int32_t level, PARAMETERS) {                                                                                                       \
        if (level == INTAGLIO_AVX512) return NAME##_avx512(ARGUMENTS);                                                                              \
        if (level == INTAGLIO_AVX2) return NAME##_avx2(ARGUMENTS);                                                                                  \
        return NAME##_portable(ARGUMENTS);                                                                                                          \
    }
#else
#define DISPATCH(NAME, PARAMETERS, ARGUMENTS)                                                                                                       \
    int64_t NAME##_portable(PARAMETERS);                                                                                                            \
    int64_t NAME(int32_t level, PARAMETERS) {                                                                                                       \
        (void)level;                                                                                                                                \
        return NAME##_portable(ARGUMENTS);                                                                                                          \
    }
#endif

DISPATCH(intaglio_post_process, POST_PROCESS_PARAMETERS(int32_t), POST_PROCESS_ARGUMENTS)
DISPATCH(intaglio_post_process_wide, POST_PROCESS_PARAMETERS(int64_t), POST_PROCESS_ARGUMENTS)
DISPATCH(intaglio_normalize, NORMALIZE_PARAMETERS(int32_t), NORMALIZE_ARGUMENTS)
DISPATCH(intaglio_normalize_wide, NORMALIZE_PARAMETERS(int64_t), NORMALIZE_ARGUMENTS)
