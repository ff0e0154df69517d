"""`fine-tune-hyper-decoder`."""

import argparse
import sys
from pathlib import Path

from .hyper_decoder_fine_tuning import (
    METADATA_KEY, TRAINED, HyperDecoderFineTuning, HyperFineTuningOptions, predicted_of_network, predicted_of_simulator,
)
from .latent_fine_tuning_command import add_arguments, check_source, evenly_spaced, options_of, write_tuned
from .latent_folder import LatentFolder
from .photographs import picture_paths
from .training import default_device
from .weights_file import read_network


def add_command(commands: argparse._SubParsersAction) -> None:
    tune = commands.add_parser("fine-tune-hyper-decoder", help="train the hyper-synthesis on latents that the simulator quantized")
    source = tune.add_mutually_exclusive_group(required=True)
    source.add_argument("--latents", type=Path, help="folder that `intaglio latents PHOTOS` wrote")
    source.add_argument("--photos", type=Path, help="folder of photographs whose latents the float network rounds: a control")
    add_arguments(tune, HyperFineTuningOptions())
    tune.set_defaults(action=_fine_tune)


def _fine_tune(chosen: argparse.Namespace) -> None:
    options = options_of(HyperFineTuningOptions, chosen)
    fine_tune(chosen.weights, chosen.photos, chosen.latents, chosen.quantizer, chosen.run, options, chosen.photographs, chosen.log_every)


def fine_tune(
    weights: Path, photos: Path | None, latents: Path | None, quantizer: str | None, run: Path, options: HyperFineTuningOptions, photographs: int | None,
    log_every: int,
) -> None:
    """Trains, and writes FILE_NAME into `run`. `photos` and `photographs` count without `latents` alone."""
    check_source(latents, quantizer, photographs, log_every)
    network = read_network(weights)
    if latents:
        pictures = predicted_of_simulator(LatentFolder(latents, quantizer))
    else:
        pictures = predicted_of_network(network, evenly_spaced(picture_paths([photos]), photographs))
    tuning = HyperDecoderFineTuning(network, pictures, options, default_device())
    print(f"{len(pictures)} photographs; device {tuning.device.type}; {options}", file=sys.stderr, flush=True)
    tuning.run(log_every)
    write_tuned(run, weights, network, TRAINED, METADATA_KEY, options, quantizer)
