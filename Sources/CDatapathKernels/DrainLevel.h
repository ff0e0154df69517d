/* All drains and the way of partial sums, for the level file that includes it under its target. */

/* The vector types never cross a function that is not inlined, so that their calling convention does not matter. */
#pragma clang diagnostic ignored "-Wpsabi"

#include "Lanes.h"
#include "Encode.h"
#include "PostProcess.h"
#include "Normalize.h"
#include "PartialSums.h"
