"""Analysis and synthesis transforms, shared by the networks of the GDN family."""

from torch import nn

from .layers import convolution, transposed_convolution
from .normalization import Normalization


def analysis_transform(channels: int, latent_channels: int) -> nn.Sequential:
    """g_a: picture [N][3][H][W] to latent [N][M][H/16][W/16]."""
    return nn.Sequential(
        convolution(3, channels),
        Normalization(channels),
        convolution(channels, channels),
        Normalization(channels),
        convolution(channels, channels),
        Normalization(channels),
        convolution(channels, latent_channels),
    )


def synthesis_transform(channels: int, latent_channels: int) -> nn.Sequential:
    """g_s: latent [N][M][H/16][W/16] to picture [N][3][H][W]."""
    return nn.Sequential(
        transposed_convolution(latent_channels, channels),
        Normalization(channels, inverse=True),
        transposed_convolution(channels, channels),
        Normalization(channels, inverse=True),
        transposed_convolution(channels, channels),
        Normalization(channels, inverse=True),
        transposed_convolution(channels, 3),
    )
