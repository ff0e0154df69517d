#include "CDatapathKernels.h"
#include <string.h>

#if defined(__x86_64__)

/* The vector types never cross a function that is not inlined, so that their calling convention does not matter. */
#pragma clang diagnostic ignored "-Wpsabi"

#define LEVEL(NAME) NAME##_avx2

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)

#include "Encode.h"
#include "ExactLanes.h"
#include "PostProcess.h"
#include "Normalize.h"
#include "PartialSums.h"

#pragma clang attribute pop

#endif
