"""What both fine-tunings on latents that are quantized for good have in common: options, the optimizer's step, the loop."""

import math
import time
from dataclasses import dataclass

from torch import nn

from .errors import InputError
from .learning_rate import learning_rate_at
from .optimizers import check_optimizer, make_optimizer
from .running_means import RunningMeans


@dataclass(frozen=True)
class LatentFineTuningOptions:
    """As in `Options`."""

    steps: int
    warmup_steps: int
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

    def check(self, *positive: str) -> None:
        """`positive` names fields beside its own."""
        check_optimizer(self.optimizer)
        for name in ("steps", "learning_rate", "batch", *positive):
            if getattr(self, name) <= 0:
                raise InputError(f"{name} is {getattr(self, name)}; a positive number is expected")


class LatentFineTuning:
    """Trains one part of a frozen network; `step` counts finished steps. A kind of fine-tuning defines `take_step`."""

    def __init__(self, network: nn.Module, trained: nn.Module, options: LatentFineTuningOptions):
        self.network, self.trained, self.options = network, trained, options
        network.requires_grad_(False)
        trained.requires_grad_(True)
        self.optimizer = make_optimizer(options.optimizer, trained.parameters(), options.learning_rate)
        self.step = 0

    def take_step(self) -> dict[str, float]:
        """One step; means over the batch, before it."""
        raise NotImplementedError

    def apply_gradients(self) -> None:
        """What a step ends with, once the loss was propagated back."""
        norm = nn.utils.clip_grad_norm_(self.trained.parameters(), self.options.gradient_norm or math.inf)
        if not math.isfinite(norm.item()):
            raise InputError(f"step {self.step + 1}: the gradient is not finite; start again with a smaller --learning-rate")
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate_at(self.step, self.options)
        self.optimizer.step()
        self.step += 1

    def run(self, log_every: int) -> None:
        """All steps, a line of means every `log_every` of them."""
        means, started = RunningMeans(), time.monotonic()
        while self.step < self.options.steps:
            means.add(self.take_step())
            if self.step % log_every == 0:
                speed = self.step / (time.monotonic() - started)
                print(f"step {self.step} {means.taken()} steps-per-second {speed:.3f}", flush=True)
