#include "CPNGErrors.h"

#include <string.h>

#include "CPNG.h"

void intaglio_png_say(char *message, const char *sentence) {
    strncpy(message, sentence, INTAGLIO_PNG_MESSAGE_BYTES - 1);
    message[INTAGLIO_PNG_MESSAGE_BYTES - 1] = 0;
}

void intaglio_png_fail(png_structp png, png_const_charp sentence) {
    intaglio_png_say(png_get_error_ptr(png), sentence);
    png_longjmp(png, 1);
}

void intaglio_png_ignore_warning(png_structp png, png_const_charp sentence) {
    (void)png;
    (void)sentence;
}
