"""Photographs with the latents that stand for them at every rate: from the simulator, or rounded by the float network itself."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from .errors import InputError
from .evaluation import padded
from .latent_folder import LatentFolder
from .photographs import read_picture


@dataclass(frozen=True)
class PictureLatents:
    """`samples` [3][H][W], 8 bits; `latents` a tensor [h][w][M] for each rate, of the padded picture, in units of `step`."""

    samples: Tensor
    latents: list[Tensor]
    step: float


# More than this many symbol steps between both networks' latents, in the mean, and they are not the same network's.
LARGEST_DISTANCE = 1.0


def latents_of_simulator(network: nn.Module, folder: LatentFolder, photographs: Path) -> list[PictureLatents]:
    """Every picture of the folder's index, read below `photographs`."""
    rates = len(network.gain.effective())
    if folder.rates != list(range(rates)):
        raise InputError(f"'{folder.path}' has rates {folder.rates}, the network has {rates}; write the latents of all rates")
    pictures = []
    for name in folder.pictures:
        arrays = [torch.from_numpy(folder.reconstruction(name, rate)) for rate in range(rates)]
        pictures.append(PictureLatents(read_picture(photographs / name), arrays, folder.grid_step))
    if not pictures:
        raise InputError(f"'{folder.path}' has no pictures; write the latents again")
    _require_same_network(network, pictures[0], folder.path)
    return pictures


def latents_of_network(network: nn.Module, paths: list[Path]) -> list[PictureLatents]:
    """Rounded as in training: the control that an integer network's latents are compared with."""
    pictures = []
    for path in paths:
        samples = read_picture(path)
        pictures.append(PictureLatents(samples, [latent.to(torch.float32) for latent in rounded_latents(network, samples)], 1.0))
    return pictures


@torch.no_grad()
def gained_latents(network: nn.Module, samples: Tensor) -> list[Tensor]:
    """y gain of one picture at every rate, [1][M][h][w], in steps of the quantizer and not rounded yet."""
    network.eval()
    analysed = network.g_a(padded(samples[None].float() / 255, network.side_multiple))
    return [analysed * gain[:, None, None] for gain in network.gain.effective()]


@torch.no_grad()
def rounded_latents(network: nn.Module, samples: Tensor) -> list[Tensor]:
    """round(y gain - mean) + mean of one picture at every rate, [h][w][M]."""
    rounded = []
    for latent in gained_latents(network, samples):
        rounded.append(round_about(latent, predicted_means(network, latent))[0].permute(1, 2, 0).contiguous())
    return rounded


def round_about(latent: Tensor, means: Tensor) -> Tensor:
    """What a decoder has of rounded differences from the means."""
    return torch.round(latent - means) + means


def predicts_means(network: nn.Module) -> bool:
    return network.architecture == "mean-scale-hyperprior"


def predicted_means(network: nn.Module, latent: Tensor) -> Tensor:
    """Of each element where the network predicts means, else 0."""
    if not predicts_means(network):
        return torch.zeros_like(latent)
    return means_of(network, torch.round(network.h_a(latent)))


def means_of(network: nn.Module, hyper: Tensor) -> Tensor:
    """What a network that predicts means predicts from rounded hyper-latents."""
    return network.h_s(hyper).chunk(2, dim=1)[1]


def _require_same_network(network: nn.Module, picture: PictureLatents, path: Path) -> None:
    for rate, (own, read) in enumerate(zip(rounded_latents(network, picture.samples), picture.latents)):
        if own.shape != read.shape:
            raise InputError(f"'{path}': latents of {list(read.shape)} at rate {rate}, this network's are {list(own.shape)}; name the network they are of")
        distance = (own - read * picture.step).abs().mean().item()
        if distance > LARGEST_DISTANCE:
            raise InputError(
                f"'{path}': latents lie {distance:.2f} steps from this network's at rate {rate}, {LARGEST_DISTANCE} at most is expected; "
                "name the network they are of, and the photographs"
            )
