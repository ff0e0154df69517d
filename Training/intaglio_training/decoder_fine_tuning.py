"""Fine-tuning of the synthesis on latents that are quantized for good (arXiv 2506.08662).

The encoder is frozen and its latents are fixed, so the rate is: only the distortion is left of the loss, weighted by each rate's
lambda as in training, or its logarithm. Only g_s is trained; inference costs what it did.
"""

import json
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .errors import InputError
from .latent_crops import LatentCropSampler
from .latent_fine_tuning import LatentFineTuning, LatentFineTuningOptions
from .losses import ABSOLUTE, RELATIVE, SENTENCES, Distortion, distortion_named
from .picture_latents import PictureLatents
from .precision import precision_named, transformed

TRAINED = "g_s."
METADATA_KEY = "fineTunedDecoder"
# What a crop counts, as in training: its distortion times the lambda of its rate; or the logarithm of its distortion, so that the same relative change counts
# the same everywhere, as in a mean of PSNRs. Bits do not change, so there are no decibels to weigh against them.
WEIGHTINGS = (ABSOLUTE, RELATIVE)
# Of a flat crop 1 - MS-SSIM is 0, or below by a rounding; a smaller distortion than this asks for nothing and has no gradient.
LEAST_DISTORTION = 1e-6


@dataclass(frozen=True)
class FineTuningOptions(LatentFineTuningOptions):
    """`crop` is the side in pixels of what the loss sees; the rest as in `Options`."""

    steps: int = 2000
    warmup_steps: int = 50
    crop: int = 256
    precision: str = "float32"
    weighting: str = ABSOLUTE

    def checked(self) -> "FineTuningOptions":
        precision_named(self.precision)
        self.check("crop")
        if self.weighting not in WEIGHTINGS:
            raise InputError(f"no weighting is called '{self.weighting}'; there are: {', '.join(WEIGHTINGS)}")
        return self


def loss_of_file(metadata: dict[str, str], source: str) -> tuple[Distortion, list[float]]:
    """The distortion and the lambdas that a float network file says it was trained with."""
    names = {sentence: name for name, sentence in SENTENCES.items()}
    try:
        return distortion_named(names[metadata["loss"]]), [float(weight) for weight in json.loads(metadata["lambda"])]
    except (KeyError, ValueError, TypeError) as error:
        raise InputError(f"'{source}' does not say its loss and lambdas; expected metadata as `export` writes it") from error


class DecoderFineTuning(LatentFineTuning):
    """The network, an optimizer for g_s, and crops of latents."""

    def __init__(
        self, network: nn.Module, pictures: list[PictureLatents], distortion: Distortion, lambdas: list[float], options: FineTuningOptions,
        device: torch.device,
    ):
        network.to(device, memory_format=torch.channels_last)
        super().__init__(network, network.g_s, options.checked())
        self.device, self.distortion = device, distortion
        self.lambdas = torch.tensor(lambdas, device=device)
        self.inverse_gains = 1 / network.gain.effective().detach()
        if len(lambdas) != len(self.inverse_gains):
            raise InputError(f"{len(lambdas)} lambdas for a network of {len(self.inverse_gains)} rates; one each is expected")
        self.sampler = LatentCropSampler(pictures, options.crop, options.seed)
        self.precision = precision_named(options.precision)

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
        self.apply_gradients()
        return {"loss": loss.item(), "distortion": distortion.mean().item()}
