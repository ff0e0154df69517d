#include "DrainKernels.h"
#include "ExactLanes.h"
#include "Targets.h"
#include <string.h>

#if defined(__x86_64__)

#pragma clang attribute push(TARGET_AVX512, apply_to = function)
#include "DrainLevel.h"
#pragma clang attribute pop

const intaglio_drain_kernels intaglio_drain_kernels_avx512 = {post_process, normalize, add_sums};

#endif
