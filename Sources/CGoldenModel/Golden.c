/* The header's functions are Swift's (Sources/GoldenModel); this file makes the header a target. */
#include "intaglio_golden.h"
