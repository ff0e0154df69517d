"""Rate-distortion losses: lambda x distortion + bits per pixel."""

from collections.abc import Callable

from torch import Tensor

from .errors import InputError
from .ms_ssim import ms_ssim

# Far below the terms of any picture that resembles its original; a fresh network starts under it.
SMALLEST_SIMILARITY_TERM = 1e-4

Distortion = Callable[[Tensor, Tensor], Tensor]


def squared_error(pictures: Tensor, reconstruction: Tensor) -> Tensor:
    """255^2 x the mean squared error of each picture; shape [N]."""
    return 255.0**2 * ((pictures - reconstruction) ** 2).mean(dim=(1, 2, 3))


def structural_dissimilarity(pictures: Tensor, reconstruction: Tensor) -> Tensor:
    """1 - MS-SSIM of each picture; shape [N]."""
    return 1 - ms_ssim(pictures, reconstruction, SMALLEST_SIMILARITY_TERM)


DISTORTIONS: dict[str, Distortion] = {"mse": squared_error, "ms-ssim": structural_dissimilarity}
SENTENCES = {"mse": "lambda*255^2*MSE + bpp", "ms-ssim": "lambda*(1 - MS-SSIM) + bpp"}


# What a picture counts: its loss; the logarithm of its loss, so that the same relative change counts the same in a flat picture as in a busy one; or its
# bits and its decibels, so that a loss in mean curves of bits and decibels counts the same in each picture.
ABSOLUTE, RELATIVE, DECIBELS = "absolute", "relative", "decibels"
WEIGHTINGS = (ABSOLUTE, RELATIVE, DECIBELS)
# Losses and distortions are taken to be larger by this before their logarithm: less than this is worth nothing.
SMALLEST_LOSS = 0.01
SMALLEST_DISTORTIONS = {"mse": 0.5, "ms-ssim": 1e-4}
# (a, p) of D = a lambda^-p: the mean distortion of Kodak pictures in networks trained for lambda, with four rates and 64 channels.
TYPICAL_DISTORTIONS = {"mse": (16.2, 0.26), "ms-ssim": (0.0745, 0.414)}


def loss_of_pictures(name: str, weighting: str, lambdas: Tensor, distortion: Tensor, bpp: Tensor, factors: Tensor | float = 1.0) -> Tensor:
    """The loss of a batch from its pictures' lambdas, distortions of the kind `name` and bits per pixel, shapes [N]; the part of the distortion counts `factors` times.

    `decibels` puts D* ln D for D, where D* is the typical distortion of a lambda: at D* both have the same slope.
    """
    if weighting == DECIBELS:
        factor, power = TYPICAL_DISTORTIONS[name]
        return (factors * lambdas ** (1 - power) * factor * (distortion + SMALLEST_DISTORTIONS[name]).log() + bpp).mean()
    losses = factors * lambdas * distortion + bpp
    return (losses + SMALLEST_LOSS).log().mean() if weighting == RELATIVE else losses.mean()


def other_distortion(loss: str) -> str:
    return next(name for name in DISTORTIONS if name != loss)


def log_distortion(name: str, pictures: Tensor, reconstruction: Tensor) -> Tensor:
    """The mean logarithm of a distortion over the pictures: a decibel lost counts the same in each."""
    return (DISTORTIONS[name](pictures, reconstruction) + SMALLEST_DISTORTIONS[name]).log().mean()


def distortion_named(name: str) -> Distortion:
    if name not in DISTORTIONS:
        raise InputError(f"no loss is called '{name}'; there are: {', '.join(DISTORTIONS)}")
    return DISTORTIONS[name]
