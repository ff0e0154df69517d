#ifndef INTAGLIO_CPNG_ERRORS_H
#define INTAGLIO_CPNG_ERRORS_H

#include <png.h>

/* Copies a sentence into the caller's message, cut to its room. */
void intaglio_png_say(char *message, const char *sentence);

/* libpng's error callback: keeps the sentence in the message behind the error pointer and jumps back into this
 * target. */
PNG_NORETURN void intaglio_png_fail(png_structp png, png_const_charp sentence);

/* libpng's warning callback: a warning is about a chunk that no sample depends on. */
void intaglio_png_ignore_warning(png_structp png, png_const_charp sentence);

#endif
