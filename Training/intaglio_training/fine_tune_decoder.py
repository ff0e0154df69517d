"""`fine-tune-decoder`."""

import argparse
import sys
from pathlib import Path

from .decoder_fine_tuning import METADATA_KEY, TRAINED, DecoderFineTuning, FineTuningOptions, loss_of_file
from .latent_fine_tuning_command import add_arguments, check_source, evenly_spaced, options_of, write_tuned
from .latent_folder import LatentFolder
from .photographs import picture_paths
from .picture_latents import latents_of_network, latents_of_simulator
from .safetensors_file import read_tensors
from .training import default_device
from .weights_file import read_network


def add_command(commands: argparse._SubParsersAction) -> None:
    tune = commands.add_parser("fine-tune-decoder", help="train the synthesis on latents that the simulator quantized")
    tune.add_argument("--photos", type=Path, required=True, help="folder of the photographs")
    tune.add_argument("--latents", type=Path, help="folder that `intaglio latents PHOTOS` wrote; without it the float network rounds: a control")
    add_arguments(tune, FineTuningOptions())
    tune.set_defaults(action=_fine_tune)


def _fine_tune(chosen: argparse.Namespace) -> None:
    fine_tune(chosen.weights, chosen.photos, chosen.latents, chosen.quantizer, chosen.run, options_of(FineTuningOptions, chosen), chosen.photographs, chosen.log_every)


def fine_tune(
    weights: Path, photos: Path, latents: Path | None, quantizer: str | None, run: Path, options: FineTuningOptions, photographs: int | None, log_every: int
) -> None:
    """Trains, and writes FILE_NAME into `run`."""
    check_source(latents, quantizer, photographs, log_every)
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
    write_tuned(run, weights, network, TRAINED, METADATA_KEY, options, quantizer)
