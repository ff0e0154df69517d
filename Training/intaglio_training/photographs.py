"""Photographs from folders, and random crops of them."""

from pathlib import Path

import numpy
import torch
from PIL import Image
from torch import Tensor

from .errors import InputError

# The least exposure of a dimmed crop.
DARKEST = 0.05
SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".ppm", ".bmp"}


def picture_paths(folders: list[Path]) -> list[Path]:
    """All pictures below the folders, sorted by path relative to their folder."""
    found: list[Path] = []
    for folder in folders:
        if not folder.is_dir():
            raise InputError(f"'{folder}' is not a folder; name a folder of photographs")
        inside = [path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES]
        found += sorted(inside, key=lambda path: path.relative_to(folder).as_posix())
    if not found:
        raise InputError(f"no picture in {', '.join(map(str, folders))}; expected {', '.join(sorted(SUFFIXES))}")
    return found


def read_picture(path: Path) -> Tensor:
    """Raw 8-bit RGB samples [3][H][W]: gray is repeated, 16-bit gray is halved, alpha is laid over white."""
    try:
        with Image.open(path) as picture:
            picture.load()
            return torch.from_numpy(_rgb_samples(picture)).permute(2, 0, 1).contiguous()
    except OSError as error:
        raise InputError(f"'{path}' cannot be read as a picture: {error}") from error


def _rgb_samples(picture: Image.Image) -> numpy.ndarray:
    if picture.mode.startswith("I"):
        wide = numpy.asarray(picture).astype(numpy.int64)
        gray = (wide >> 8).clip(0, 255).astype(numpy.uint8)
        return numpy.repeat(gray[:, :, None], 3, axis=2)
    if "A" in picture.mode or "transparency" in picture.info:
        laid = picture.convert("RGBA")
        white = Image.new("RGBA", laid.size, (255, 255, 255, 255))
        picture = Image.alpha_composite(white, laid)
    return numpy.array(picture.convert("RGB"))


class CropSampler:
    """Random square crops with random flips, from photographs held in memory as 8-bit samples.

    Every photograph is equally likely. A share `dimmed` of the crops is exposed less, a share `plain` is of one colour; the others are as they are in the
    picture. The state of the generator is all that a checkpoint needs.
    """

    def __init__(self, paths: list[Path], crop: int, seed: int, dimmed: float = 0.0, plain: float = 0.0):
        self.crop, self.dimmed, self.plain = crop, dimmed, plain
        self.generator = torch.Generator().manual_seed(seed)
        pictures = [read_picture(path) for path in paths]
        self.pictures = [picture for picture in pictures if min(picture.shape[1:]) >= crop]
        self.skipped = len(pictures) - len(self.pictures)
        if not self.pictures:
            raise InputError(f"no photograph is {crop} pixels or more on both sides; choose a smaller crop")

    def batch(self, count: int) -> Tensor:
        """Crops [count][3][crop][crop] in 0...1."""
        crops = torch.stack([self._one() for _ in range(count)])
        return crops.to(torch.float32) / 255

    def _draw(self, count: int) -> int:
        return int(torch.randint(count, (), generator=self.generator))

    def _one(self) -> Tensor:
        if not self.dimmed + self.plain:
            return self._cut()
        kind = self._uniform()
        if kind < self.plain:
            return self._colour()[:, None, None].expand(3, self.crop, self.crop)
        crop = self._cut()
        return (crop * DARKEST ** self._uniform()).round().to(torch.uint8) if kind < self.plain + self.dimmed else crop

    def _uniform(self) -> float:
        return float(torch.rand((), generator=self.generator))

    def _colour(self) -> Tensor:
        """Any colour, or with an even chance one whose channels are each near black, near white or anything."""
        colour = torch.randint(256, (3,), generator=self.generator)
        if self._draw(2):
            margin = torch.randint(8, (3,), generator=self.generator)
            ends = torch.stack([margin, 255 - margin, colour])
            colour = ends.gather(0, torch.randint(3, (1, 3), generator=self.generator))[0]
        return colour.to(torch.uint8)

    def _cut(self) -> Tensor:
        picture = self.pictures[self._draw(len(self.pictures))]
        top = self._draw(picture.shape[1] - self.crop + 1)
        left = self._draw(picture.shape[2] - self.crop + 1)
        window = picture[:, top : top + self.crop, left : left + self.crop]
        flipped = [axis for axis in (1, 2) if self._draw(2)]
        return window.flip(flipped) if flipped else window
