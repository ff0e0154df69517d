"""Rounding as the coder does it, and its two stand-ins during training."""

import torch
from torch import Tensor

from .errors import InputError

# What the two syntheses see in training; the entropy models see noise either way.
ROUNDING, NOISE = "rounding", "noise"
SURROGATES = (ROUNDING, NOISE)


def check_surrogate(name: str) -> None:
    if name not in SURROGATES:
        raise InputError(f"no surrogate is called '{name}'; there are: {', '.join(SURROGATES)}")


def round_straight_through(values: Tensor) -> Tensor:
    """round(values) with the gradient of the identity."""
    return values + (torch.round(values) - values).detach()


def add_uniform_noise(values: Tensor) -> Tensor:
    """values + u, u uniform in [-0.5, 0.5)."""
    return values + (torch.rand_like(values) - 0.5)


def coded_and_shown(values: Tensor, training: bool, surrogate: str) -> tuple[Tensor, Tensor]:
    """What the entropy model and what the synthesis see: rounded values, or in training noise and what `surrogate` says."""
    rounded = round_straight_through(values)
    if not training:
        return rounded, rounded
    noisy = add_uniform_noise(values)
    return noisy, noisy if surrogate == NOISE else rounded
