"""MS-SSIM against its definition in plain NumPy, windows one by one."""

import numpy
import pytest
import torch

from conftest import smooth_samples
from intaglio_training.errors import InputError
from intaglio_training.losses import structural_dissimilarity
from intaglio_training.ms_ssim import SCALE_WEIGHTS, ms_ssim


def _window():
    line = numpy.exp(-((numpy.arange(11) - 5) ** 2) / (2 * 1.5**2))
    plane = numpy.outer(line, line)
    return plane / plane.sum()


def _plain_ms_ssim(first, second):
    """One channel, [H][W] in 0...1, even sides at every scale."""
    window, result = _window(), 1.0
    for scale, weight in enumerate(SCALE_WEIGHTS):
        views = [numpy.lib.stride_tricks.sliding_window_view(plane, (11, 11)) for plane in (first, second)]
        mean = [(view * window).sum(axis=(2, 3)) for view in views]
        spread = [view - m[:, :, None, None] for view, m in zip(views, mean)]
        variance = [(s * s * window).sum(axis=(2, 3)) for s in spread]
        covariance = (spread[0] * spread[1] * window).sum(axis=(2, 3))
        contrast = (2 * covariance + 0.03**2) / (variance[0] + variance[1] + 0.03**2)
        luminance = (2 * mean[0] * mean[1] + 0.01**2) / (mean[0] ** 2 + mean[1] ** 2 + 0.01**2)
        term = (contrast * luminance).mean() if scale == 4 else contrast.mean()
        result *= max(term, 0) ** weight
        if scale == 4:
            return result
        halves = [plane.reshape(plane.shape[0] // 2, 2, plane.shape[1] // 2, 2) for plane in (first, second)]
        first, second = (half.mean(axis=(1, 3)) for half in halves)


def test_equals_definition():
    first = smooth_samples(1, 192, 176)[:, :, 0] / 255.0
    noise = numpy.random.default_rng(6).normal(0, 0.05, first.shape)
    second = (first + noise).clip(0, 1)
    result = ms_ssim(torch.from_numpy(first)[None, None], torch.from_numpy(second)[None, None])
    assert result.item() == pytest.approx(_plain_ms_ssim(first, second), rel=1e-9)


def test_one_for_equal_pictures_and_less_otherwise():
    pictures = torch.rand(2, 3, 192, 192, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(ms_ssim(pictures, pictures), torch.ones(2))
    assert (ms_ssim(pictures, 1 - pictures) < 0.5).all()


def test_small_pictures_are_refused():
    with pytest.raises(InputError, match="161"):
        ms_ssim(torch.zeros(1, 1, 160, 200), torch.zeros(1, 1, 160, 200))


def test_unlike_pictures_have_a_gradient_():
    """A negative has negative contrast terms at every scale, where a bare power has no usable gradient."""
    pictures = torch.from_numpy(smooth_samples(2, 192, 192)).permute(2, 0, 1)[None] / 255
    assert ms_ssim(pictures, 1 - pictures).item() == 0
    result = (1 - pictures).requires_grad_()
    loss = structural_dissimilarity(pictures, result).sum()
    loss.backward()
    assert torch.isfinite(result.grad).all()
    assert (result.grad != 0).any()
