"""The learning rate at a step: a short rise, a plateau, a cosine fall at the end."""

import math

from .options import Options


def learning_rate_at(step: int, options: Options) -> float:
    """`step` counts from 0. Because the plateau does not depend on `steps`, a run can be made longer
    or brought to its end early without having taken a different path until then."""
    if step < options.warmup_steps:
        return options.learning_rate * (step + 1) / options.warmup_steps
    start = options.steps - options.decay_steps
    if step < start or not options.decay_steps:
        return options.learning_rate
    fraction = min(1.0, (step - start) / options.decay_steps)
    height = 0.5 * (1 + math.cos(math.pi * fraction))
    return options.final_learning_rate + height * (options.learning_rate - options.final_learning_rate)
