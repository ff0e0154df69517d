"""mbt2018-mean: a Gaussian with a mean and a scale per latent, both from the hyper-latent."""

import torch
from torch import Tensor, nn

from .coded_picture import CodedPictures, bits_of
from .factorized_prior import FactorizedPrior
from .gaussian_conditional import gaussian_likelihood
from .layers import convolution, transposed_convolution
from .precision import transformed
from .rate_gains import RateGains
from .rounding import add_uniform_noise, round_straight_through
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

        In training the entropy models see uniform noise and the synthesis sees rounded values with the
        identity's gradient; in evaluation both see rounded values.
        """
        gain = self.gain(rates)
        latent = transformed(self.g_a, pictures, self.precision) * gain
        hyper = transformed(self.h_a, latent, self.precision)
        hyper_symbols = round_straight_through(hyper)
        scales, means = transformed(self.h_s, hyper_symbols, self.precision).chunk(2, dim=1)
        centred = latent - means
        symbols = round_straight_through(centred)
        coded = add_uniform_noise(centred) if self.training else symbols
        coded_hyper = add_uniform_noise(hyper) if self.training else hyper_symbols
        bits = bits_of(gaussian_likelihood(coded, scales)) + bits_of(self.prior.likelihood(coded_hyper))
        return CodedPictures(transformed(self.g_s, (symbols + means) / gain, self.precision), bits)
