#ifndef C_ENTROPY_YARDSTICK_H
#define C_ENTROPY_YARDSTICK_H

#include <stddef.h>
#include <stdint.h>

// A plain rANS coder in C, to measure others by: one state of 64 bits, words of 32, no escapes. Tables as in
// FrequencyTables.
typedef struct {
    const int32_t *first_symbols;
    const int32_t *slot_offsets;
    const uint16_t *starts;
} yardstick_tables;

// Returns the number of words, which lie at the end of `words`.
size_t yardstick_encode(
    const int32_t *symbols, const uint16_t *table_indices, size_t count, yardstick_tables tables, uint32_t *words,
    size_t capacity);

// `lookup` has 256 entries a table: the first slot that reaches into each 256th of the interval.
void yardstick_decode(
    int32_t *symbols, const uint16_t *table_indices, size_t count, yardstick_tables tables, const uint16_t *lookup,
    const uint32_t *words);

#endif
