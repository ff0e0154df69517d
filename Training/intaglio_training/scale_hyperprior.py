"""bmshj2018-hyperprior: a zero-mean Gaussian per latent, its scale from the hyper-latent."""

import torch
from torch import Tensor, nn

from .coded_picture import CodedPictures, bits_of
from .factorized_prior import FactorizedPrior
from .gaussian_conditional import gaussian_likelihood
from .layers import convolution, transposed_convolution
from .precision import transformed
from .rate_gains import RateGains
from .rounding import ROUNDING, coded_and_shown
from .transforms import analysis_transform, synthesis_transform


class ScaleHyperprior(nn.Module):
    """The scale hyperprior with learned rate gains.

        x -> g_a -> y * gain -> round -> / gain -> g_s -> x^
                     |            ^ scale
                     +-> |.| -> h_a -> z -> round -> h_s
    """

    architecture = "scale-hyperprior"
    side_multiple = 64
    precision = torch.float32
    surrogate = ROUNDING

    def __init__(self, channels: int, latent_channels: int, rates: int):
        super().__init__()
        self.g_a = analysis_transform(channels, latent_channels)
        self.g_s = synthesis_transform(channels, latent_channels)
        self.h_a = nn.Sequential(
            convolution(latent_channels, channels, kernel=3, stride=1),
            nn.ReLU(),
            convolution(channels, channels),
            nn.ReLU(),
            convolution(channels, channels),
        )
        self.h_s = nn.Sequential(
            transposed_convolution(channels, channels),
            nn.ReLU(),
            transposed_convolution(channels, channels),
            nn.ReLU(),
            convolution(channels, latent_channels, kernel=3, stride=1),
            nn.ReLU(),
        )
        self.prior = FactorizedPrior(channels)
        self.gain = RateGains(rates, latent_channels)

    def forward(self, pictures: Tensor, rates: Tensor) -> CodedPictures:
        """As `MeanScaleHyperprior.forward`."""
        gain = self.gain(rates)
        latent = transformed(self.g_a, pictures, self.precision) * gain
        hyper = transformed(self.h_a, torch.abs(latent), self.precision)
        coded_hyper, shown_hyper = coded_and_shown(hyper, self.training, self.surrogate)
        scales = transformed(self.h_s, shown_hyper, self.precision)
        coded, shown = coded_and_shown(latent, self.training, self.surrogate)
        bits = bits_of(gaussian_likelihood(coded, scales)) + bits_of(self.prior.likelihood(coded_hyper))
        return CodedPictures(transformed(self.g_s, shown / gain, self.precision), bits)
