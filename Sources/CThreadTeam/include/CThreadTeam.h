#ifndef INTAGLIO_CTHREADTEAM_H
#define INTAGLIO_CTHREADTEAM_H

#include <stdint.h>

/* A leader and its workers. The leader is whoever calls; one thread at a time may.
 *
 * Work comes in two kinds: a *round* of units, which the leader starts and shares, and *tasks*, which a worker takes
 * while there is no round. Workers wait by watching the round's number for some microseconds, then they sleep:
 * rounds of a few microseconds are worth sharing. */
typedef struct intaglio_team intaglio_team;

/* A thread's share of a round: unit `unit`, then what `intaglio_team_next` gives until that is -1. Thread 0 is the
 * leader. */
typedef void (*intaglio_share)(intaglio_team *team, void *context, int64_t thread, int64_t unit);
typedef void (*intaglio_task)(void *context);

/* `threads` at least 1, the leader included. Where the system gives fewer threads, those it gave share the work. */
intaglio_team *intaglio_team_create(int64_t threads);

/* After all tasks. Ends the workers. */
void intaglio_team_destroy(intaglio_team *team);

/* Runs units 0 ..< units < 2^20, each once, on any thread; returns when all are done, and what they wrote is seen by
 * the leader. Not from inside a unit.
 *
 * Threads of even numbers take units from the front, the others from the back: in round after round a thread meets
 * the data that it had before. */
void intaglio_team_round(intaglio_team *team, int64_t units, intaglio_share body, void *context);

/* Inside a share: the unit before is done; another one, or -1. */
int64_t intaglio_team_next(intaglio_team *team, int64_t thread);

/* Has a worker run a task some time; without workers it runs at once. What the leader wrote before is seen by the
 * task. */
void intaglio_team_add(intaglio_team *team, intaglio_task task, void *context);

/* Returns when all tasks are done; the leader runs those that nobody has begun. */
void intaglio_team_finish(intaglio_team *team);

#endif
