"""Activations through the codebook multiplexer: codes by their definition, gradients, learned ranges."""

import math

import numpy
import pytest
import torch

from intaglio_training.quantized_activations import ActivationQuantizer
from quantized_example import codebook_set

STEP = 0.25


def test_every_integer_becomes_what_its_code_means():
    given = codebook_set(STEP, [1000, 500, 250], [2, 0, 1], [0, 7, -3])
    integers = numpy.arange(-1200, 1201)
    expected = []
    for select, offset in zip(given.selects, given.offsets):
        codes = (integers[:, None] - offset >= given.thresholds[select][None, :]).sum(axis=1)
        expected.append((given.entries[select][codes] + offset) * STEP)
    values = torch.from_numpy(integers * STEP).float().expand(1, 3, 1, -1)
    found = ActivationQuantizer(given).eval()(values)
    numpy.testing.assert_allclose(found[0, :, 0].detach().numpy(), expected, rtol=1e-5)


def test_ties_go_up():
    quantizer = ActivationQuantizer(codebook_set(1.0, [127], [0], [0])).eval()
    found = quantizer(torch.tensor([0.5, -0.5, 1.49, -1.51]).view(1, 1, 1, 4))
    assert found.flatten().tolist() == [1, 0, 1, -2]


def test_gradients_pass_inside_and_the_step_follows_outside():
    quantizer = ActivationQuantizer(codebook_set(0.5, [127], [0], [0]))
    values = torch.tensor([10.1, 100.0, -100.0, -3.3]).view(1, 1, 1, 4).requires_grad_()
    quantizer(values).sum().backward()
    assert values.grad.flatten().tolist() == [1, 0, 0, 1]
    # Entries -128 ... 127 of half a unit: 10.1 is entry 20 and -3.3 entry -7 (ties apart), the others are the ends.
    expected = 0.5 * ((20 - 20.2) + 127 - 128 + (-7 + 6.6))
    assert quantizer.step_logarithm.grad.item() == pytest.approx(expected, abs=1e-5)


def test_depths_follow_their_own_channel_and_round_to_selects():
    quantizer = ActivationQuantizer(codebook_set(0.5, [508, 254, 127], [2, 2], [0, 0]))
    values = torch.tensor([[100.0, 10.0], [1.0, 2.0]]).view(1, 2, 1, 2)
    quantizer(values).sum().backward()
    # In channel 0 the end entry 127 of half a unit stands for 100; the rest is exact. A depth more halves the range.
    assert quantizer.depths.grad[0].item() == pytest.approx(-math.log(2) * 127 * 0.5, rel=1e-5)
    assert quantizer.depths.grad[1].item() == 0
    with torch.no_grad():
        quantizer.depths.copy_(torch.tensor([0.6, -0.7]))
    assert quantizer.selects.tolist() == [1, 0]
    assert quantizer.ranges().tolist() == pytest.approx([127, 254])
    with torch.no_grad():
        quantizer.depths.copy_(torch.tensor([1.4, 2.9]))
    assert quantizer.selects.tolist() == [1, 2]
