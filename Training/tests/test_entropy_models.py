"""The two entropy models against numbers computed another way."""

import math
from statistics import NormalDist

import pytest
import torch

from intaglio_training.factorized_prior import FactorizedPrior
from intaglio_training.gaussian_conditional import gaussian_likelihood


@pytest.mark.parametrize("scale", [0.05, 0.11, 0.7, 3.0])
def test_gaussian_mass(scale):
    distribution = NormalDist(0, max(scale, 0.11))
    centred = torch.tensor([-1.3, -0.5, 0.0, 0.25, 2.0], dtype=torch.float64)
    result = gaussian_likelihood(centred, torch.full_like(centred, scale))
    for value, mass in zip(centred.tolist(), result.tolist()):
        expected = max(distribution.cdf(value + 0.5) - distribution.cdf(value - 0.5), 1e-9)
        assert mass == pytest.approx(expected, rel=1e-6, abs=1e-12)


def _plain_logit(prior: FactorizedPrior, channel: int, value: float) -> float:
    """The definition, in plain floats."""
    vector = [value]
    for layer, (m, b) in enumerate(zip(prior.m, prior.b)):
        m, b = m[channel].tolist(), b[channel].tolist()
        vector = [sum(math.log1p(math.exp(w)) * v for w, v in zip(row, vector)) + shift[0] for row, shift in zip(m, b)]
        if layer < len(prior.a):
            factors = prior.a[layer][channel].tolist()
            vector = [v + math.tanh(a[0]) * math.tanh(v) for v, a in zip(vector, factors)]
    return vector[0]


def test_factorized_prior_equals_definition_and_sums_to_one():
    torch.manual_seed(5)
    prior = FactorizedPrior(3).double()
    with torch.no_grad():
        for factors in prior.a:
            factors.uniform_(-1, 1)
    symbols = torch.arange(-400, 401, dtype=torch.float64)
    masses = prior.likelihood(symbols.expand(1, 3, 1, -1))
    assert torch.allclose(masses.sum(dim=3), torch.ones(1, 3, 1).double(), atol=1e-4)
    sigmoid = lambda value: 1 / (1 + math.exp(-value))
    for channel in range(3):
        for symbol in (-7, 0, 3):
            expected = sigmoid(_plain_logit(prior, channel, symbol + 0.5)) - sigmoid(_plain_logit(prior, channel, symbol - 0.5))
            assert masses[0, channel, 0, symbol + 400].item() == pytest.approx(expected, rel=1e-6)
