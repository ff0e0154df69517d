#include "CMemoryGuard.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define INTAGLIO_HAS_SANITIZER 1
#endif
#endif

static int is_limited(int resource) {
    struct rlimit limit;
    return getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

void intaglio_memory_guard_begin(void) {
#ifdef __GLIBC__
    /* Set, so that it does not grow with what is freed: large arrays go back to the system, and the peak does not
     * depend on what was read before. */
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
    if (!is_limited(RLIMIT_AS) && !is_limited(RLIMIT_DATA)) return;
#ifdef __GLIBC__
    mallopt(M_ARENA_MAX, 1);
#endif
}

#if defined(__GLIBC__) && !defined(INTAGLIO_HAS_SANITIZER)

void *__libc_malloc(size_t count);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t count);
void *__libc_memalign(size_t alignment, size_t count);

static void say(const char *text) {
    size_t length = strlen(text);
    while (length > 0) {
        ssize_t written = write(STDERR_FILENO, text, length);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        text += written;
        length -= (size_t)written;
    }
}

/* Uses no memory but the stack. */
static _Noreturn void end(size_t count) {
    char digits[24];
    char *first = digits + sizeof digits - 1;
    *first = 0;
    do *--first = (char)('0' + count % 10);
    while ((count /= 10) > 0);
    say("error[MEMORY-002]: memory: the system refuses ");
    say(first);
    say(" bytes\n"
        "  expected: room for what the program needs at its base and for what the input asks for\n"
        "  remedy: raise the limit (ulimit -v, ulimit -d, the control group's), or choose a smaller picture or fewer "
        "threads\n");
    _exit(2);
}

void *malloc(size_t count) {
    void *memory = __libc_malloc(count);
    if (!memory) end(count);
    return memory;
}

void *calloc(size_t count, size_t size) {
    void *memory = __libc_calloc(count, size);
    if (!memory) end(size > 0 && count > SIZE_MAX / size ? SIZE_MAX : count * size);
    return memory;
}

void *realloc(void *former, size_t count) {
    void *memory = __libc_realloc(former, count);
    if (!memory && count > 0) end(count);
    return memory;
}

void *memalign(size_t alignment, size_t count) {
    void *memory = __libc_memalign(alignment, count);
    if (!memory) end(count);
    return memory;
}

void *aligned_alloc(size_t alignment, size_t count) { return memalign(alignment, count); }

int posix_memalign(void **memory, size_t alignment, size_t count) {
    if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0) return EINVAL;
    *memory = memalign(alignment, count);
    return 0;
}

#endif
