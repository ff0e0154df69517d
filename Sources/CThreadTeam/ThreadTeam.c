#include "CThreadTeam.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

/* A test makes the leader slow here. */
#ifndef INTAGLIO_TEAM_BETWEEN_WORDS
#define INTAGLIO_TEAM_BETWEEN_WORDS
#endif

/* Looks at the shared state before a waiting thread gives way: a worker to sleep, the leader to whoever else wants
 * its core. */
enum { WORKER_LOOKS = 4000, LEADER_LOOKS = 2000 };
enum { STACK_BYTES = 2 << 20 };

typedef struct task {
    intaglio_task body;
    void *context;
    struct task *next;
} task;

typedef struct {
    intaglio_team *team;
    int64_t thread;
    pthread_t handle;
} worker;

struct intaglio_team {
    /* Round number << 40 | units taken from the back << 20 | units taken from the front. A thread takes a unit by
     * raising one of the two, which fails once the ticket has changed, so what the thread has read of the round by
     * then belongs to it. Before the leader writes what the next round is, it closes the old one by the largest
     * front: a thread that comes late would otherwise take a unit of the next round with the old ticket. */
    _Alignas(64) _Atomic uint64_t ticket;
    _Atomic int64_t units;
    _Atomic(intaglio_share) body;
    _Atomic(void *) context;
    _Alignas(64) _Atomic int64_t done;
    /* Tasks that wait, those that wait or run, and workers that sleep. */
    _Alignas(64) _Atomic int64_t waiting;
    _Atomic int64_t unfinished;
    _Atomic int64_t sleepers;
    _Atomic int isOver;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    task *first, *last;
    int64_t workers;
    worker *list;
};

static inline void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb");
#endif
}

enum { ROUND_BITS = 40, BACK_BITS = 20 };
static const uint64_t COUNT = (1 << BACK_BITS) - 1;

static inline uint64_t round_of(uint64_t ticket) { return ticket >> ROUND_BITS; }

/* Takes a unit of round `round`; -1 if none is left. Leaves in `body` and `context` what runs it. */
static int64_t take_unit(intaglio_team *team, uint64_t round, int64_t thread, intaglio_share *body, void **context) {
    uint64_t ticket = atomic_load_explicit(&team->ticket, memory_order_acquire);
    while (round_of(ticket) == round) {
        int64_t units = atomic_load_explicit(&team->units, memory_order_relaxed);
        int64_t front = (int64_t)(ticket & COUNT), back = (int64_t)(ticket >> BACK_BITS & COUNT);
        if (front + back >= units) return -1;
        *body = atomic_load_explicit(&team->body, memory_order_relaxed);
        *context = atomic_load_explicit(&team->context, memory_order_relaxed);
        uint64_t taken = ticket + (thread & 1 ? (uint64_t)1 << BACK_BITS : 1);
        /* Whoever has read a word of the next round finds the old one closed. */
        atomic_thread_fence(memory_order_acquire);
        if (atomic_compare_exchange_weak_explicit(
                &team->ticket, &ticket, taken, memory_order_acq_rel, memory_order_acquire))
            return thread & 1 ? units - 1 - back : front;
    }
    return -1;
}

/* Runs units of the round now going on until none is left to take. The last unit is done when the share has
 * returned: until then its context lives. */
static void take_units(intaglio_team *team, int64_t thread) {
    intaglio_share body;
    void *context;
    const uint64_t round = round_of(atomic_load_explicit(&team->ticket, memory_order_acquire));
    int64_t unit = take_unit(team, round, thread, &body, &context);
    if (unit < 0) return;
    body(team, context, thread, unit);
    atomic_fetch_add_explicit(&team->done, 1, memory_order_release);
}

int64_t intaglio_team_next(intaglio_team *team, int64_t thread) {
    intaglio_share body;
    void *context;
    /* The round cannot end before the unit that the caller has in hand is done. */
    const uint64_t round = round_of(atomic_load_explicit(&team->ticket, memory_order_acquire));
    int64_t unit = take_unit(team, round, thread, &body, &context);
    if (unit >= 0) atomic_fetch_add_explicit(&team->done, 1, memory_order_release);
    return unit;
}

/* Takes and runs one task; 0 if there was none. */
static int take_task(intaglio_team *team) {
    if (atomic_load_explicit(&team->waiting, memory_order_acquire) == 0) return 0;
    pthread_mutex_lock(&team->mutex);
    task *taken = team->first;
    if (taken) {
        team->first = taken->next;
        if (!team->first) team->last = 0;
        atomic_fetch_sub(&team->waiting, 1);
    }
    pthread_mutex_unlock(&team->mutex);
    if (!taken) return 0;
    taken->body(taken->context);
    free(taken);
    atomic_fetch_sub_explicit(&team->unfinished, 1, memory_order_release);
    return 1;
}

