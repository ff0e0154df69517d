"""max(x, bound) whose gradient still lets an optimizer climb back above the bound."""

import torch
from torch import Tensor


class _LowerBound(torch.autograd.Function):
    @staticmethod
    def forward(context, values: Tensor, bound: float) -> Tensor:
        context.save_for_backward(values)
        context.bound = bound
        return values.clamp(min=bound)

    @staticmethod
    def backward(context, gradient: Tensor):
        (values,) = context.saved_tensors
        # A step against the gradient raises the value exactly where the gradient is negative.
        passes = (values >= context.bound) | (gradient < 0)
        return gradient * passes, None


def lower_bound(values: Tensor, bound: float) -> Tensor:
    """Elementwise max(values, bound); below the bound only gradients that raise the value pass."""
    return _LowerBound.apply(values, bound)
