"""The optimizers by name."""

from collections.abc import Iterable

import torch
from torch import nn

from .errors import InputError

NAMES = ("adam", "soap")


def check_optimizer(name: str) -> None:
    if name not in NAMES:
        raise InputError(f"no optimizer is called '{name}'; there are: {', '.join(NAMES)}")


def make_optimizer(name: str, groups: Iterable[nn.Parameter] | list[dict], learning_rate: float) -> torch.optim.Optimizer:
    """Adam, or SOAP (Vyas et al., arXiv 2409.11321): Adam in the eigenbasis of Shampoo's preconditioner, fewer and dearer steps.

    SOAP keeps one matrix for each axis of a kernel (64 x 64 at most here) and turns its bases every 10 steps.
    """
    check_optimizer(name)
    if name == "adam":
        return torch.optim.Adam(groups, lr=learning_rate)
    try:
        from pytorch_optimizer import SOAP
    except ImportError as error:
        raise InputError("the optimizer 'soap' needs the package pytorch-optimizer; install it or choose 'adam'") from error
    return SOAP(groups, lr=learning_rate, weight_decay=0.0, precondition_frequency=10, max_precondition_dim=2000)