static int has_work(intaglio_team *team, uint64_t seen) {
    return round_of(atomic_load(&team->ticket)) != seen || atomic_load(&team->waiting) != 0
        || atomic_load(&team->isOver);
}

static void *work(void *context) {
    worker *self = context;
    intaglio_team *team = self->team;
    uint64_t seen = 0;
    for (;;) {
        for (int looks = 0; looks < WORKER_LOOKS && !has_work(team, seen); ++looks) relax();
        if (!has_work(team, seen)) {
            pthread_mutex_lock(&team->mutex);
            atomic_fetch_add(&team->sleepers, 1);
            while (!has_work(team, seen)) pthread_cond_wait(&team->wake, &team->mutex);
            atomic_fetch_sub(&team->sleepers, 1);
            pthread_mutex_unlock(&team->mutex);
        }
        if (atomic_load(&team->isOver)) return 0;
        uint64_t round = round_of(atomic_load_explicit(&team->ticket, memory_order_acquire));
        if (round != seen) {
            seen = round;
            take_units(team, self->thread);
        } else {
            take_task(team);
        }
    }
}

/* A sleeper has either seen what the caller has just written or is counted in `sleepers` by now: both are written
 * and read in one order. */
static void wake_sleepers(intaglio_team *team) {
    if (atomic_load(&team->sleepers) == 0) return;
    pthread_mutex_lock(&team->mutex);
    pthread_cond_broadcast(&team->wake);
    pthread_mutex_unlock(&team->mutex);
}

intaglio_team *intaglio_team_create(int64_t threads) {
    intaglio_team *team = aligned_alloc(64, (sizeof *team + 63) / 64 * 64);
    *team = (intaglio_team){.list = calloc((size_t)threads, sizeof(worker))};
    pthread_mutex_init(&team->mutex, 0);
    pthread_cond_init(&team->wake, 0);
    /* Workers need little, and 256 stacks of 8 MiB would be most of an address space that is limited. */
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    for (int64_t thread = 1; thread < threads; ++thread) {
        worker *next = &team->list[team->workers];
        *next = (worker){.team = team, .thread = thread};
        if (pthread_create(&next->handle, &attributes, work, next) != 0) break;
        ++team->workers;
    }
    pthread_attr_destroy(&attributes);
    return team;
}

void intaglio_team_destroy(intaglio_team *team) {
    atomic_store(&team->isOver, 1);
    wake_sleepers(team);
    for (int64_t i = 0; i < team->workers; ++i) pthread_join(team->list[i].handle, 0);
    pthread_cond_destroy(&team->wake);
    pthread_mutex_destroy(&team->mutex);
    free(team->list);
    free(team);
}

void intaglio_team_round(intaglio_team *team, int64_t units, intaglio_share body, void *context) {
    if (units <= 0) return;
    uint64_t before = round_of(atomic_load_explicit(&team->ticket, memory_order_relaxed));
    atomic_store_explicit(&team->ticket, before << ROUND_BITS | COUNT, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    atomic_store_explicit(&team->done, 0, memory_order_relaxed);
    atomic_store_explicit(&team->units, units, memory_order_relaxed);
    INTAGLIO_TEAM_BETWEEN_WORDS;
    atomic_store_explicit(&team->body, body, memory_order_relaxed);
    atomic_store_explicit(&team->context, context, memory_order_relaxed);
    atomic_store(&team->ticket, (before + 1) << ROUND_BITS);
    wake_sleepers(team);
    take_units(team, 0);
    for (int looks = 0; atomic_load_explicit(&team->done, memory_order_acquire) != units; ++looks)
        if (looks < LEADER_LOOKS)
            relax();
        else
            sched_yield();
}

void intaglio_team_add(intaglio_team *team, intaglio_task body, void *context) {
    if (team->workers == 0) {
        body(context);
        return;
    }
    task *added = malloc(sizeof *added);
    *added = (task){.body = body, .context = context};
    pthread_mutex_lock(&team->mutex);
    if (team->last)
        team->last->next = added;
    else
        team->first = added;
    team->last = added;
    atomic_fetch_add(&team->unfinished, 1);
    atomic_fetch_add(&team->waiting, 1);
    pthread_mutex_unlock(&team->mutex);
    wake_sleepers(team);
}

void intaglio_team_finish(intaglio_team *team) {
    while (atomic_load_explicit(&team->unfinished, memory_order_acquire) != 0)
        if (!take_task(team)) sched_yield();
}
