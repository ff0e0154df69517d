"""Photographs and their mirror images as files: four pictures of each for an encoder, whose latents of a mirror image are no mirror image of its latents."""

import os
import shutil
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from .photographs import read_picture

# Folder of the copies -> the mirrored dimensions of [3][H][W].
MIRRORS = {"original": (), "horizontal": (2,), "vertical": (1,), "both": (1, 2)}


def write_mirrored(paths: list[Path], root: Path, folder: Path) -> None:
    """`folder`/MIRROR/PATH.png, PATH relative to `root`; raw 8-bit RGB samples. The folder appears when all of them are written."""
    unfinished = folder.with_name(folder.name + ".unfinished")
    if unfinished.exists():
        shutil.rmtree(unfinished)
    for path in paths:
        samples = read_picture(path)
        name = path.relative_to(root)
        for mirror, dimensions in MIRRORS.items():
            target = unfinished / mirror / name.with_name(name.name + ".png")
            target.parent.mkdir(parents=True, exist_ok=True)
            _write(torch.flip(samples, dimensions), target)
    os.replace(unfinished, folder)


def _write(samples: Tensor, path: Path) -> None:
    Image.fromarray(samples.permute(1, 2, 0).contiguous().numpy()).save(path, compress_level=1)
