"""Fine-tuning of the hyper-synthesis on hyper-latents and latents that are quantized for good (arXiv 2506.08662).

Both are fixed, so the pictures are: only the bits of the latents are left of the loss. Of h_s either only the last layer's scales
are trained, which moves no mean: rounded symbols stay, and what weighs bits sees other ones; or all of it, and with the means every
symbol. A synthesis is fine-tuned after it, on latents that were quantized with it.
"""

import math
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from .coded_picture import bits_of
from .errors import InputError
from .gaussian_conditional import gaussian_likelihood
from .latent_folder import LatentFolder
from .learning_rate import learning_rate_at
from .optimizers import check_optimizer, make_optimizer
from .photographs import read_picture
from .picture_latents import gained_latents, predicts_means
from .running_means import RunningMeans

TRAINED = "h_s."
METADATA_KEY = "fineTunedHyperDecoder"
SCALES, ALL = "scales", "all"
PARTS = (SCALES, ALL)


@dataclass(frozen=True)
class HyperFineTuningOptions:
    """`batch` counts whole pictures at one rate each; `part` is what is trained: SCALES or ALL."""

    part: str = SCALES
    steps: int = 400
    warmup_steps: int = 20
    learning_rate: float = 1e-4
    final_learning_rate: float = 1e-6
    gradient_norm: float = 1.0
    optimizer: str = "adam"
    batch: int = 4
    seed: int = 1

    @property
    def decay_steps(self) -> int:
        """The whole length: there is no plateau."""
        return max(self.steps - self.warmup_steps, 0)

    def checked(self) -> "HyperFineTuningOptions":
        check_optimizer(self.optimizer)
        if self.part not in PARTS:
            raise InputError(f"no part is called '{self.part}'; there are: {', '.join(PARTS)}")
        for name in ("steps", "learning_rate", "batch"):
            if getattr(self, name) <= 0:
                raise InputError(f"{name} is {getattr(self, name)}; a positive number is expected")
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
        means = network.h_s(hyper).chunk(2, dim=1)[1]
        return PredictedLatents(hyper[0], (torch.round(latent - means) + means)[0], 1.0)

    return [[one(latent) for latent in gained_latents(network, read_picture(path))] for path in paths]


def require_predicted_means(network: nn.Module) -> None:
    if not predicts_means(network):
        raise InputError(f"a network of kind '{network.architecture}' predicts no means; a mean-scale hyperprior is expected")


class HyperDecoderFineTuning:
    """The network and an optimizer for h_s. The loss is the mean logarithm of a picture's bits: a percent counts the same everywhere, as in a BD-rate."""

    def __init__(self, network: nn.Module, pictures: list[list[PredictedLatents]], options: HyperFineTuningOptions, device: torch.device):
        require_predicted_means(network)
        self.options, self.device, self.pictures = options.checked(), device, pictures
        self.network = network.to(device)
        self.network.requires_grad_(False)
        self.trained = network.h_s if options.part == ALL else network.h_s[-1]
        self.trained.requires_grad_(True)
        self.mean_rows = [parameter[len(parameter) // 2 :].detach().clone() for parameter in network.h_s[-1].parameters()]
        self.optimizer = make_optimizer(options.optimizer, self.trained.parameters(), options.learning_rate)
        self.generator = torch.Generator().manual_seed(options.seed)
        self.step = 0
        hyper, shown = pictures[0][0].hyper, pictures[0][0].shown
        expected = [extent * 4 for extent in hyper.shape[1:]]
        if list(shown.shape[1:]) != expected or hyper.shape[0] != network.h_s[0].in_channels or 2 * shown.shape[0] != network.h_s[-1].out_channels:
            raise InputError(f"hyper-latents of {list(hyper.shape)} and latents of {list(shown.shape)} are not this network's; name the network they are of")

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
        norm = nn.utils.clip_grad_norm_(self.trained.parameters(), self.options.gradient_norm or math.inf)
        if not math.isfinite(norm.item()):
            raise InputError(f"step {self.step + 1}: the gradient is not finite; start again with a smaller --learning-rate")
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate_at(self.step, self.options)
        self.optimizer.step()
        if self.options.part == SCALES:
            self._restore_means()
        self.step += 1
        return {"logarithm-of-bits": total}

    @torch.no_grad()
    def _restore_means(self) -> None:
        for parameter, rows in zip(self.network.h_s[-1].parameters(), self.mean_rows):
            parameter[len(parameter) // 2 :] = rows

    def run(self, log_every: int) -> None:
        """All steps, a line of means every `log_every` of them."""
        means, started = RunningMeans(), time.monotonic()
        while self.step < self.options.steps:
            means.add(self.take_step())
            if self.step % log_every == 0:
                print(f"step {self.step} {means.taken()} steps-per-second {self.step / (time.monotonic() - started):.3f}", flush=True)
