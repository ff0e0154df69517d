#ifndef INTAGLIO_DATAPATH_KERNELS_H
#define INTAGLIO_DATAPATH_KERNELS_H

#include <stdint.h>

#endif
