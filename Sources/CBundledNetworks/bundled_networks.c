#include "CBundledNetworks.h"

// The files of `networks/` become part of the program, so that it needs no folder beside it.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char mbt2018_mean_mse[] = {
#embed "networks/mbt2018-mean-mse.safetensors"
};

static const unsigned char mbt2018_mean_ms_ssim[] = {
#embed "networks/mbt2018-mean-ms-ssim.safetensors"
};

static const intaglio_bundled_network networks[] = {
    {"mbt2018-mean-mse", mbt2018_mean_mse, sizeof mbt2018_mean_mse},
    {"mbt2018-mean-ms-ssim", mbt2018_mean_ms_ssim, sizeof mbt2018_mean_ms_ssim},
};

const intaglio_bundled_network *intaglio_bundled_networks(size_t *count) {
    *count = sizeof networks / sizeof *networks;
    return networks;
}
