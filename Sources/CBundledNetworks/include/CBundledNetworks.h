#ifndef INTAGLIO_BUNDLED_NETWORKS_H
#define INTAGLIO_BUNDLED_NETWORKS_H

#include <stddef.h>

/// A network file inside the program: its name and its bytes, which live as long as the program.
typedef struct {
    const char *name;
    const unsigned char *bytes;
    size_t count;
} intaglio_bundled_network;

/// The bundled network files in the order of lists; `*count` is their number.
const intaglio_bundled_network *intaglio_bundled_networks(size_t *count);

#endif
