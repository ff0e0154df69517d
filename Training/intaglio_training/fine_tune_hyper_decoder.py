"""`fine-tune-hyper-decoder`."""

import argparse
import dataclasses
import json
import sys
from pathlib import Path

from .errors import InputError
from .fine_tune_decoder import FILE_NAME, ROUNDED, add_options, evenly_spaced, options_of
from .hyper_decoder_fine_tuning import (
    METADATA_KEY, TRAINED, HyperDecoderFineTuning, HyperFineTuningOptions, predicted_of_network, predicted_of_simulator,
)
from .latent_folder import LatentFolder
from .photographs import picture_paths
from .training import default_device
from .weights_file import read_network, write_fine_tuned


def add_command(commands: argparse._SubParsersAction) -> None:
    tune = commands.add_parser("fine-tune-hyper-decoder", help="train the hyper-synthesis on latents that the simulator quantized")
    tune.add_argument("--weights", type=Path, required=True, help="float network file to start from")
    source = tune.add_mutually_exclusive_group(required=True)
    source.add_argument("--latents", type=Path, help="folder that `intaglio latents PHOTOS` wrote")
    source.add_argument("--photos", type=Path, help="folder of photographs whose latents the float network rounds: a control")
    tune.add_argument("--quantizer", help="with --latents: whose latents")
    tune.add_argument("--run", type=Path, required=True, help=f"folder for {FILE_NAME}")
    tune.add_argument("--photographs", type=int, help="with --photos: at most so many, evenly spaced by name")
    tune.add_argument("--log-every", type=int, default=100)
    add_options(tune, HyperFineTuningOptions())
    tune.set_defaults(action=_fine_tune)


def _fine_tune(chosen: argparse.Namespace) -> None:
    options = options_of(HyperFineTuningOptions, chosen)
    fine_tune(chosen.weights, chosen.photos, chosen.latents, chosen.quantizer, chosen.run, options, chosen.photographs, chosen.log_every)


def fine_tune(
    weights: Path, photos: Path | None, latents: Path | None, quantizer: str | None, run: Path, options: HyperFineTuningOptions, photographs: int | None,
    log_every: int,
) -> None:
    """Trains, and writes FILE_NAME into `run`. `photos` and `photographs` count without `latents` alone."""
    if (latents is None) != (quantizer is None):
        raise InputError("--latents and --quantizer go together; without both the float network rounds the latents of --photos itself")
    if log_every < 1 or (photographs is not None and photographs < 1):
        raise InputError("--log-every and --photographs count: 1 or more is expected")
    network = read_network(weights)
    if latents:
        pictures = predicted_of_simulator(LatentFolder(latents, quantizer))
    else:
        pictures = predicted_of_network(network, evenly_spaced(picture_paths([photos]), photographs))
    tuning = HyperDecoderFineTuning(network, pictures, options, default_device())
    print(f"{len(pictures)} photographs; device {tuning.device.type}; {options}", file=sys.stderr, flush=True)
    tuning.run(log_every)
    note = {"latents": quantizer or ROUNDED} | dataclasses.asdict(options)
    write_fine_tuned(run / FILE_NAME, weights, network, TRAINED, {METADATA_KEY: json.dumps(note)})
