#include "CEntropyYardstick.h"

static const uint64_t smallest_state = 1ull << 31;

size_t yardstick_encode(
    const int32_t *symbols, const uint16_t *table_indices, size_t count, yardstick_tables tables, uint32_t *words,
    size_t capacity) {
    uint64_t state = smallest_state;
    uint32_t *next = words + capacity;
    for (size_t i = count; i-- > 0;) {
        const int table = table_indices[i];
        const int slot = tables.slot_offsets[table] + symbols[i] - tables.first_symbols[table];
        const uint32_t start = tables.starts[slot];
        const uint32_t frequency = tables.starts[slot + 1] - start;
        if (state >= (uint64_t)frequency << 47) {
            *--next = (uint32_t)state;
            state >>= 32;
        }
        state = ((state / frequency) << 16) + state % frequency + start;
    }
    *--next = (uint32_t)(state >> 32);
    *--next = (uint32_t)state;
    return (size_t)(words + capacity - next);
}

void yardstick_decode(
    int32_t *symbols, const uint16_t *table_indices, size_t count, yardstick_tables tables, const uint16_t *lookup,
    const uint32_t *words) {
    uint64_t state = words[0] | (uint64_t)words[1] << 32;
    words += 2;
    for (size_t i = 0; i < count; i++) {
        const int table = table_indices[i];
        const uint32_t value = state & 0xFFFF;
        const int offset = tables.slot_offsets[table], last = tables.slot_offsets[table + 1] - 1;
        int slot = offset + lookup[table * 256 + (value >> 8)];
        while (slot < last && tables.starts[slot + 1] <= value) slot++;
        const uint32_t start = tables.starts[slot];
        const uint32_t end = slot < last ? tables.starts[slot + 1] : 65536;
        state = (uint64_t)(end - start) * (state >> 16) + value - start;
        if (state < smallest_state) state = state << 32 | *words++;
        symbols[i] = tables.first_symbols[table] + slot - offset;
    }
}
