/* Partial sums on their way to and from the accumulator buffer. */
static void add_sums(const intaglio_add_arguments *arguments) {
    intaglio_add_arguments a = *arguments;
    for (; a.pixels > 0; --a.pixels, a.sums += a.sumPitch, a.base += a.basePitch, a.result += a.resultPitch) {
        int64_t k = 0;
        for (; k + LANES <= a.count; k += LANES) {
            lanes sum = load_narrow_lanes(a.sums + k) + load_lanes(a.base + k);
            *(lanes *)(a.result + k) = (sum << a.shift) >> a.shift;
        }
        for (; k < a.count; ++k) a.result[k] = (int64_t)((uint64_t)(a.sums[k] + a.base[k]) << a.shift) >> a.shift;
    }
}
