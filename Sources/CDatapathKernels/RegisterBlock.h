/* The MAC kernels' inner loop without a single load, at one level. Included by RegisterProbe.c for each, with
 * LEVEL(name) and TARGET defined, and the COUNT of sums in flight. */

TARGET static int64_t LEVEL(probe)(int64_t repetitions, int32_t *sink) {
    const int64_t macs = repetitions * COUNT * (int64_t)(sizeof(LEVEL(vector)) / 2);
    LEVEL(vector) acc[COUNT], v = (LEVEL(vector)){0} + sink[0], w = (LEVEL(vector)){0} + sink[1];
    EACH(i, COUNT) acc[i] = (LEVEL(vector)){0} + i;
    for (; repetitions > 0; --repetitions) {
        EACH(i, COUNT) acc[i] = LEVEL(multiply_add)(acc[i], v, w);
        __asm__ volatile("" : "+x"(v), "+x"(w));
    }
    EACH(i, COUNT - 1) acc[0] ^= acc[i + 1];
    for (unsigned i = 0; i < sizeof(LEVEL(vector)) / 4; ++i) sink[0] ^= acc[0][i];
    return macs;
}

#undef LEVEL
#undef TARGET
#undef COUNT
