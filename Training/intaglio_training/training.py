"""The training loop: resumable, and exact in what it repeats."""

import dataclasses
import math
import signal
import time
from pathlib import Path

import torch
from torch import Tensor, nn

from .checkpoint import FILE_NAME, Checkpoint, noise_states, read_checkpoint, restore_noise, write_checkpoint
from .errors import InputError, Interrupted
from .learning_rate import learning_rate_at
from .losses import distortion_named, log_distortion, loss_of_pictures, other_distortion
from .optimizers import make_optimizer
from .options import FIXED_ON_RESUME, Options
from .photographs import CropSampler
from .precision import precision_named
from .running_means import RunningMeans
from .zoo import make_network


def default_device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def merged_options(stored: Options, changes: dict) -> Options:
    """The options of a run that goes on: what its tensors depend on may not change."""
    for name in FIXED_ON_RESUME:
        if name in changes and changes[name] != getattr(stored, name):
            raise InputError(f"the run was started with {name} {getattr(stored, name)}, not {changes[name]}; start another run")
    return dataclasses.replace(stored, **changes).checked()


class Training:
    """One run: the network, its optimizer and its photographs. `step` counts finished steps.

    `network` is a fresh one of the options' kind where none is given. A network may group its parameters for the optimizer (`parameter_groups`); a group's
    `rate_factor` multiplies the learning rate.
    """

    def __init__(
        self, options: Options, photographs: list[Path], device: torch.device | None = None, network: nn.Module | None = None
    ):
        self.options = options
        self.device = device or default_device()
        torch.manual_seed(options.seed)
        self.network = network or make_network(options.network, options.channels, options.latent_channels, len(options.lambdas))
        self.network.to(self.device, memory_format=torch.channels_last)
        self.network.precision, self.network.surrogate = precision_named(options.precision), options.surrogate
        groups = self.network.parameter_groups() if hasattr(self.network, "parameter_groups") else [{"params": self.network.parameters()}]
        self.optimizer = make_optimizer(options.optimizer, groups, options.learning_rate)
        self.sampler = CropSampler(photographs, options.crop, options.seed, options.dimmed, options.plain)
        self.lambdas = torch.tensor(options.lambdas, device=self.device)
        self.distortion = distortion_named(options.loss)
        self.step = 0

    @classmethod
    def resumed(
        cls, run: Path, changes: dict, photographs: list[Path], device: torch.device | None = None, network: nn.Module | None = None
    ) -> "Training":
        """Goes on from the checkpoint in the folder `run`, with some options changed."""
        checkpoint = read_checkpoint(run / FILE_NAME)
        training = cls(merged_options(checkpoint.options, changes), photographs, device, network)
        training.network.load_state_dict(checkpoint.network)
        training.optimizer.load_state_dict(checkpoint.optimizer)
        training.sampler.generator.set_state(checkpoint.crop_state)
        restore_noise(checkpoint)
        training.step = checkpoint.step
        return training

    def checkpoint(self) -> Checkpoint:
        noise, gpu_noise = noise_states()
        return Checkpoint(
            self.options, self.step, self.network.state_dict(), self.optimizer.state_dict(),
            self.sampler.generator.get_state(), noise, gpu_noise,
        )

    def rates_of_batch(self) -> Tensor:
        """Each rate as often as any other, over consecutive batches."""
        first = self.step * self.options.batch
        return torch.arange(first, first + self.options.batch, device=self.device) % len(self.lambdas)

    def take_step(self) -> dict[str, float]:
        """One step of the optimizer; the means of loss, bpp and distortion over the batch, before it."""
        pictures = self.sampler.batch(self.options.batch).to(self.device, memory_format=torch.channels_last)
        rates = self.rates_of_batch()
        self.network.train()
        coded = self.network(pictures, rates)
        bpp = coded.bits / (pictures.shape[2] * pictures.shape[3])
        distortion = self.distortion(pictures, coded.reconstruction)
        loss = loss_of_pictures(self.options.loss, self.options.weighting, self.lambdas[rates], distortion, bpp, (1 + self.options.slant) ** rates)
        for weight, name in ((self.options.fidelity, self.options.loss), (self.options.companion, other_distortion(self.options.loss))):
            if weight:
                loss = loss + weight * log_distortion(name, pictures, coded.reconstruction)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        limit = self.options.gradient_norm or math.inf
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), limit)
        if not math.isfinite(norm.item()):
            raise InputError(f"step {self.step + 1}: the gradient is not finite; --resume with a smaller --learning-rate")
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate_at(self.step, self.options) * group.get("rate_factor", 1)
        self.optimizer.step()
        self.step += 1
        return {"loss": loss.item(), "bpp": bpp.mean().item(), "distortion": distortion.mean().item()}


class Interruption:
    """While entered, SIGINT and SIGTERM only set `asked`: the loop then writes a checkpoint and ends."""

    def __enter__(self) -> "Interruption":
        self.asked = False
        self.previous = {number: signal.signal(number, self._ask) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_) -> None:
        for number, handler in self.previous.items():
            signal.signal(number, handler)

    def _ask(self, number, frame) -> None:
        self.asked = True


def run_training(training: Training, run: Path, checkpoint_every: int, log_every: int) -> None:
    """Steps until the last one; `Interrupted` when a signal came before it.

    Logs one line per `log_every` steps to standard output; the checkpoint in `run` is replaced every
    `checkpoint_every` steps and at the end.
    """
    log = StepLog(training)
    with Interruption() as interruption:
        while training.step < training.options.steps and not interruption.asked:
            log.add(training.take_step())
            if training.step % log_every == 0:
                log.print_line()
            if training.step % checkpoint_every == 0:
                write_checkpoint(run / FILE_NAME, training.checkpoint())
        write_checkpoint(run / FILE_NAME, training.checkpoint())
    if training.step < training.options.steps:
        raise Interrupted(f"interrupted after step {training.step}")


class StepLog:
    """Lines of means since the line before, with the speed."""

    def __init__(self, training: Training):
        self.training = training
        self.means = RunningMeans()
        self.started, self.started_step = time.monotonic(), training.step

    def add(self, figures: dict[str, float]) -> None:
        self.means.add(figures)

    def print_line(self) -> None:
        now, step = time.monotonic(), self.training.step
        speed = (step - self.started_step) / (now - self.started)
        rate = learning_rate_at(step - 1, self.training.options)
        print(f"step {step} {self.means.taken()} learning-rate {rate:.3g} steps-per-second {speed:.3f}", flush=True)
        self.started, self.started_step = now, step
