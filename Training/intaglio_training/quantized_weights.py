"""8-bit weights as `intaglio quantize` makes them, with a gradient that passes straight through the rounding.

    w  ->  nearest entry of w / scale[k]  ->  scale[k] x entry          scale[k] = clip[k] x max |w[k]| / largest entry

Entries are the decoder's of the quantized network file, so every law is the simulator's own. Of two equally near entries the larger is taken. A dead zone makes weights
zero that are nearer to another entry; the gradient passes there too, so that weights leave it and come back.
"""

import numpy
import torch
from torch import Tensor, nn


class _NearestEntry(torch.autograd.Function):
    """scale x entry nearest to weights / scale; rows [K][...] and scales [K].

    Backwards: the weights' gradient passes where the weight lies within the entries. A scale s moves s Q(w/s) by Q(w/s) - w/s inside and by the end entry outside.
    """

    @staticmethod
    def forward(context, rows: Tensor, scales: Tensor, entries: Tensor, midpoints: Tensor) -> Tensor:
        quotients = (rows / scales[:, None]).contiguous()
        chosen = entries[torch.bucketize(quotients, midpoints, right=True)]
        inside = (quotients >= entries[0]) & (quotients <= entries[-1])
        context.save_for_backward(inside, chosen - torch.where(inside, quotients, 0))
        return chosen * scales[:, None]

    @staticmethod
    def backward(context, gradient: Tensor):
        inside, slope = context.saved_tensors
        return gradient * inside, (gradient * slope).sum(dim=1), None, None


class RowQuantizer(nn.Module):
    """Quantizes rows [K][inner] with one learned clip a row, held as its logarithm."""

    def __init__(self, entries: numpy.ndarray, clips: Tensor, dead_zone: float | None = None):
        super().__init__()
        self.register_buffer("entries", torch.from_numpy(entries.astype(numpy.float32)))
        self.register_buffer("midpoints", torch.from_numpy(midpoints_of(entries.astype(numpy.float32), dead_zone)))
        self.clip_logarithm = nn.Parameter(clips.float().log())

    @classmethod
    def of_scales(cls, scales: Tensor, rows: Tensor, entries: numpy.ndarray, dead_zone: float | None = None) -> "RowQuantizer":
        """The quantizer whose rows have these scales [K]."""
        largest = rows.abs().amax(dim=1)
        return cls(entries, torch.where(largest > 0, scales * float(entries[-1]) / largest, torch.ones_like(largest)), dead_zone)

    def clips(self) -> Tensor:
        return self.clip_logarithm.exp()

    def forward(self, rows: Tensor) -> Tensor:
        largest = rows.detach().abs().amax(dim=1)
        scales = self.clips() * torch.where(largest > 0, largest, torch.ones_like(largest)) / self.entries[-1]
        return _NearestEntry.apply(rows, scales, self.entries, self.midpoints)


def midpoints_of(entries: numpy.ndarray, dead_zone: float | None) -> numpy.ndarray:
    """Where code i ends and code i + 1 begins, i = 0 ... 254; zero is code 128."""
    midpoints = (entries[1:] + entries[:-1]) / 2
    if dead_zone is not None:
        midpoints[127:129] = -dead_zone, dead_zone
    return midpoints


def fitted_scales(rows: Tensor, codes: numpy.ndarray, entries: numpy.ndarray) -> Tensor:
    """Scales [K] with which the codes of a quantized network stand for float rows with the least squared error, float64; the end codes, which also stand for more,
    do not count. A row of which the other codes say nothing has its largest magnitude at the last code."""
    rows, codes = rows.detach().double().cpu(), codes.reshape(rows.shape)
    values = torch.from_numpy(numpy.where((codes > 0) & (codes < 255), entries.astype(numpy.float64)[codes], 0))
    scales = (rows * values).sum(dim=1) / (values * values).sum(dim=1)
    largest = rows.abs().amax(dim=1)
    return torch.where(scales > 0, scales, torch.where(largest > 0, largest, torch.ones_like(largest)) / float(entries[-1]))


def nearest_codes(rows: numpy.ndarray, clips: numpy.ndarray, entries: numpy.ndarray, dead_zone: float | None = None) -> numpy.ndarray:
    """The codes that `intaglio quantize` writes for float32 rows [K][inner] with learned float32 clips [K], in float64 as it computes them."""
    rows, entries = rows.astype(numpy.float64), entries.astype(numpy.float64)
    largest = numpy.abs(rows).max(axis=1)
    scales = numpy.where(largest > 0, largest, 1) / entries[-1] * clips.astype(numpy.float64)
    midpoints = midpoints_of(entries, dead_zone)
    limited = (rows / scales[:, None]).clip(entries[0], entries[-1])
    return numpy.searchsorted(midpoints, limited, side="right").astype(numpy.uint8)
