"""Generalized divisive normalization, the activation function of the transforms."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from .lower_bound import lower_bound

PEDESTAL = 2.0**-36
BETA_MINIMUM = 1e-6
GAMMA_MINIMUM = 0.0


def stored_from_effective(effective: Tensor) -> Tensor:
    """The trained parameter p with p^2 - pedestal = effective; computed in float64."""
    return torch.sqrt(effective.double() + PEDESTAL).to(effective.dtype)


def effective_from_stored(stored: Tensor, minimum: float) -> Tensor:
    """max(p, sqrt(minimum + pedestal))^2 - pedestal: never below `minimum`."""
    bounded = lower_bound(stored, (minimum + PEDESTAL) ** 0.5)
    return bounded * bounded - PEDESTAL


class Normalization(nn.Module):
    """y_i = x_i / sqrt(beta_i + sum_j gamma_ij x_j^2); the inverse multiplies by the root.

    Shapes: input and output [N][C][H][W], beta [C], gamma [C][C] with the output channel first.
    The parameters held are square roots (see `stored_from_effective`); files hold effective values.
    """

    def __init__(self, channels: int, inverse: bool = False):
        super().__init__()
        self.inverse = inverse
        self.stored_beta = nn.Parameter(stored_from_effective(torch.ones(channels)))
        self.stored_gamma = nn.Parameter(stored_from_effective(0.1 * torch.eye(channels)))

    def effective_beta(self) -> Tensor:
        return effective_from_stored(self.stored_beta, BETA_MINIMUM)

    def effective_gamma(self) -> Tensor:
        return effective_from_stored(self.stored_gamma, GAMMA_MINIMUM)

    def forward(self, values: Tensor) -> Tensor:
        norm = functional.conv2d(
            values * values, self.effective_gamma()[:, :, None, None], self.effective_beta()
        )
        return values * (torch.sqrt(norm) if self.inverse else torch.rsqrt(norm))
