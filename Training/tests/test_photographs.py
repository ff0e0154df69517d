"""Pictures of every kind become RGB samples; crops are parts of them."""

import numpy
import pytest
import torch
from PIL import Image

from intaglio_training.errors import InputError
from intaglio_training.photographs import CropSampler, picture_paths, read_picture


def test_gray_alpha_and_palette(tmp_path):
    gray = numpy.arange(12, dtype=numpy.uint8).reshape(3, 4) * 20
    Image.fromarray(gray).save(tmp_path / "gray.png")
    assert torch.equal(read_picture(tmp_path / "gray.png"), torch.from_numpy(gray).repeat(3, 1, 1))

    wide = gray.astype(numpy.uint16) * 257
    Image.fromarray(wide).save(tmp_path / "wide.png")
    assert torch.equal(read_picture(tmp_path / "wide.png"), torch.from_numpy(gray).repeat(3, 1, 1))

    clear = numpy.zeros((2, 2, 4), numpy.uint8)
    clear[0, 0] = (10, 20, 30, 255)
    Image.fromarray(clear).save(tmp_path / "clear.png")
    samples = read_picture(tmp_path / "clear.png")
    assert samples[:, 0, 0].tolist() == [10, 20, 30], "opaque samples stay"
    assert samples[:, 1, 1].tolist() == [255, 255, 255], "transparent ones show white"

    Image.fromarray(numpy.full((2, 2, 3), 77, numpy.uint8)).quantize(4).save(tmp_path / "palette.png")
    assert read_picture(tmp_path / "palette.png").unique().tolist() == [77]


def test_crops_lie_inside_and_repeat(photographs):
    paths = picture_paths([photographs])
    batches = [CropSampler(paths, 64, seed=9).batch(6) for _ in range(2)]
    assert torch.equal(*batches)
    assert batches[0].shape == (6, 3, 64, 64)
    assert not torch.equal(batches[0], CropSampler(paths, 64, seed=10).batch(6))


def test_a_crop_is_a_window_or_its_mirror(tmp_path):
    samples = torch.arange(70 * 66, dtype=torch.int64).remainder(251).to(torch.uint8).reshape(1, 70, 66).repeat(3, 1, 1)
    Image.fromarray(samples.permute(1, 2, 0).numpy()).save(tmp_path / "ramp.png")
    windows = samples.unfold(1, 64, 1).unfold(2, 64, 1)
    seen = set()
    for crop in (CropSampler([tmp_path / "ramp.png"], 64, seed=2).batch(12) * 255).round().to(torch.uint8):
        matches = [
            axes for axes in ((), (1,), (2,), (1, 2))
            if (windows == crop.flip(axes)[:, None, None]).flatten(3).all(dim=3).all(dim=0).any()
        ]
        assert len(matches) == 1
        seen.add(matches[0])
    assert len(seen) == 4, "twelve crops of seed 2 show every flip"


def test_small_photographs_are_counted(photographs):
    with pytest.raises(InputError, match="128 pixels or more"):
        CropSampler(picture_paths([photographs]), 128, seed=1)


def test_missing_folder(tmp_path):
    with pytest.raises(InputError, match="is not a folder"):
        picture_paths([tmp_path / "nowhere"])


def test_crops_of_one_colour_and_dimmed_crops(photographs):
    paths = picture_paths([photographs])
    plain = CropSampler(paths, 64, seed=3, plain=1.0).batch(8)
    assert (plain == plain[:, :, :1, :1]).all() and len({tuple(crop[:, 0, 0].tolist()) for crop in plain}) > 4
    brightest = CropSampler(paths, 64, seed=3).batch(8).amax()
    dimmed = CropSampler(paths, 64, seed=3, dimmed=1.0).batch(8).amax(dim=(1, 2, 3))
    assert dimmed.min() < 0.5 * brightest and dimmed.max() <= brightest
    mixed = CropSampler(paths, 64, seed=3, dimmed=0.25, plain=0.25).batch(64)
    flat = (mixed == mixed[:, :, :1, :1]).all(dim=(1, 2, 3)).sum()
    assert 4 < flat < 32
