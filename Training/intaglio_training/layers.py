"""The convolutions the networks are built of."""

from torch import nn


def convolution(inputs: int, outputs: int, kernel: int = 5, stride: int = 2) -> nn.Conv2d:
    """Padding kernel / 2: an even input side becomes side / stride."""
    return nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=kernel // 2)


def transposed_convolution(inputs: int, outputs: int) -> nn.ConvTranspose2d:
    """Kernel 5, stride 2, padding 2, output padding 1: exactly twice the side."""
    return nn.ConvTranspose2d(inputs, outputs, 5, stride=2, padding=2, output_padding=1)
