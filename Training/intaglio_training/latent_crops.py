"""Random windows of latents with the pixels that they alone decide.

    latents   | 1 |<------ crop / 16 ------>| 2 |      a window, wholly inside the picture's latents
    pixels        |<-------- crop --------->|          what the loss sees

Row o of a transposed convolution of kernel 5 and stride 2 depends on rows (o - 2) / 2 ... (o + 2) / 2 below it; through four of
them pixel 16 n depends on latents from n - 1 on, pixel 16 n + 15 on latents up to n + 2. At a picture's edge the window ends there,
as the picture does, and is wider on the other side; so the synthesis of a window gives the same pixels as that of the whole
picture.
"""

import torch
from torch import Tensor

from .errors import InputError
from .picture_latents import PictureLatents

PIXELS_A_LATENT = 16
MARGIN_BEFORE = 1
MARGIN_AFTER = 2
MARGINS = MARGIN_BEFORE + MARGIN_AFTER


def window_start(position: int, extent: int, window: int) -> int:
    """First latent of the window around a crop that begins at `position`."""
    return min(max(position - MARGIN_BEFORE, 0), extent - window)


class LatentCropSampler:
    """Every picture is equally likely, and in it every position whose pixels are all the picture's own."""

    def __init__(self, pictures: list[PictureLatents], crop: int, seed: int):
        if crop % PIXELS_A_LATENT or crop < PIXELS_A_LATENT:
            raise InputError(f"crop is {crop}; a multiple of {PIXELS_A_LATENT} is expected")
        self.crop = crop // PIXELS_A_LATENT
        self.window = self.crop + MARGINS
        self.generator = torch.Generator().manual_seed(seed)
        self.pictures = [picture for picture in pictures if self._fits(picture)]
        self.skipped = len(pictures) - len(self.pictures)
        if not self.pictures:
            raise InputError(f"no photograph holds a crop of {crop} pixels and {MARGINS} latents around it; choose a smaller crop")

    def _fits(self, picture: PictureLatents) -> bool:
        pixels = min(picture.samples.shape[1:]) // PIXELS_A_LATENT
        return pixels >= self.crop and min(picture.latents[0].shape[:2]) >= self.window

    def batch(self, rates: Tensor) -> "CropBatch":
        """A crop for each rate."""
        return CropBatch([self._one(int(rate)) for rate in rates])

    def _draw(self, count: int) -> int:
        return int(torch.randint(count, (), generator=self.generator))

    def _one(self, rate: int) -> "Crop":
        picture = self.pictures[self._draw(len(self.pictures))]
        top, left = (self._draw(side // PIXELS_A_LATENT - self.crop + 1) for side in picture.samples.shape[1:])
        return Crop.cut(picture, rate, top, left, self.crop)


class Crop:
    """Latents [M][window][window], the pixels [3][crop][crop] they decide, and where these lie in the window's picture."""

    def __init__(self, latents: Tensor, pixels: Tensor, top: int, left: int):
        self.latents, self.pixels, self.top, self.left = latents, pixels, top, left

    @classmethod
    def cut(cls, picture: PictureLatents, rate: int, top: int, left: int, crop: int) -> "Crop":
        """`top`, `left` and `crop` in latents."""
        latents = picture.latents[rate]
        window = crop + MARGINS
        first_row, first_column = window_start(top, latents.shape[0], window), window_start(left, latents.shape[1], window)
        inside = latents[first_row : first_row + window, first_column : first_column + window].permute(2, 0, 1)
        y, x, side = (PIXELS_A_LATENT * extent for extent in (top, left, crop))
        pixels = picture.samples[:, y : y + side, x : x + side]
        return cls(
            inside.float() * picture.step, pixels.float() / 255,
            PIXELS_A_LATENT * (top - first_row), PIXELS_A_LATENT * (left - first_column),
        )


class CropBatch:
    """Stacked crops; `interior` takes from a synthesis of the windows what the loss compares with `pixels`."""

    def __init__(self, crops: list[Crop]):
        self.latents = torch.stack([crop.latents for crop in crops])
        self.pixels = torch.stack([crop.pixels for crop in crops])
        self.corners = [(crop.top, crop.left) for crop in crops]

    def interior(self, windows: Tensor) -> Tensor:
        side = self.pixels.shape[2]
        return torch.stack([window[:, top : top + side, left : left + side] for window, (top, left) in zip(windows, self.corners)])
