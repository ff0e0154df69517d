#include "CPNG.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "CPNGErrors.h"

/* The file as it grows in memory. */
typedef struct {
    uint8_t *bytes;
    size_t count;
    size_t capacity;
} sink;

static void append_bytes(png_structp png, png_bytep from, size_t length) {
    sink *into = png_get_io_ptr(png);
    if (length > into->capacity - into->count) {
        size_t capacity = 2 * into->capacity + length;
        uint8_t *grown = realloc(into->bytes, capacity);
        if (grown == NULL) png_error(png, "not enough memory");
        into->bytes = grown;
        into->capacity = capacity;
    }
    memcpy(into->bytes + into->count, from, length);
    into->count += length;
}

static void flush_nothing(png_structp png) { (void)png; }

int intaglio_png_write_rgb(
    const uint8_t *samples, uint32_t width, uint32_t height, uint8_t **bytes, size_t *count, char
    message[INTAGLIO_PNG_MESSAGE_BYTES]) {
    png_structp png =
        png_create_write_struct(PNG_LIBPNG_VER_STRING, message, intaglio_png_fail, intaglio_png_ignore_warning);
    png_infop information = png != NULL ? png_create_info_struct(png) : NULL;
    sink *into = calloc(1, sizeof *into);
    if (information == NULL || into == NULL) {
        intaglio_png_say(message, "not enough memory");
        png_destroy_write_struct(&png, NULL);
        free(into);
        return 0;
    }
    volatile int succeeded = 0;
    if (setjmp(png_jmpbuf(png)) == 0) {
        png_set_write_fn(png, into, append_bytes, flush_nothing);
        png_set_IHDR(
            png, information, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
            PNG_FILTER_TYPE_DEFAULT);
        png_set_compression_level(png, 6);
        png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_ALL_FILTERS);
        png_write_info(png, information);
        for (uint32_t y = 0; y < height; y++) png_write_row(png, samples + (size_t)y * width * 3);
        png_write_end(png, NULL);
        succeeded = 1;
    }
    png_destroy_write_struct(&png, &information);
    if (succeeded) {
        *bytes = into->bytes;
        *count = into->count;
    } else {
        free(into->bytes);
    }
    free(into);
    return succeeded;
}

void intaglio_png_free(uint8_t *bytes) { free(bytes); }
