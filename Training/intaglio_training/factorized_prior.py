"""The factorized prior of the hyper-latent: one learned cumulative distribution per channel."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from .lower_bound import lower_bound

LIKELIHOOD_MINIMUM = 1e-9
HIDDEN_WIDTHS = (3, 3, 3)
INITIAL_SPREAD = 10.0


class FactorizedPrior(nn.Module):
    """Likelihood of integers k: sigmoid(l(k + 1/2)) - sigmoid(l(k - 1/2)).

    l is monotone, per channel: layer i maps x to softplus(m_i) x + b_i and, but for the last layer,
    to x + tanh(a_i) tanh(x). Shapes: m_i [C][out][in], b_i and a_i [C][out][1].
    """

    def __init__(self, channels: int):
        super().__init__()
        widths = (1, *HIDDEN_WIDTHS, 1)
        layers = len(widths) - 1
        spread = INITIAL_SPREAD ** (1 / layers)
        self.m = nn.ParameterList()
        self.b = nn.ParameterList()
        self.a = nn.ParameterList()
        for inner, outer in zip(widths[:-1], widths[1:]):
            start = math.log(math.expm1(1 / spread / outer))
            self.m.append(nn.Parameter(torch.full((channels, outer, inner), start)))
            self.b.append(nn.Parameter(torch.empty(channels, outer, 1).uniform_(-0.5, 0.5)))
        for outer in HIDDEN_WIDTHS:
            self.a.append(nn.Parameter(torch.zeros(channels, outer, 1)))

    def logits(self, values: Tensor) -> Tensor:
        """l of values [C][1][count]; same shape."""
        for index, matrix in enumerate(self.m):
            values = torch.matmul(functional.softplus(matrix), values) + self.b[index]
            if index < len(self.a):
                values = values + torch.tanh(self.a[index]) * torch.tanh(values)
        return values

    def likelihood(self, values: Tensor) -> Tensor:
        """Probability mass of the unit interval around values [N][C][H][W]; same shape, at least 1e-9."""
        by_channel = values.transpose(0, 1)
        flat = by_channel.reshape(by_channel.shape[0], 1, -1)
        lower = self.logits(flat - 0.5)
        upper = self.logits(flat + 0.5)
        # Differences are taken in the tail where both sigmoids are small: no cancellation near 1.
        side = -torch.sign(lower + upper).detach()
        mass = torch.abs(torch.sigmoid(side * upper) - torch.sigmoid(side * lower))
        return lower_bound(mass.reshape(by_channel.shape).transpose(0, 1), LIKELIHOOD_MINIMUM)
