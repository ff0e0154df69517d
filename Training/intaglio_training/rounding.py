"""Rounding as the coder does it, and its two stand-ins during training."""

import torch
from torch import Tensor


def round_straight_through(values: Tensor) -> Tensor:
    """round(values) with the gradient of the identity: what the synthesis sees in training."""
    return values + (torch.round(values) - values).detach()


def add_uniform_noise(values: Tensor) -> Tensor:
    """values + u, u uniform in [-0.5, 0.5): what the entropy model sees in training."""
    return values + (torch.rand_like(values) - 0.5)
