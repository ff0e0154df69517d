"""A window of latents gives the pixels that the whole picture gives, wherever it lies."""

import numpy
import pytest
import torch

from intaglio_training.errors import InputError
from intaglio_training.latent_crops import Crop, CropBatch, LatentCropSampler
from intaglio_training.picture_latents import PictureLatents
from intaglio_training.transforms import synthesis_transform

M, ROWS, COLUMNS = 4, 9, 8


@pytest.fixture
def picture() -> PictureLatents:
    """140 x 125 pixels, coded as 144 x 128; latents in sixteenths."""
    random = numpy.random.default_rng(3)
    samples = torch.from_numpy(random.integers(0, 256, (3, 140, 125), dtype=numpy.uint8))
    latents = [torch.from_numpy(random.integers(-64, 64, (ROWS, COLUMNS, M), dtype=numpy.int16)) for _ in range(2)]
    return PictureLatents(samples, latents, 1 / 16)


def test_every_window_is_exact(picture):
    torch.manual_seed(2)
    synthesis = synthesis_transform(6, M).double()
    whole = synthesis(picture.latents[1].permute(2, 0, 1)[None].double() / 16)[0]
    for top in range(ROWS - 3):
        for left in range(COLUMNS - 3):
            crop = Crop.cut(picture, 1, top, left, 3)
            batch = CropBatch([crop])
            assert batch.latents.shape == (1, M, 6, 6)
            shown = batch.interior(synthesis(batch.latents.double()))
            expected = whole[:, 16 * top : 16 * top + 48, 16 * left : 16 * left + 48]
            torch.testing.assert_close(shown[0], expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("row, reaches", [(1, False), (2, True), (5, True), (6, False)])
def test_the_margins_are_as_wide_as_the_reach(row, reaches):
    """Of latent 3's pixels: one latent before it, two after it."""
    torch.manual_seed(2)
    synthesis = synthesis_transform(6, M).double()
    latents = torch.zeros(2, M, 7, 7, dtype=torch.float64)
    latents[1, 0, row, 3] = 1
    base, changed = synthesis(latents)[:, :, 48:64, 48:64]
    assert torch.equal(base, changed) != reaches


def test_crops_hold_only_the_pictures_own_pixels(picture):
    sampler = LatentCropSampler([picture], 48, seed=1)
    rows = {tuple(picture.samples[:, y, x].tolist()): (y, x) for y in range(140) for x in range(125)}
    corners = set()
    for _ in range(200):
        batch = sampler.batch(torch.tensor([0]))
        first = tuple((batch.pixels[0, :, 0, 0] * 255).round().int().tolist())
        corners.add(rows[first])
    # 140 and 125 pixels hold 8 and 7 whole latents, so 6 and 5 positions of 3.
    assert corners == {(16 * y, 16 * x) for y in range(6) for x in range(5)}


def test_the_rate_chooses_the_latents_and_the_seed_the_crops(picture):
    one, other = (LatentCropSampler([picture], 48, seed=4).batch(torch.tensor([0, 1])) for _ in range(2))
    assert torch.equal(one.latents, other.latents) and one.corners == other.corners
    values = {rate: set((picture.latents[rate].float() / 16).flatten().tolist()) for rate in (0, 1)}
    assert all(set(one.latents[rate].flatten().tolist()) <= values[rate] for rate in (0, 1))


def test_what_does_not_fit_is_skipped_or_refused(picture):
    small = PictureLatents(picture.samples[:, :40, :40], [torch.zeros(3, 3, M, dtype=torch.int16)] * 2, 1.0)
    assert LatentCropSampler([small, picture], 48, seed=1).skipped == 1
    with pytest.raises(InputError, match="no photograph holds a crop of 48"):
        LatentCropSampler([small], 48, seed=1)
    with pytest.raises(InputError, match="crop is 50"):
        LatentCropSampler([picture], 50, seed=1)
