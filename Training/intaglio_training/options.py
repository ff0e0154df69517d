"""Everything that decides what a training run computes, except the photographs."""

import dataclasses
from dataclasses import dataclass

from .errors import InputError
from .losses import ABSOLUTE, WEIGHTINGS
from .optimizers import check_optimizer
from .precision import precision_named
from .rounding import ROUNDING, check_surrogate

DEFAULT_LAMBDAS = {"mse": (0.0035, 0.0067, 0.013, 0.025), "ms-ssim": (4.58, 8.73, 16.64, 31.73)}


@dataclass(frozen=True)
class Options:
    """Sides in pixels; the learning rate falls by a cosine over the last `decay_steps` of `steps`;
    `gradient_norm` is the longest gradient a step follows, 0 for no limit. `precision` is that of the
    convolutions while training; bfloat16 takes less than half the time where the
    processor has its instructions. `surrogate` is what the syntheses see in training: rounded values, or noise. `weighting` says what a
    picture's loss counts: itself, its logarithm, or bits and decibels; beside it stand the logarithms of its distortion, with the weight `fidelity`, and of the other distortion, with the weight `companion`. `slant`: the distortion of rate r counts (1 + slant)^r times. `dimmed` and `plain`
    are the shares of crops that are exposed less, and that are of one colour."""

    network: str = "mbt2018-mean"
    channels: int = 64
    latent_channels: int = 96
    loss: str = "mse"
    weighting: str = ABSOLUTE
    fidelity: float = 0.0
    companion: float = 0.0
    slant: float = 0.0
    dimmed: float = 0.0
    plain: float = 0.0
    precision: str = "float32"
    surrogate: str = ROUNDING
    optimizer: str = "adam"
    lambdas: tuple[float, ...] = ()
    steps: int = 100_000
    decay_steps: int = 30_000
    warmup_steps: int = 100
    learning_rate: float = 1e-4
    final_learning_rate: float = 1e-5
    gradient_norm: float = 1.0
    batch: int = 8
    crop: int = 256
    seed: int = 1

    def checked(self) -> "Options":
        """The options with default lambdas filled in, or an error that names the field."""
        if self.loss not in DEFAULT_LAMBDAS:
            raise InputError(f"no loss is called '{self.loss}'; there are: {', '.join(DEFAULT_LAMBDAS)}")
        if self.weighting not in WEIGHTINGS:
            raise InputError(f"no weighting is called '{self.weighting}'; there are: {', '.join(WEIGHTINGS)}")
        precision_named(self.precision)
        check_optimizer(self.optimizer)
        check_surrogate(self.surrogate)
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, (int, float)) and value < 0 or (field.name in MUST_BE_POSITIVE and value == 0):
                raise InputError(f"{field.name} is {value}; a positive number is expected")
        if self.dimmed + self.plain > 1:
            raise InputError(f"dimmed is {self.dimmed} and plain {self.plain}; shares with a sum of at most 1 are expected")
        if self.crop % 64:
            raise InputError(f"crop is {self.crop}; a multiple of 64 is expected")
        if any(weight <= 0 for weight in self.lambdas):
            raise InputError(f"lambdas are {self.lambdas}; positive numbers are expected")
        return self if self.lambdas else dataclasses.replace(self, lambdas=DEFAULT_LAMBDAS[self.loss])


MUST_BE_POSITIVE = {"channels", "latent_channels", "steps", "learning_rate", "batch", "crop"}
# What a checkpoint's tensors depend on: these stay as they were when a run goes on.
FIXED_ON_RESUME = ("network", "channels", "latent_channels", "loss", "optimizer", "lambdas", "seed")
