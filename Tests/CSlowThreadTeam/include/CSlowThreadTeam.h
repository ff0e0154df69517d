#ifndef INTAGLIO_CSLOWTHREADTEAM_H
#define INTAGLIO_CSLOWTHREADTEAM_H

#include <stdint.h>

/* Rounds of a thread team whose leader pauses between the words of a round, so that late workers meet half-written
 * rounds in every run. Returns how many units did not run once. */
int64_t intaglio_slow_team_faults(int64_t threads, int64_t rounds);

#endif
