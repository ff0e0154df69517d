"""Weights become the nearest entries; gradients pass as the formulas say."""

import numpy
import pytest
import torch

from intaglio_training.quantized_file import dead_zone_of
from intaglio_training.quantized_weights import RowQuantizer, fitted_scales, nearest_codes
from quantized_example import power_two_entries

ENTRIES = power_two_entries(2047)


def brute_force_codes(rows: numpy.ndarray, scales: numpy.ndarray, entries: numpy.ndarray) -> numpy.ndarray:
    """The last of the nearest entries: of two equally near the larger."""
    distances = numpy.abs(rows[:, :, None] / scales[:, None, None] - entries[None, None, ::-1])
    return 255 - distances.argmin(axis=2)


def test_nearest_entries_by_search():
    rows = numpy.random.default_rng(3).normal(0, 0.1, (5, 400)).astype(numpy.float32)
    clips = numpy.array([1, 0.7, 0.4, 1.3, 0.9], dtype=numpy.float32)
    scales = numpy.abs(rows.astype(numpy.float64)).max(axis=1) / 2047 * clips
    expected = brute_force_codes(rows.astype(numpy.float64), scales, ENTRIES)
    numpy.testing.assert_array_equal(nearest_codes(rows, clips, ENTRIES), expected)
    found = RowQuantizer(ENTRIES, torch.from_numpy(clips))(torch.from_numpy(rows)).detach().numpy()
    numpy.testing.assert_allclose(found, scales[:, None] * ENTRIES[expected], rtol=0, atol=2e-6)


def test_ties_go_up_and_ends_clamp():
    # 32 is the largest magnitude and 0.5 the clip: one entry step is 16 / 2047.
    step = numpy.float32(16) / 2047
    rows = numpy.array([[32, -32, 0, 1.5 * step, -1.5 * step, 16]], dtype=numpy.float32)
    codes = nearest_codes(rows, numpy.array([0.5], dtype=numpy.float32), ENTRIES)
    assert codes[0, :3].tolist() == [255, 0, 128]
    assert ENTRIES[codes[0, 5]] == 2047
    assert nearest_codes(numpy.zeros((2, 3), numpy.float32), numpy.ones(2, numpy.float32), ENTRIES).tolist() == [[128] * 3] * 2
    linear = numpy.arange(256) - 128
    halves = numpy.array([[127, 1.5, -1.5, 0.5, -0.5]], dtype=numpy.float32)
    assert (nearest_codes(halves, numpy.ones(1, numpy.float32), linear)[0] - 128.0).tolist() == [127, 2, -1, 1, 0]


def dead_zone_entries(numerator: int, denominator: int, largest: int) -> numpy.ndarray:
    """`deadZone P/Q 8` of docs/arithmetic.md by its definition: levels in the middle of N = 127 equal cells between h = M P/Q and M."""
    edge = largest * numerator / denominator
    width = (largest - edge) / 126.5
    magnitudes = [numpy.floor(edge + (level - 0.5) * width + 0.5) for level in range(1, 128)]
    return numpy.array([-magnitudes[-1], *[-value for value in reversed(magnitudes)], 0, *magnitudes]).astype(numpy.int64)


def test_a_dead_zone_makes_weights_zero_that_are_nearer_to_a_level():
    assert dead_zone_of("deadZone 1/16 8", 2047.0) == 2047 / 16 and dead_zone_of("power 2/1", 2047.0) is None
    entries, edge = dead_zone_entries(1, 16, 2047), 2047 / 16
    rows = torch.tensor([[2047.0, edge * 0.999, -edge * 0.999, edge * 1.001, -edge * 1.001, edge * 0.6]], requires_grad=True)
    quantizer = RowQuantizer(entries, torch.ones(1), edge)
    quantized = quantizer(rows)
    # The first level is half a cell above the edge; 0.6 of the edge is nearer to it than to zero.
    first = entries[129]
    assert quantized.tolist() == [[2047, 0, 0, first, -first, 0]] and edge < first < edge + 9
    assert nearest_codes(rows.detach().numpy(), numpy.ones(1, numpy.float32), entries, edge).tolist() == [[255, 128, 128, 129, 127, 128]]
    quantized.sum().backward()
    assert rows.grad.tolist() == [[1] * 6], "the gradient passes inside the dead zone"


def test_gradients():
    rows = torch.tensor([[1.0, 0.3, -0.9, 0.1]], requires_grad=True)
    quantizer = RowQuantizer(numpy.arange(256) - 128, torch.tensor([0.5]))
    quantizer(rows).sum().backward()
    # The last code means 0.5: 1.0 and -0.9 are clipped (to 127 and -128 steps), the others lie inside.
    assert rows.grad.tolist() == [[0, 1, 0, 1]]
    step = 0.5 / 127
    inside = sum(round(value / step) * step - value for value in (0.3, 0.1))
    expected = 127 * step - 128 * step + inside  # d/d log(clip) = scale x d/d scale
    assert quantizer.clip_logarithm.grad.item() == pytest.approx(expected, abs=1e-6)


def test_scales_of_a_quantized_network_are_found_again():
    rows = torch.randn(4, 300, generator=torch.Generator().manual_seed(1))
    clips = numpy.array([0.9, 0.8, 1, 0.6], dtype=numpy.float32)
    codes = nearest_codes(rows.numpy(), clips, ENTRIES)
    scales = fitted_scales(rows, codes, ENTRIES)
    numpy.testing.assert_allclose(scales.numpy(), rows.abs().amax(dim=1).numpy() / 2047 * clips, rtol=0.01)
    assert fitted_scales(torch.zeros(1, 300), numpy.full((1, 300), 128), ENTRIES).item() == 1 / 2047
    alone = torch.tensor([[3.0, 0, 0]])
    assert fitted_scales(alone, numpy.array([[255, 128, 128]]), ENTRIES).item() == pytest.approx(3 / 2047)
    # What the codes mean is its own nearest entry: nothing changes before the first step.
    meant = scales[:, None] * torch.from_numpy(ENTRIES[codes].astype(float))
    again = RowQuantizer.of_scales(scales, meant, ENTRIES)
    numpy.testing.assert_allclose(again(meant.float()).detach().numpy(), meant.numpy(), rtol=1e-5)
    numpy.testing.assert_array_equal(nearest_codes(meant.numpy(), again.clips().detach().numpy(), ENTRIES), codes)
