"""The number format of the convolutions in training."""

import torch
from torch import Tensor, nn

from .errors import InputError

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def precision_named(name: str) -> torch.dtype:
    if name not in PRECISIONS:
        raise InputError(f"no precision is called '{name}'; there are: {', '.join(PRECISIONS)}")
    return PRECISIONS[name]


def transformed(transform: nn.Module, values: Tensor, precision: torch.dtype) -> Tensor:
    """transform(values) with its convolutions in `precision`; the result is float32.

    Only the transforms may be coarse: rounding, entropy models and losses always see float32.
    """
    if precision == torch.float32:
        return transform(values)
    with torch.autocast(values.device.type, dtype=precision):
        return transform(values).float()
