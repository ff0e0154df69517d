"""Multi-scale structural similarity of pictures in 0...1."""

import torch
from torch import Tensor
from torch.nn import functional

from .errors import InputError
from .lower_bound import lower_bound

SCALE_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
WINDOW = 11
WINDOW_SPREAD = 1.5
STABILIZER_LUMINANCE = 0.01**2
STABILIZER_CONTRAST = 0.03**2
SMALLEST_SIDE = (WINDOW - 1) * 2 ** (len(SCALE_WEIGHTS) - 1) + 1


def _window(like: Tensor) -> Tensor:
    positions = torch.arange(WINDOW, dtype=like.dtype, device=like.device) - WINDOW // 2
    weights = torch.exp(-(positions**2) / (2 * WINDOW_SPREAD**2))
    return weights / weights.sum()


def _blur(values: Tensor, window: Tensor) -> Tensor:
    """Gaussian mean over the window, no padding: sides shrink by 10."""
    channels = values.shape[1]
    rows = window.reshape(1, 1, WINDOW, 1).repeat(channels, 1, 1, 1)
    columns = window.reshape(1, 1, 1, WINDOW).repeat(channels, 1, 1, 1)
    return functional.conv2d(functional.conv2d(values, rows, groups=channels), columns, groups=channels)


def _similarity(first: Tensor, second: Tensor, window: Tensor) -> tuple[Tensor, Tensor]:
    """Mean SSIM and mean contrast-structure term of each picture and channel; shapes [N][C]."""
    stacked = torch.cat((first, second, first * first, second * second, first * second), dim=1)
    mean1, mean2, square1, square2, product = _blur(stacked, window).chunk(5, dim=1)
    variance1, variance2 = square1 - mean1 * mean1, square2 - mean2 * mean2
    covariance = product - mean1 * mean2
    contrast = (2 * covariance + STABILIZER_CONTRAST) / (variance1 + variance2 + STABILIZER_CONTRAST)
    luminance = (2 * mean1 * mean2 + STABILIZER_LUMINANCE) / (mean1**2 + mean2**2 + STABILIZER_LUMINANCE)
    return (luminance * contrast).mean(dim=(2, 3)), contrast.mean(dim=(2, 3))


def ms_ssim(first: Tensor, second: Tensor, smallest_term: float = 0.0) -> Tensor:
    """Five-scale MS-SSIM of each pair [N][C][H][W], averaged over channels; shape [N].

    The mean of a scale counts as `smallest_term` where it is less, since a real power needs 0 or more; a loss
    passes more than 0, which keeps the gradient of the power finite and lets it raise such a term. Sides are 161 or more, odd rows are padded
    by one for the 2x2 averages between scales.
    """
    if min(first.shape[2:]) < SMALLEST_SIDE:
        raise InputError(f"MS-SSIM needs sides of {SMALLEST_SIDE} or more, the picture is {tuple(first.shape[2:])}")
    window = _window(first)
    result = torch.ones(first.shape[:2], dtype=first.dtype, device=first.device)
    for index, weight in enumerate(SCALE_WEIGHTS):
        whole, contrast = _similarity(first, second, window)
        last = index == len(SCALE_WEIGHTS) - 1
        result = result * lower_bound(whole if last else contrast, smallest_term) ** weight
        if not last:
            odd = [side % 2 for side in first.shape[2:]]
            first = functional.avg_pool2d(first, 2, padding=odd)
            second = functional.avg_pool2d(second, 2, padding=odd)
    return result.mean(dim=1)
