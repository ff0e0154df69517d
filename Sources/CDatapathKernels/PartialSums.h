/* Partial sums on their way to and from the accumulator buffer. Included by the level files with LEVEL defined. */
void LEVEL(intaglio_add_sums)(
    const int32_t *sums, int64_t sumPitch, const int64_t *base, int64_t basePitch, int64_t shift, int64_t pixels, int64_t count, int64_t *result,
    int64_t resultPitch) {
    typedef int32_t sum_lanes __attribute__((ext_vector_type(LANES), aligned(4)));
    for (int64_t p = 0; p < pixels; ++p, sums += sumPitch, base += basePitch, result += resultPitch) {
        int64_t k = 0;
        for (; k + LANES <= count; k += LANES)
            *(lanes *)(result + k) = ((__builtin_convertvector(*(const sum_lanes *)(sums + k), lanes) + load_lanes(base + k)) << shift) >> shift;
        for (; k < count; ++k) result[k] = (int64_t)((uint64_t)(sums[k] + base[k]) << shift) >> shift;
    }
}
