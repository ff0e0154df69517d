"""Fine-tuning of the hyper-synthesis on hyper-latents and latents that are quantized for good (arXiv 2506.08662).

Both are fixed, so the pictures are: only the bits of the latents are left of the loss. Of h_s either only the last layer's scales
are trained, which moves no mean: rounded symbols stay, and what weighs bits sees other ones; or all of it, and with the means every
symbol. A synthesis is fine-tuned after it, on latents that were quantized with it.
"""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from .coded_picture import bits_of
from .errors import InputError
from .gaussian_conditional import gaussian_likelihood
from .latent_fine_tuning import LatentFineTuning, LatentFineTuningOptions
from .latent_folder import LatentFolder
from .photographs import read_picture
from .picture_latents import gained_latents, means_of, predicts_means, round_about

TRAINED = "h_s."
METADATA_KEY = "fineTunedHyperDecoder"
SCALES, ALL = "scales", "all"
PARTS = (SCALES, ALL)


@dataclass(frozen=True)
class HyperFineTuningOptions(LatentFineTuningOptions):
    """`batch` counts whole pictures at one rate each; `part` is what is trained: SCALES or ALL."""

    steps: int = 400
    warmup_steps: int = 20
    part: str = SCALES

    def checked(self) -> "HyperFineTuningOptions":
        self.check()
        if self.part not in PARTS:
            raise InputError(f"no part is called '{self.part}'; there are: {', '.join(PARTS)}")
        return self


@dataclass(frozen=True)
class PredictedLatents:
    """Of one picture at one rate: `hyper` [N][h][w], integers, and the latents `shown` [M][H][W] that a decoder has with them, times `step`."""

    hyper: Tensor
    shown: Tensor
    step: float


def predicted_of_simulator(folder: LatentFolder) -> list[list[PredictedLatents]]:
    """Of every picture in the folder's index, a list of its rates."""
    def one(picture: str, rate: int) -> PredictedLatents:
        arrays = folder.hyper_latents(picture, rate), folder.reconstruction(picture, rate)
        return PredictedLatents(*(torch.from_numpy(array).permute(2, 0, 1) for array in arrays), folder.grid_step)

    pictures = [[one(picture, rate) for rate in folder.rates] for picture in folder.pictures]
    if not pictures:
        raise InputError(f"'{folder.path}' has no pictures; write the latents again")
    return pictures


@torch.no_grad()
def predicted_of_network(network: nn.Module, paths: list[Path]) -> list[list[PredictedLatents]]:
    """Rounded by the float network itself: the control."""
    require_predicted_means(network)

    def one(latent: Tensor) -> PredictedLatents:
        hyper = torch.round(network.h_a(latent))
        return PredictedLatents(hyper[0], round_about(latent, means_of(network, hyper))[0], 1.0)

    return [[one(latent) for latent in gained_latents(network, read_picture(path))] for path in paths]


def require_predicted_means(network: nn.Module) -> None:
    if not predicts_means(network):
        raise InputError(f"a network of kind '{network.architecture}' predicts no means; a mean-scale hyperprior is expected")


class HyperDecoderFineTuning(LatentFineTuning):
    """The network and an optimizer for h_s. The loss is the mean logarithm of a picture's bits: a percent counts the same everywhere, as in a BD-rate."""

    def __init__(self, network: nn.Module, pictures: list[list[PredictedLatents]], options: HyperFineTuningOptions, device: torch.device):
        require_predicted_means(network)
        network.to(device)
        super().__init__(network, network.h_s if options.part == ALL else network.h_s[-1], options.checked())
        self.device, self.pictures = device, pictures
        self.mean_rows = [parameter[len(parameter) // 2 :].detach().clone() for parameter in network.h_s[-1].parameters()]
        self.generator = torch.Generator().manual_seed(options.seed)
        self._require_fit()

    def _require_fit(self) -> None:
        """Every picture has the network's rates, channels and extents."""
        first, last, rates = self.network.h_s[0], self.network.h_s[-1], len(self.network.gain.effective())
        for picture in self.pictures:
            if len(picture) != rates:
                raise InputError(f"latents of {len(picture)} rates, the network has {rates}; write the latents of all rates")
            for hyper, shown in ((predicted.hyper.shape, predicted.shown.shape) for predicted in picture):
                if (hyper[0], *shown) != (first.in_channels, last.out_channels // 2, 4 * hyper[1], 4 * hyper[2]):
                    raise InputError(f"hyper-latents of {list(hyper)} and latents of {list(shown)} are not this network's; name the network they are of")

    def bits(self, picture: PredictedLatents) -> Tensor:
        """Of all latents of a picture, as if each were a symbol step wide."""
        scales, means = self.network.h_s(picture.hyper[None].to(self.device, torch.float32)).chunk(2, dim=1)
        shown = picture.shown[None].to(self.device, torch.float32) * picture.step
        return bits_of(gaussian_likelihood(shown - means, scales))[0]

    def _draw(self) -> list[PredictedLatents]:
        """Each rate as often as any other, over consecutive batches; every picture is equally likely."""
        first = self.step * self.options.batch
        drawn = []
        for number in range(first, first + self.options.batch):
            picture = self.pictures[int(torch.randint(len(self.pictures), (), generator=self.generator))]
            drawn.append(picture[number % len(picture)])
        return drawn

    def take_step(self) -> dict[str, float]:
        """One step of the optimizer; the mean over the batch, before it. Pictures may differ in size, so each is its own pass."""
        self.optimizer.zero_grad(set_to_none=True)
        total = 0.0
        for picture in self._draw():
            loss = self.bits(picture).log() / self.options.batch
            loss.backward()
            total += loss.item()
        self.apply_gradients()
        if self.options.part == SCALES:
            self._restore_means()
        return {"logarithm-of-bits": total}

    @torch.no_grad()
    def _restore_means(self) -> None:
        for parameter, rows in zip(self.network.h_s[-1].parameters(), self.mean_rows):
            parameter[len(parameter) // 2 :] = rows
