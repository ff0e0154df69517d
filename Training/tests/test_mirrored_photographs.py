"""Four files of each photograph, each with the samples where a mirror puts them."""

import torch
from PIL import Image

from conftest import smooth_samples
from intaglio_training.mirrored_photographs import MIRRORS, write_mirrored
from intaglio_training.photographs import picture_paths, read_picture


def test_every_sample_lies_where_the_mirror_puts_it(tmp_path):
    root = tmp_path / "photos"
    (root / "inner").mkdir(parents=True)
    samples = smooth_samples(2, 30, 20)
    Image.fromarray(samples).save(root / "inner" / "a.png")
    Image.fromarray(samples[:, :, 0]).save(root / "gray.png")
    (tmp_path / "mirrored.unfinished" / "left").mkdir(parents=True)
    write_mirrored(picture_paths([root]), root, tmp_path / "mirrored")
    written = [path.relative_to(tmp_path / "mirrored").as_posix() for path in picture_paths([tmp_path / "mirrored"])]
    assert written == sorted(f"{mirror}/{name}.png" for mirror in MIRRORS for name in ("gray.png", "inner/a.png"))
    assert not (tmp_path / "mirrored.unfinished").exists()
    expected = {"original": samples, "horizontal": samples[:, ::-1], "vertical": samples[::-1], "both": samples[::-1, ::-1]}
    for mirror, pixels in expected.items():
        coloured = read_picture(tmp_path / "mirrored" / mirror / "inner" / "a.png.png")
        assert torch.equal(coloured, torch.from_numpy(pixels.copy()).permute(2, 0, 1))
        assert torch.equal(read_picture(tmp_path / "mirrored" / mirror / "gray.png.png"), coloured[:1].repeat(3, 1, 1))
