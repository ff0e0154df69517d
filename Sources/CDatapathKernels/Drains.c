#include "CDatapathKernels.h"

/* One entry for each drain, and for partial sums: chooses the function compiled for the level. */

#define POST_PROCESS_PARAMETERS(SUM)                                                                                                                \
    const intaglio_drain *drain, const SUM *sums, int64_t sumPitch, int64_t pixels, uint8_t *output, int64_t outputPitch, int64_t stored,            \
        int64_t *laneCounts
#define POST_PROCESS_ARGUMENTS drain, sums, sumPitch, pixels, output, outputPitch, stored, laneCounts
#define NORMALIZE_PARAMETERS(SUM)                                                                                                                   \
    const intaglio_drain *drain, const SUM *sums, int64_t sumPitch, const int16_t *values, int64_t valuePitch, int64_t pixels, uint8_t *output,     \
        int64_t outputPitch, int64_t stored, int64_t *laneCounts
#define NORMALIZE_ARGUMENTS drain, sums, sumPitch, values, valuePitch, pixels, output, outputPitch, stored, laneCounts
#define ADD_PARAMETERS                                                                                                                              \
    const int32_t *sums, int64_t sumPitch, const int64_t *base, int64_t basePitch, int64_t shift, int64_t pixels, int64_t count, int64_t *result,   \
        int64_t resultPitch
#define ADD_ARGUMENTS sums, sumPitch, base, basePitch, shift, pixels, count, result, resultPitch

#if defined(__x86_64__)
#define DISPATCH(RESULT, NAME, PARAMETERS, ARGUMENTS)                                                                                               \
    RESULT NAME##_portable(PARAMETERS);                                                                                                             \
    RESULT NAME##_avx2(PARAMETERS);                                                                                                                 \
    RESULT NAME##_avx512(PARAMETERS);                                                                                                               \
    RESULT NAME(int32_t level, PARAMETERS) {                                                                                                       \
        if (level == INTAGLIO_AVX512) return NAME##_avx512(ARGUMENTS);                                                                              \
        if (level == INTAGLIO_AVX2) return NAME##_avx2(ARGUMENTS);                                                                                  \
        return NAME##_portable(ARGUMENTS);                                                                                                          \
    }
#else
#define DISPATCH(RESULT, NAME, PARAMETERS, ARGUMENTS)                                                                                               \
    RESULT NAME##_portable(PARAMETERS);                                                                                                             \
    RESULT NAME(int32_t level, PARAMETERS) {                                                                                                       \
        (void)level;                                                                                                                                \
        return NAME##_portable(ARGUMENTS);                                                                                                          \
    }
#endif

DISPATCH(int64_t, intaglio_post_process, POST_PROCESS_PARAMETERS(int32_t), POST_PROCESS_ARGUMENTS)
DISPATCH(int64_t, intaglio_post_process_wide, POST_PROCESS_PARAMETERS(int64_t), POST_PROCESS_ARGUMENTS)
DISPATCH(int64_t, intaglio_normalize, NORMALIZE_PARAMETERS(int32_t), NORMALIZE_ARGUMENTS)
DISPATCH(int64_t, intaglio_normalize_wide, NORMALIZE_PARAMETERS(int64_t), NORMALIZE_ARGUMENTS)
DISPATCH(void, intaglio_add_sums, ADD_PARAMETERS, ADD_ARGUMENTS)
