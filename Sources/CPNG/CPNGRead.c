#include "CPNG.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "CPNGErrors.h"

/* The file in memory and how far libpng has read. */
typedef struct {
    const uint8_t *bytes;
    size_t count;
    size_t position;
} source;

static void read_bytes(png_structp png, png_bytep destination, size_t length) {
    source *from = png_get_io_ptr(png);
    if (length > from->count - from->position) png_error(png, "the file ends too early");
    memcpy(destination, from->bytes + from->position, length);
    from->position += length;
}

static void describe(png_structp png, png_infop information, intaglio_png_header *header) {
    memset(header, 0, sizeof *header);
    header->width = png_get_image_width(png, information);
    header->height = png_get_image_height(png, information);
    header->bitDepth = png_get_bit_depth(png, information);
    header->channels = png_get_channels(png, information);
    header->isPalette = png_get_color_type(png, information) == PNG_COLOR_TYPE_PALETTE;
    header->isInterlaced = png_get_interlace_type(png, information) != PNG_INTERLACE_NONE;
    header->hasTransparency = (png_get_color_type(png, information) & PNG_COLOR_MASK_ALPHA) != 0
        || png_get_valid(png, information, PNG_INFO_tRNS) != 0;
    png_colorp palette = NULL;
    int entries = 0;
    if (header->isPalette && png_get_PLTE(png, information, &palette, &entries) != 0
        && entries >= 0 && entries <= 256) {
        header->paletteEntries = (uint16_t)entries;
        for (int i = 0; i < entries; i++) {
            header->palette[3 * i] = palette[i].red;
            header->palette[3 * i + 1] = palette[i].green;
            header->palette[3 * i + 2] = palette[i].blue;
        }
    }
}

static void read_samples(
    png_structp png, png_infop information, uint8_t *samples, size_t sampleBytes, png_bytep **rows) {
    png_set_packing(png);
    (void)png_set_interlace_handling(png);
    png_read_update_info(png, information);
    size_t rowBytes = png_get_rowbytes(png, information), height = png_get_image_height(png, information);
    if (rowBytes * height != sampleBytes) png_error(png, "the header changed between two readings");
    *rows = png_malloc(png, height * sizeof **rows);
    for (size_t y = 0; y < height; y++) (*rows)[y] = samples + y * rowBytes;
    png_read_image(png, *rows);
    png_read_end(png, NULL);
}

/* One reading: of the header when `samples` is NULL, else of the samples. All that a longjmp must find again lies in
 * memory that setjmp does not roll back. */
static int read_png(source *from, intaglio_png_header *header, uint8_t *samples, size_t sampleBytes, char *message) {
    png_structp png =
        png_create_read_struct(PNG_LIBPNG_VER_STRING, message, intaglio_png_fail, intaglio_png_ignore_warning);
    png_infop information = png != NULL ? png_create_info_struct(png) : NULL;
    png_bytep **rows = calloc(1, sizeof *rows);
    if (information == NULL || rows == NULL) {
        intaglio_png_say(message, "not enough memory");
        png_destroy_read_struct(&png, NULL, NULL);
        free(rows);
        return 0;
    }
    volatile int succeeded = 0;
    if (setjmp(png_jmpbuf(png)) == 0) {
        png_set_read_fn(png, from, read_bytes);
        /* The caller has its own bounds and says them better. */
        png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
        png_read_info(png, information);
        if (samples == NULL) describe(png, information, header);
        else read_samples(png, information, samples, sampleBytes, rows);
        succeeded = 1;
    }
    if (*rows != NULL) png_free(png, *rows);
    free(rows);
    png_destroy_read_struct(&png, &information, NULL);
    return succeeded;
}

int intaglio_png_read_header(
    const uint8_t *bytes, size_t count, intaglio_png_header *header, char message[INTAGLIO_PNG_MESSAGE_BYTES]) {
    source from = {bytes, count, 0};
    return read_png(&from, header, NULL, 0, message);
}

int intaglio_png_read_samples(
    const uint8_t *bytes, size_t count, uint8_t *samples, size_t sampleBytes, char
    message[INTAGLIO_PNG_MESSAGE_BYTES]) {
    source from = {bytes, count, 0};
    return read_png(&from, NULL, samples, sampleBytes, message);
}
