#include "DrainKernels.h"
#include "ExactLanes.h"
#include "Targets.h"
#include <string.h>

#include "DrainLevel.h"

const intaglio_drain_kernels intaglio_drain_kernels_portable = {post_process, normalize, add_sums};
