#ifndef INTAGLIO_CMEMORYGUARD_H
#define INTAGLIO_CMEMORYGUARD_H

/* The last resort where memory is short. Linked into the program, this target's malloc, calloc, realloc,
 * posix_memalign, aligned_alloc and memalign stand before those of the C library and pass every call on; where the
 * library has no memory, they write the diagnostic MEMORY-002 to standard error and end the program with exit code
 * 2, because neither the Swift runtime nor most libraries can go on. What is estimated and asked for beforehand
 * (`MemoryBudget`, `LargeAllocation`) does not come here. Not with sanitizers, which stand there themselves, and not
 * without glibc. */

/* To be called once, before any thread is started. Where the address space or the data segment is limited, threads
 * share one heap (each of their own would reserve 64 MiB of addresses) and a BLAS that is loaded later multiplies on
 * one thread (each takes buffers of over 100 MiB). */
void intaglio_memory_guard_begin(void);

#endif
