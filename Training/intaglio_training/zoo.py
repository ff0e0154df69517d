"""Networks by the names of the CompressAI zoo."""

from torch import nn

from .errors import InputError
from .mean_scale_hyperprior import MeanScaleHyperprior
from .scale_hyperprior import ScaleHyperprior

NETWORKS: dict[str, type[nn.Module]] = {
    "bmshj2018-hyperprior": ScaleHyperprior,
    "mbt2018-mean": MeanScaleHyperprior,
}


def make_network(name: str, channels: int, latent_channels: int, rates: int) -> nn.Module:
    """A fresh network; `channels` is N and `latent_channels` is M of the papers."""
    if name not in NETWORKS:
        raise InputError(f"no network is called '{name}'; there are: {', '.join(sorted(NETWORKS))}")
    if latent_channels % 2:
        raise InputError(f"latent channels are {latent_channels}; an even number is expected")
    return NETWORKS[name](channels, latent_channels, rates)
