#ifndef INTAGLIO_CPNG_H
#define INTAGLIO_CPNG_H

#include <stddef.h>
#include <stdint.h>

/* libpng reports errors by longjmp, which must not cross Swift frames: every call that can fail stays inside this
 * target, which asks libpng for the samples as they are stored (no gamma, no background, no colour management) and
 * for nothing else. */

/* Room for libpng's sentence about what is wrong, with the terminating zero. */
enum { INTAGLIO_PNG_MESSAGE_BYTES = 200 };

typedef struct {
    uint32_t width;
    uint32_t height;
    uint8_t bitDepth;          /* 1, 2, 4, 8 or 16 */
    /* Samples a pixel as stored: 1 gray or palette index, 2 gray + alpha, 3 RGB, 4 RGB + alpha. */
    uint8_t channels;
    uint8_t isPalette;
    uint8_t isInterlaced;
    uint8_t hasTransparency;   /* an alpha channel or a tRNS chunk */
    uint16_t paletteEntries;
    uint8_t palette[768];      /* R, G, B of each entry */
} intaglio_png_header;

/* Reads everything up to the first IDAT chunk. Returns 1, or 0 with a message. */
int intaglio_png_read_header(
    const uint8_t *bytes, size_t count, intaglio_png_header *header, char message[INTAGLIO_PNG_MESSAGE_BYTES]);

/* Reads all samples and the end of the file. `samples` takes height * width * channels samples in rows from the top,
 * one byte each, or two (high byte first) at bit depth 16; depths below 8 are unpacked to one byte a sample and not
 * scaled. Returns 1, or 0 with a message. */
int intaglio_png_read_samples(
    const uint8_t *bytes, size_t count, uint8_t *samples, size_t sampleBytes, char
    message[INTAGLIO_PNG_MESSAGE_BYTES]);

/* Encodes 8-bit RGB. On success `*bytes` is allocated and is given back with intaglio_png_free. Returns 1, or 0 with
 * a message. */
int intaglio_png_write_rgb(
    const uint8_t *samples, uint32_t width, uint32_t height, uint8_t **bytes, size_t *count, char
    message[INTAGLIO_PNG_MESSAGE_BYTES]);

void intaglio_png_free(uint8_t *bytes);

#endif
