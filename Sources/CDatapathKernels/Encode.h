/* The end of every drain: results become stored elements. */

/* The lanes beginning at lane k: saturate to R bits, clip, remove the offset, clamp to the table.
 * Returns indices into the table, the 16-bit results or, where codes are searched for, x itself. In each lane that
 * saturated, `saturated` loses one and `laneCounts` gains one. */
ALWAYS_INLINE lanes encode_lanes(
    const intaglio_drain *drain, int64_t k, lanes r, lanes *saturated, int64_t *laneCounts) {
    lanes kept = clamp(r, (lanes)drain->resultLow, (lanes)drain->resultHigh);
    lanes x = clamp(kept, (lanes)drain->clipLow, (lanes)drain->clipHigh) - load_lanes(drain->offset + k);
    lanes lost = (kept != r) | (x < load_lanes(drain->limitLow + k)) | (x > load_lanes(drain->limitHigh + k));
    if (__builtin_expect(is_any(lost), 0)) {
        *saturated += lost;
        *(lanes *)(laneCounts + k) -= lost;
    }
    return clamp(x, load_lanes(drain->tableLow + k), load_lanes(drain->tableHigh + k))
        + load_lanes(drain->tableBase + k);
}

/* How many of the thresholds, which ascend, do not exceed x. */
ALWAYS_INLINE int64_t thresholds_reached(const int32_t *thresholds, int64_t count, int64_t x) {
    int64_t low = 0, high = count;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (x >= thresholds[middle])
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Stores the elements of the lanes, or of those below `stored`. */
ALWAYS_INLINE void store_lanes(const intaglio_drain *drain, int64_t k, lanes index, uint8_t *output, int64_t stored) {
    int64_t count = stored - k < LANES ? stored - k : LANES;
    if (drain->table) {
        uint8_t codes[LANES];
        for (int i = 0; i < LANES; ++i) codes[i] = drain->table[index[i]];
        if (count == LANES)
            memcpy(output + k, codes, LANES);
        else
            for (int64_t i = 0; i < count; ++i) output[k + i] = codes[i];
        return;
    }
    int64_t lane[LANES];
    memcpy(lane, &index, sizeof lane);
    if (drain->thresholds) {
        /* Read once: for all the compiler knows, the output could lie over the drain. */
        const int32_t *thresholds = drain->thresholds;
        const int64_t *start = drain->thresholdStart + k, *counts = drain->thresholdCount + k;
        const uint8_t *codeMap = drain->codeMap;
        for (int64_t i = 0; i < count; ++i)
            output[k + i] = codeMap[thresholds_reached(thresholds + start[i], counts[i], lane[i])];
    } else {
        for (int64_t i = 0; i < count; ++i) {
            int16_t element = (int16_t)lane[i];
            memcpy(output + 2 * (k + i), &element, 2);
        }
    }
}
