"""Fine-tuning of the synthesis on latents that are quantized for good (arXiv 2506.08662).

The encoder is frozen and its latents are fixed, so the rate is: only the distortion is left of the loss, weighted by each rate's
lambda as in training, or its logarithm. Only g_s is trained; inference costs what it did.
"""

import json
import math
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from .errors import InputError
from .latent_crops import LatentCropSampler
from .learning_rate import learning_rate_at
from .losses import SENTENCES, Distortion, distortion_named
from .optimizers import check_optimizer, make_optimizer
from .picture_latents import PictureLatents
from .precision import precision_named, transformed
from .running_means import RunningMeans

TRAINED = "g_s."
METADATA_KEY = "fineTunedDecoder"
# What a crop's distortion counts: lambda of its rate, as in training; or the same relative change the same everywhere, as in a mean of PSNRs.
LAMBDA, RELATIVE = "lambda", "relative"
WEIGHTINGS = (LAMBDA, RELATIVE)
# Of a flat crop 1 - MS-SSIM is 0, or below by a rounding; a smaller distortion than this asks for nothing and has no gradient.
LEAST_DISTORTION = 1e-6


@dataclass(frozen=True)
class FineTuningOptions:
    """`crop` is the side in pixels of what the loss sees; the rest as in `Options`."""

    steps: int = 2000
    warmup_steps: int = 50
    learning_rate: float = 1e-4
    final_learning_rate: float = 1e-6
    gradient_norm: float = 1.0
    optimizer: str = "adam"
    batch: int = 4
    crop: int = 256
    precision: str = "float32"
    seed: int = 1
    weighting: str = LAMBDA

    @property
    def decay_steps(self) -> int:
        """The whole length: there is no plateau."""
        return max(self.steps - self.warmup_steps, 0)

    def checked(self) -> "FineTuningOptions":
        precision_named(self.precision)
        check_optimizer(self.optimizer)
        if self.weighting not in WEIGHTINGS:
            raise InputError(f"no weighting is called '{self.weighting}'; there are: {', '.join(WEIGHTINGS)}")
        for name in ("steps", "learning_rate", "batch", "crop"):
            if getattr(self, name) <= 0:
                raise InputError(f"{name} is {getattr(self, name)}; a positive number is expected")
        return self


def loss_of_file(metadata: dict[str, str], source: str) -> tuple[Distortion, list[float]]:
    """The distortion and the lambdas that a float network file says it was trained with."""
    names = {sentence: name for name, sentence in SENTENCES.items()}
    try:
        return distortion_named(names[metadata["loss"]]), [float(weight) for weight in json.loads(metadata["lambda"])]
    except (KeyError, ValueError, TypeError) as error:
        raise InputError(f"'{source}' does not say its loss and lambdas; expected metadata as `export` writes it") from error


class DecoderFineTuning:
    """The network, an optimizer for g_s, and crops of latents."""

    def __init__(
        self, network: nn.Module, pictures: list[PictureLatents], distortion: Distortion, lambdas: list[float], options: FineTuningOptions,
        device: torch.device,
    ):
        self.options, self.device, self.distortion = options.checked(), device, distortion
        self.network = network.to(device, memory_format=torch.channels_last)
        self.network.requires_grad_(False)
        self.network.g_s.requires_grad_(True)
        self.lambdas = torch.tensor(lambdas, device=device)
        self.inverse_gains = 1 / network.gain.effective().detach()
        if len(lambdas) != len(self.inverse_gains):
            raise InputError(f"{len(lambdas)} lambdas for a network of {len(self.inverse_gains)} rates; one each is expected")
        self.optimizer = make_optimizer(options.optimizer, network.g_s.parameters(), options.learning_rate)
        self.sampler = LatentCropSampler(pictures, options.crop, options.seed)
        self.precision = precision_named(options.precision)
        self.step = 0

    def rates_of_batch(self) -> Tensor:
        """Each rate as often as any other, over consecutive batches."""
        first = self.step * self.options.batch
        return torch.arange(first, first + self.options.batch) % len(self.lambdas)

    def distortions(self, rates: Tensor) -> Tensor:
        """Of a fresh batch, one crop a rate."""
        batch = self.sampler.batch(rates)
        rates = rates.to(self.device)
        latents = batch.latents.to(self.device) * self.inverse_gains[rates][:, :, None, None]
        latents = latents.contiguous(memory_format=torch.channels_last)
        shown = transformed(self.network.g_s, latents, self.precision)
        return self.distortion(batch.pixels.to(self.device), batch.interior(shown))

    def loss_of(self, distortion: Tensor, rates: Tensor) -> Tensor:
        """The mean over a batch of what its crops count."""
        if self.options.weighting == RELATIVE:
            return distortion.clamp(min=LEAST_DISTORTION).log().mean()
        return (self.lambdas[rates.to(self.device)] * distortion).mean()

    def take_step(self) -> dict[str, float]:
        """One step of the optimizer; means over the batch, before it."""
        rates = self.rates_of_batch()
        distortion = self.distortions(rates)
        loss = self.loss_of(distortion, rates)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.network.g_s.parameters(), self.options.gradient_norm or math.inf)
        if not math.isfinite(norm.item()):
            raise InputError(f"step {self.step + 1}: the gradient is not finite; start again with a smaller --learning-rate")
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate_at(self.step, self.options)
        self.optimizer.step()
        self.step += 1
        return {"loss": loss.item(), "distortion": distortion.mean().item()}

    def run(self, log_every: int) -> None:
        """All steps, a line of means every `log_every` of them."""
        means, started = RunningMeans(), time.monotonic()
        while self.step < self.options.steps:
            means.add(self.take_step())
            if self.step % log_every == 0:
                speed = self.step / (time.monotonic() - started)
                print(f"step {self.step} {means.taken()} steps-per-second {speed:.3f}", flush=True)
