"""`fine-tune-decoder`."""

import argparse
import dataclasses
import json
import sys
from pathlib import Path
from typing import TypeVar

from .decoder_fine_tuning import METADATA_KEY, TRAINED, DecoderFineTuning, FineTuningOptions, loss_of_file
from .errors import InputError
from .latent_folder import LatentFolder
from .photographs import picture_paths
from .picture_latents import latents_of_network, latents_of_simulator
from .safetensors_file import read_tensors
from .training import default_device
from .weights_file import read_network, write_fine_tuned

# A data class of options.
Options = TypeVar("Options")
FILE_NAME = "network.safetensors"
# What the metadata says of a control's latents.
ROUNDED = "rounded by the float network"


def add_command(commands: argparse._SubParsersAction) -> None:
    tune = commands.add_parser("fine-tune-decoder", help="train the synthesis on latents that the simulator quantized")
    tune.add_argument("--weights", type=Path, required=True, help="float network file to start from")
    tune.add_argument("--photos", type=Path, required=True, help="folder of the photographs")
    tune.add_argument("--latents", type=Path, help="folder that `intaglio latents PHOTOS` wrote; without it the float network rounds: a control")
    tune.add_argument("--quantizer", help="with --latents: whose latents")
    tune.add_argument("--run", type=Path, required=True, help=f"folder for {FILE_NAME}")
    tune.add_argument("--photographs", type=int, help="without --latents: at most so many, evenly spaced by name")
    tune.add_argument("--log-every", type=int, default=100)
    add_options(tune, FineTuningOptions())
    tune.set_defaults(action=_fine_tune)


def add_options(parser: argparse.ArgumentParser, defaults: Options, prefix: str = "") -> None:
    """An option for each field of a data class of options; `prefix` stands in front of every name."""
    for field in dataclasses.fields(defaults):
        value = getattr(defaults, field.name)
        parser.add_argument("--" + (prefix + field.name).replace("_", "-"), type=field.type, default=value, help=f"default {value}")


def options_of(kind: type[Options], chosen: argparse.Namespace, prefix: str = "") -> Options:
    return kind(**{field.name: getattr(chosen, prefix + field.name) for field in dataclasses.fields(kind)}).checked()


def _fine_tune(chosen: argparse.Namespace) -> None:
    fine_tune(chosen.weights, chosen.photos, chosen.latents, chosen.quantizer, chosen.run, options_of(FineTuningOptions, chosen), chosen.photographs, chosen.log_every)


def fine_tune(
    weights: Path, photos: Path, latents: Path | None, quantizer: str | None, run: Path, options: FineTuningOptions, photographs: int | None, log_every: int
) -> None:
    """Trains, and writes FILE_NAME into `run`."""
    if (latents is None) != (quantizer is None):
        raise InputError("--latents and --quantizer go together; without both the float network rounds its latents itself")
    if log_every < 1 or (photographs is not None and photographs < 1):
        raise InputError("--log-every and --photographs count: 1 or more is expected")
    network = read_network(weights)
    distortion, lambdas = loss_of_file(read_tensors(weights)[1], str(weights))
    if latents:
        pictures = latents_of_simulator(network, LatentFolder(latents, quantizer), photos)
    else:
        pictures = latents_of_network(network, evenly_spaced(picture_paths([photos]), photographs))
    tuning = DecoderFineTuning(network, pictures, distortion, lambdas, options, default_device())
    sampler = tuning.sampler
    print(f"{len(sampler.pictures)} photographs, {sampler.skipped} too small; device {tuning.device.type}; {options}", file=sys.stderr, flush=True)
    tuning.run(log_every)
    note = {"latents": quantizer or ROUNDED} | dataclasses.asdict(options)
    write_fine_tuned(run / FILE_NAME, weights, network, TRAINED, {METADATA_KEY: json.dumps(note)})


def evenly_spaced(paths: list[Path], count: int | None) -> list[Path]:
    """As the simulator chooses with `--pictures`."""
    count = min(count or len(paths), len(paths))
    return [paths[index * len(paths) // count] for index in range(count)]
