"""The Gaussian that the hyperprior predicts for each latent."""

import math

import torch
from torch import Tensor

from .lower_bound import lower_bound

SCALE_MINIMUM = 0.11
LIKELIHOOD_MINIMUM = 1e-9


def _normal_cumulative(values: Tensor) -> Tensor:
    return 0.5 * torch.erfc(values * -math.sqrt(0.5))


def gaussian_likelihood(centred: Tensor, scales: Tensor) -> Tensor:
    """Mass of [centred - 1/2, centred + 1/2] under a zero-mean Gaussian; scales are raised to 0.11.

    `centred` is latent minus mean. The result is at least 1e-9.
    """
    scales = lower_bound(scales, SCALE_MINIMUM)
    magnitude = torch.abs(centred)
    # By symmetry both ends lie in the lower tail, where the cumulative is accurate.
    upper = _normal_cumulative((0.5 - magnitude) / scales)
    lower = _normal_cumulative((-0.5 - magnitude) / scales)
    return lower_bound(upper - lower, LIKELIHOOD_MINIMUM)
