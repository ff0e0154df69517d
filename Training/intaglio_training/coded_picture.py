"""What a network says of a batch of pictures."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class CodedPictures:
    """`reconstruction` [N][3][H][W], about 0...1 and not clipped; `bits` [N], from the likelihoods."""

    reconstruction: Tensor
    bits: Tensor


def bits_of(likelihood: Tensor) -> Tensor:
    """The sum of -log2 over each picture of a batch; shape [N]."""
    return -likelihood.log2().flatten(start_dim=1).sum(dim=1)
