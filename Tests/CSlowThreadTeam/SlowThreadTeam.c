#include "CSlowThreadTeam.h"

/* A copy of the team beside the real one. */
#define intaglio_team_create intaglio_slow_team_create
#define intaglio_team_destroy intaglio_slow_team_destroy
#define intaglio_team_round intaglio_slow_team_round
#define intaglio_team_next intaglio_slow_team_next
#define intaglio_team_add intaglio_slow_team_add
#define intaglio_team_finish intaglio_slow_team_finish

static void leader_pauses(void);
#define INTAGLIO_TEAM_BETWEEN_WORDS leader_pauses()
#include "../../Sources/CThreadTeam/ThreadTeam.c"

static void leader_pauses(void) {
    for (int looks = 0; looks < 20; ++looks) relax();
}

enum { LARGEST_ROUND = 32 };

static void count(intaglio_team *team, void *context, int64_t thread, int64_t unit) {
    _Atomic int64_t *runs = context;
    for (; unit >= 0; unit = intaglio_team_next(team, thread)) atomic_fetch_add(&runs[unit], 1);
}

int64_t intaglio_slow_team_faults(int64_t threads, int64_t rounds) {
    _Atomic int64_t runs[2 * LARGEST_ROUND] = {0};
    int64_t faults = 0;
    intaglio_team *team = intaglio_team_create(threads);
    for (int64_t round = 0; round < rounds; ++round) {
        /* A small round ends before a worker comes; the large one after it has units left where the small one had
         * none. */
        int64_t units = round % 2 ? LARGEST_ROUND : 2;
        intaglio_team_round(team, units, count, runs);
        for (int64_t unit = 0; unit < 2 * LARGEST_ROUND; ++unit)
            faults += atomic_exchange(&runs[unit], 0) != (unit < units);
    }
    intaglio_team_destroy(team);
    return faults;
}
