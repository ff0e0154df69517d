"""Rate and quality of a network over a folder of pictures."""

import math
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from .ms_ssim import SMALLEST_SIDE, ms_ssim
from .photographs import read_picture


@dataclass(frozen=True)
class RatePoint:
    """Means over pictures at one rate; `structural` (MS-SSIM) is None where a picture is too small for five scales."""

    rate: int
    bpp: float
    psnr: float
    structural: float | None


def padded(picture: Tensor, multiple: int) -> Tensor:
    """[1][3][H][W] with rows and columns repeated below and right, up to a multiple."""
    height, width = picture.shape[2:]
    return functional.pad(picture, (0, -width % multiple, 0, -height % multiple), mode="replicate")


def psnr(samples: Tensor, reconstruction: Tensor) -> float:
    """Decibels, peak 255, over all three channels; infinite for equal pictures."""
    error = ((samples.double() - reconstruction.double()) ** 2).mean().item()
    return 10 * math.log10(255.0**2 / error) if error else math.inf


@torch.no_grad()
def evaluate_picture(network: nn.Module, samples: Tensor, rate: int) -> tuple[float, float, float | None]:
    """bpp, PSNR and MS-SSIM of one picture [3][H][W] of 8-bit samples; the output is rounded to 8 bits.

    Bits are those of the likelihoods, pixels those of the picture before padding.
    """
    device = next(network.parameters()).device
    height, width = samples.shape[1:]
    original = samples.to(device)[None].float()
    coded = network(padded(original / 255, network.side_multiple), torch.tensor([rate], device=device))
    decoded = (coded.reconstruction[:, :, :height, :width] * 255).round().clamp(0, 255)
    structural = ms_ssim(original / 255, decoded / 255).item() if min(height, width) >= SMALLEST_SIDE else None
    return coded.bits.item() / (height * width), psnr(original, decoded), structural


def evaluate_folder(network: nn.Module, paths: list[Path]) -> list[RatePoint]:
    """A point for each rate of the network."""
    network.eval()
    rates = network.gain.logarithm.shape[0]
    rows: list[list[tuple]] = [[] for _ in range(rates)]
    for path in paths:
        samples = read_picture(path)
        for rate in range(rates):
            rows[rate].append(evaluate_picture(network, samples, rate))
    return [_mean_point(rate, figures) for rate, figures in enumerate(rows)]


def _mean_point(rate: int, figures: list[tuple]) -> RatePoint:
    bpp, decibels, structural = zip(*figures)
    count = len(figures)
    mean_structural = None if None in structural else sum(structural) / count
    return RatePoint(rate, sum(bpp) / count, sum(decibels) / count, mean_structural)
