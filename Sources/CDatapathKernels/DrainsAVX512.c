#include "CDatapathKernels.h"
#include <string.h>

#if defined(__x86_64__)

#define LEVEL(NAME) NAME##_avx512

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"), min_vector_width(512))), apply_to = function)

#include "Encode.h"
#include "ExactLanes.h"
#include "PostProcess.h"
#include "Normalize.h"
#include "PartialSums.h"

#pragma clang attribute pop

#endif
