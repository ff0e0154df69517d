"""mbt2018-mean: a Gaussian with a mean and a scale per latent, both from the hyper-latent."""

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

LEAKY_SLOPE = 0.01


class MeanScaleHyperprior(nn.Module):
    """The mean-scale hyperprior with learned rate gains.

        x -> g_a -> y * gain -> round(. - mean) + mean -> / gain -> g_s -> x^
                     |             ^ mean, scale
                     +-> h_a -> z -> round -> h_s
    """

    architecture = "mean-scale-hyperprior"
    side_multiple = 64
    precision = torch.float32
    surrogate = ROUNDING

    def __init__(self, channels: int, latent_channels: int, rates: int):
        super().__init__()
        half_more = latent_channels * 3 // 2
        self.g_a = analysis_transform(channels, latent_channels)
        self.g_s = synthesis_transform(channels, latent_channels)
        self.h_a = nn.Sequential(
            convolution(latent_channels, channels, kernel=3, stride=1),
            nn.LeakyReLU(LEAKY_SLOPE),
            convolution(channels, channels),
            nn.LeakyReLU(LEAKY_SLOPE),
            convolution(channels, channels),
        )
        self.h_s = nn.Sequential(
            transposed_convolution(channels, latent_channels),
            nn.LeakyReLU(LEAKY_SLOPE),
            transposed_convolution(latent_channels, half_more),
            nn.LeakyReLU(LEAKY_SLOPE),
            convolution(half_more, 2 * latent_channels, kernel=3, stride=1),
        )
        self.prior = FactorizedPrior(channels)
        self.gain = RateGains(rates, latent_channels)

    def forward(self, pictures: Tensor, rates: Tensor) -> CodedPictures:
        """Pictures [N][3][H][W] in 0...1 with sides a multiple of 64, rates [N] of indices.

        In training the entropy models see uniform noise, and the synthesis and the hyper-synthesis rounded values with the
        identity's gradient, or the same noise where `surrogate` says so; in evaluation all see rounded values.
        """
        gain = self.gain(rates)
        latent = transformed(self.g_a, pictures, self.precision) * gain
        hyper = transformed(self.h_a, latent, self.precision)
        coded_hyper, shown_hyper = coded_and_shown(hyper, self.training, self.surrogate)
        scales, means = transformed(self.h_s, shown_hyper, self.precision).chunk(2, dim=1)
        coded, shown = coded_and_shown(latent - means, self.training, self.surrogate)
        bits = bits_of(gaussian_likelihood(coded, scales)) + bits_of(self.prior.likelihood(coded_hyper))
        return CodedPictures(transformed(self.g_s, (shown + means) / gain, self.precision), bits)
