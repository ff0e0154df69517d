"""8-bit activations behind the codebook multiplexer, with a gradient that passes straight through.

    x  ->  r = RHU(x / step) - offset[c]  ->  code of codebook select[c]  ->  step x (entry + offset[c])

Codebooks are those of the quantized network file. The step and the selects are learned: clipping a rare large value costs a transform more than its squared error, by
which `intaglio quantize` chooses the first ones.
"""

import math

import numpy
import torch
from torch import Tensor, nn

from .quantized_file import CodebookSet


class _RoundTrip(torch.autograd.Function):
    """Encoded and decoded values.

    Backwards: the gradient passes where r lies within the entries of its codebook; a relative change of a range moves the value by entry - r inside and by the
    end entry outside, in steps. The step changes every channel's range, a depth its own.
    """

    @staticmethod
    def forward(context, values: Tensor, step_logarithm: Tensor, depths: Tensor, books: "Codebooks", selects: Tensor, offsets: Tensor) -> Tensor:
        step = step_logarithm.exp()
        quotients = values / step
        decoded = books.decoded(quotients, selects, offsets)
        low, high = books.firsts[selects] + offsets, books.lasts[selects] + offsets
        inside = (quotients >= low[:, None, None]) & (quotients <= high[:, None, None])
        context.depth_logarithm = books.depth_logarithm
        context.save_for_backward(inside, step * (decoded - torch.where(inside, quotients, 0)))
        return decoded * step

    @staticmethod
    def backward(context, gradient: Tensor):
        inside, slope = context.saved_tensors
        by_channel = (gradient * slope).sum(dim=(0, 2, 3))
        return gradient * inside, by_channel.sum(), by_channel * context.depth_logarithm, None, None, None


class Codebooks(nn.Module):
    """J codebooks as look-up tables over the integers between their first and last threshold; beyond them the end entries hold."""

    def __init__(self, entries: list[numpy.ndarray], thresholds: list[numpy.ndarray]):
        super().__init__()
        tables = []
        for values, limits in zip(entries, thresholds):
            integers = numpy.arange(limits[0] - 1, limits[-1] + 1)
            tables.append(values[numpy.searchsorted(limits, integers, side="right")])
        counts = numpy.array([len(table) for table in tables])
        self._hold("table", numpy.concatenate(tables), torch.float32)
        self._hold("starts", counts.cumsum() - counts, torch.int32)
        self._hold("counts", counts, torch.int32)
        self._hold("lowest", numpy.array([limits[0] - 1 for limits in thresholds]), torch.int32)
        self._hold("firsts", numpy.array([values[0] for values in entries]), torch.float32)
        self._hold("lasts", numpy.array([values[-1] for values in entries]), torch.float32)
        # By how much the logarithm of the range changes from one codebook to the next, in the mean; negative.
        self.depth_logarithm = math.log(entries[-1][-1] / entries[0][-1]) / max(1, len(entries) - 1)

    def _hold(self, name: str, values: numpy.ndarray, kind: torch.dtype) -> None:
        self.register_buffer(name, torch.from_numpy(values).to(kind), persistent=False)

    def decoded(self, quotients: Tensor, selects: Tensor, offsets: Tensor) -> Tensor:
        """What values [N][C][H][W] in steps become, still in steps."""
        offsets = offsets[:, None, None]
        index = torch.floor(quotients + 0.5).sub_(offsets + self.lowest[selects][:, None, None])
        index = torch.minimum(index.clamp_(min=0), self.counts[selects][:, None, None] - 1.0)
        return self.table[index.int() + self.starts[selects][:, None, None]] + offsets


class ActivationQuantizer(nn.Module):
    """One tensor's codebook set: a learned step (held as its logarithm), and for each channel a learned depth among the codebooks, which rounds to its select."""

    def __init__(self, given: CodebookSet):
        super().__init__()
        self.books = Codebooks(given.entries, given.thresholds)
        self.step_logarithm = nn.Parameter(torch.tensor(given.step, dtype=torch.float64).log().float())
        self.depths = nn.Parameter(torch.from_numpy(given.selects).float())
        self.register_buffer("offsets", torch.from_numpy(given.offsets).float(), persistent=False)

    @property
    def selects(self) -> Tensor:
        return self.depths.detach().round().clamp(0, len(self.books.lasts) - 1).long()

    def forward(self, values: Tensor) -> Tensor:
        return _RoundTrip.apply(values.float(), self.step_logarithm, self.depths, self.books, self.selects, self.offsets)

    def ranges(self) -> Tensor:
        """The real value of the largest entry of each channel's codebook, in float64."""
        return self.step_logarithm.detach().double().exp() * self.books.lasts[self.selects].double()
