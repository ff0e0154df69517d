"""All that a run needs to go on as if it had never stopped."""

import dataclasses
import json
import pickle
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from .atomic_file import write_whole
from .errors import InputError
from .options import Options

FILE_NAME = "checkpoint.pt"


@dataclass
class Checkpoint:
    """`step` counts finished steps; the random states are those of the crops and of the noise."""

    options: Options
    step: int
    network: dict
    optimizer: dict
    crop_state: Tensor
    noise_state: Tensor
    gpu_noise_state: Tensor | None


def noise_states() -> tuple[Tensor, Tensor | None]:
    return torch.get_rng_state(), torch.cuda.get_rng_state() if torch.cuda.is_available() else None


def restore_noise(checkpoint: Checkpoint) -> None:
    torch.set_rng_state(checkpoint.noise_state)
    if checkpoint.gpu_noise_state is not None and torch.cuda.is_available():
        torch.cuda.set_rng_state(checkpoint.gpu_noise_state)


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    contents = {field.name: getattr(checkpoint, field.name) for field in dataclasses.fields(checkpoint)}
    contents["options"] = json.dumps(dataclasses.asdict(checkpoint.options))
    write_whole(path, lambda unfinished: torch.save(contents, unfinished))


def read_checkpoint(path: Path) -> Checkpoint:
    if not path.is_file():
        raise InputError(f"there is no checkpoint '{path}'; start the run without --resume")
    try:
        contents = torch.load(path, map_location="cpu", weights_only=True)
        fields = json.loads(contents.pop("options"))
        fields["lambdas"] = tuple(fields["lambdas"])
        return Checkpoint(options=Options(**fields), **contents)
    except (RuntimeError, EOFError, pickle.UnpicklingError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"'{path}' is not a checkpoint of this program") from error
