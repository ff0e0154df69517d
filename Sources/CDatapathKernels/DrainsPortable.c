#include "CDatapathKernels.h"
#include <string.h>

/* The vector types never cross a function that is not inlined, so that their calling convention does not matter. */
#pragma clang diagnostic ignored "-Wpsabi"

#define LEVEL(NAME) NAME##_portable

#include "Encode.h"
#include "ExactLanes.h"
#include "PostProcess.h"
#include "Normalize.h"
#include "PartialSums.h"
