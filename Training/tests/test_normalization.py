"""GDN against its definition, element by element in plain loops."""

import math

import pytest
import torch

from intaglio_training.normalization import (
    BETA_MINIMUM, GAMMA_MINIMUM, Normalization, effective_from_stored, stored_from_effective,
)

SEED = 11


@pytest.mark.parametrize("inverse", [False, True])
def test_equals_definition(inverse):
    torch.manual_seed(SEED)
    channels = 5
    layer = Normalization(channels, inverse).double()
    beta = torch.rand(channels, dtype=torch.float64) + 0.5
    gamma = torch.rand(channels, channels, dtype=torch.float64)
    with torch.no_grad():
        layer.stored_beta.copy_(stored_from_effective(beta))
        layer.stored_gamma.copy_(stored_from_effective(gamma))
    values = torch.randn(2, channels, 3, 4, dtype=torch.float64)
    result = layer(values)
    for n in range(2):
        for y in range(3):
            for x in range(4):
                for i in range(channels):
                    norm = beta[i] + sum(gamma[i, j] * values[n, j, y, x] ** 2 for j in range(channels))
                    root = math.sqrt(norm)
                    expected = values[n, i, y, x] * (root if inverse else 1 / root)
                    assert result[n, i, y, x].item() == pytest.approx(expected.item(), rel=1e-9), (SEED, n, i, y, x)


def test_start_values():
    layer = Normalization(4)
    assert torch.allclose(layer.effective_beta(), torch.ones(4), atol=1e-6)
    assert torch.allclose(layer.effective_gamma(), 0.1 * torch.eye(4), atol=1e-6)


def test_effective_values_stay_above_minimum():
    stored = torch.tensor([-3.0, 0.0, 1e-9], dtype=torch.float64)
    assert torch.allclose(effective_from_stored(stored, BETA_MINIMUM), torch.tensor(BETA_MINIMUM).double(), rtol=1e-9)
    assert (effective_from_stored(stored, GAMMA_MINIMUM).abs() < 1e-20).all()


def test_gradient_below_the_bound_only_raises():
    stored = torch.tensor([-1.0, -1.0], requires_grad=True)
    effective = effective_from_stored(stored, BETA_MINIMUM)
    (effective * torch.tensor([1.0, -1.0])).sum().backward()
    assert stored.grad[0] == 0, "a gradient that would lower a value under its bound is stopped"
    assert stored.grad[1] < 0, "a gradient that would raise it passes"
