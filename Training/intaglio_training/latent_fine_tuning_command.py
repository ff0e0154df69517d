"""What the commands of both fine-tunings on fixed latents have in common."""

import argparse
import dataclasses
import json
from pathlib import Path
from typing import TypeVar

from torch import nn

from .errors import InputError
from .latent_fine_tuning import LatentFineTuningOptions
from .weights_file import write_fine_tuned

# A kind of options.
Options = TypeVar("Options", bound=LatentFineTuningOptions)
FILE_NAME = "network.safetensors"


def add_arguments(parser: argparse.ArgumentParser, defaults: Options) -> None:
    parser.add_argument("--weights", type=Path, required=True, help="float network file to start from")
    parser.add_argument("--quantizer", help="with --latents: whose latents")
    parser.add_argument("--run", type=Path, required=True, help=f"folder for {FILE_NAME}")
    parser.add_argument("--photographs", type=int, help="without --latents: at most so many, evenly spaced by name")
    parser.add_argument("--log-every", type=int, default=100)
    add_options(parser, defaults)


def add_options(parser: argparse.ArgumentParser, defaults: Options, prefix: str = "") -> None:
    """An option for each field of a data class of options; `prefix` stands in front of every name."""
    for field in dataclasses.fields(defaults):
        value = getattr(defaults, field.name)
        parser.add_argument("--" + (prefix + field.name).replace("_", "-"), type=field.type, default=value, help=f"default {value}")


def options_of(kind: type[Options], chosen: argparse.Namespace, prefix: str = "") -> Options:
    return kind(**{field.name: getattr(chosen, prefix + field.name) for field in dataclasses.fields(kind)}).checked()


def check_source(latents: Path | None, quantizer: str | None, photographs: int | None, log_every: int) -> None:
    if (latents is None) != (quantizer is None):
        raise InputError("--latents and --quantizer go together; without both the float network rounds its latents itself")
    if log_every < 1 or (photographs is not None and photographs < 1):
        raise InputError("--log-every and --photographs count: 1 or more is expected")


def evenly_spaced(paths: list[Path], count: int | None) -> list[Path]:
    """As the simulator chooses with `--pictures`."""
    count = min(count or len(paths), len(paths))
    return [paths[index * len(paths) // count] for index in range(count)]


def write_tuned(run: Path, weights: Path, network: nn.Module, part: str, key: str, options: LatentFineTuningOptions, quantizer: str | None) -> None:
    """FILE_NAME in `run`: `weights` with the trained part, and in its metadata what it was trained on and how."""
    note = {"latents": quantizer or "rounded by the float network"} | dataclasses.asdict(options)
    write_fine_tuned(run / FILE_NAME, weights, network, part, {key: json.dumps(note)})
