/* The product of one element type at one level. Included once for each, with ELEMENT, LEVEL(name), TARGET, the BYTES
 * of a vector, and BLOCK_ROWS, of which the sums fill the registers. */

#define LANES ((int64_t)(BYTES / sizeof(ELEMENT)))
#define PANEL (2 * LANES)
#define VECTOR_AT(address) (*(LEVEL(vector) *)(address))
#define EACH(index, count) _Pragma("unroll") for (int index = 0; index < (count); ++index)

typedef ELEMENT LEVEL(vector) __attribute__((vector_size(BYTES), aligned(sizeof(ELEMENT)), may_alias));

/* rows x PANEL sums in registers, each `inner` products further, from 0 on where they begin; rows of `left` and
 * `sums` are their pitch apart. */
TARGET static inline __attribute__((always_inline)) void LEVEL(block)(
    const int rows, const ELEMENT *left, int64_t leftPitch, const ELEMENT *panel, int64_t inner, int begins,
    ELEMENT *sums, int64_t sumPitch) {
    LEVEL(vector) sum[BLOCK_ROWS][2];
    if (begins) EACH(m, rows) EACH(j, 2) sum[m][j] = (LEVEL(vector)){0};
    else EACH(m, rows) EACH(j, 2) sum[m][j] = VECTOR_AT(sums + m * sumPitch + j * LANES);
    for (int64_t k = 0; k < inner; ++k, panel += PANEL) {
        EACH(m, rows) {
            const ELEMENT value = left[m * leftPitch + k];
            EACH(j, 2) sum[m][j] = sum[m][j] + value * VECTOR_AT(panel + j * LANES);
        }
    }
    EACH(m, rows) EACH(j, 2) VECTOR_AT(sums + m * sumPitch + j * LANES) = sum[m][j];
}

TARGET static void LEVEL(rows)(
    const ELEMENT *left, int64_t leftPitch, const ELEMENT *panel, int64_t inner, int begins, ELEMENT *sums,
    int64_t sumPitch, int64_t rows) {
    int64_t m = 0;
    for (; m + BLOCK_ROWS <= rows; m += BLOCK_ROWS)
        LEVEL(block)(BLOCK_ROWS, left + m * leftPitch, leftPitch, panel, inner, begins, sums + m * sumPitch, sumPitch);
    for (; m + BLOCK_ROWS / 3 <= rows; m += BLOCK_ROWS / 3)
        LEVEL(block)(
            BLOCK_ROWS / 3, left + m * leftPitch, leftPitch, panel, inner, begins, sums + m * sumPitch, sumPitch);
    for (; m < rows; ++m)
        LEVEL(block)(1, left + m * leftPitch, leftPitch, panel, inner, begins, sums + m * sumPitch, sumPitch);
}

/* The panels [inner][PANEL] of `columns` rows of `right`, which are `pitch` apart; zeros fill the last. Few of inner
 * at a time, which stay in the first cache. */
TARGET static void LEVEL(pack)(const ELEMENT *right, int64_t pitch, int64_t columns, int64_t inner, ELEMENT *panels) {
    for (int64_t n = 0; n < columns; n += PANEL)
        for (int64_t first = 0; first < inner; first += 16) {
            const int64_t count = inner - first < 16 ? inner - first : 16;
            for (int64_t j = 0; j < PANEL; ++j) {
                ELEMENT *to = panels + n * inner + first * PANEL + j;
                const ELEMENT *from = right + (n + j) * pitch + first;
                if (n + j >= columns) for (int64_t k = 0; k < count; ++k) to[k * PANEL] = 0;
                else if (count == 16) EACH(k, 16) to[k * PANEL] = from[k];
                else for (int64_t k = 0; k < count; ++k) to[k * PANEL] = from[k];
            }
        }
}

/* Columns beside the last whole panel: their sums visit an array as wide as a panel. */
TARGET static void LEVEL(ragged)(
    const ELEMENT *left, int64_t leftPitch, const ELEMENT *panel, int64_t inner, int begins, ELEMENT *sums,
    int64_t sumPitch, int64_t rows, int64_t columns) {
    ELEMENT wide[ROWS * PANEL] = {0};
    for (int64_t m = 0; !begins && m < rows; ++m)
        memcpy(wide + m * PANEL, sums + m * sumPitch, (size_t)columns * sizeof(ELEMENT));
    LEVEL(rows)(left, leftPitch, panel, inner, begins, wide, PANEL, rows);
    for (int64_t m = 0; m < rows; ++m) memcpy(sums + m * sumPitch, wide + m * PANEL, (size_t)columns * sizeof(ELEMENT));
}

static void LEVEL(product)(
    const ELEMENT *left, const ELEMENT *right, ELEMENT *result, int64_t rows, int64_t columns, int64_t inner) {
    if (inner == 0) memset(result, 0, (size_t)(rows * columns) * sizeof(ELEMENT));
    ELEMENT *panels = malloc(INNER * COLUMNS * sizeof(ELEMENT));
    for (int64_t n = 0; n < columns; n += COLUMNS)
        for (int64_t k = 0; k < inner; k += INNER) {
            const int64_t width = columns - n < COLUMNS ? columns - n : COLUMNS;
            const int64_t depth = inner - k < INNER ? inner - k : INNER;
            LEVEL(pack)(right + n * inner + k, inner, width, depth, panels);
            for (int64_t m = 0; m < rows; m += ROWS) {
                const int64_t height = rows - m < ROWS ? rows - m : ROWS;
                for (int64_t j = 0; j < width; j += PANEL) {
                    const ELEMENT *panel = panels + j * depth;
                    ELEMENT *sums = result + m * columns + n + j;
                    const ELEMENT *block = left + m * inner + k;
                    if (j + PANEL <= width) LEVEL(rows)(block, inner, panel, depth, k == 0, sums, columns, height);
                    else LEVEL(ragged)(block, inner, panel, depth, k == 0, sums, columns, height, width - j);
                }
            }
        }
    free(panels);
}

#undef LANES
#undef PANEL
#undef VECTOR_AT
#undef EACH
#undef LEVEL
#undef TARGET
#undef BYTES
#undef BLOCK_ROWS
