"""Several rates from one network: a positive gain per rate and latent channel."""

import torch
from torch import Tensor, nn


class RateGains(nn.Module):
    """At rate r the coded latent is y * gain[r]; the synthesis sees it divided by gain[r].

    The parameter held is the logarithm, so that gains stay positive; files hold gains [rates][M].
    """

    def __init__(self, rates: int, channels: int):
        super().__init__()
        # A square root of two between neighbours is about half a bit a latent: a sensible start.
        first = -0.5 * (rates - 1) * 0.5
        exponents = first + 0.5 * torch.arange(rates, dtype=torch.float32)
        start = exponents[:, None] * torch.log(torch.tensor(2.0))
        self.logarithm = nn.Parameter(start.repeat(1, channels))

    def effective(self) -> Tensor:
        """Gains [rates][M], all positive."""
        return torch.exp(self.logarithm)

    def forward(self, rates: Tensor) -> Tensor:
        """The gains of each picture of a batch, rates [N] of indices; shape [N][M][1][1]."""
        return self.effective()[rates][:, :, None, None]
