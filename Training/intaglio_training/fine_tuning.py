"""`fine-tune-quantized`: a trained network goes on training through the quantizer that the simulator will apply to it."""

import argparse
import dataclasses
import json
import sys
from pathlib import Path

from .checkpoint import FILE_NAME
from .errors import InputError, Interrupted
from .fake_quantized_network import FakeQuantizedNetwork
from .losses import SENTENCES
from .options import Options
from .photographs import picture_paths
from .precision import precision_named
from .quantized_file import QuantizedFile
from .safetensors_file import read_tensors
from .training import Training, run_training
from .weights_file import read_network, write_network

# What the network file decides.
OF_THE_FILE = ("network", "channels", "latent_channels", "loss", "lambdas")
DEFAULTS = {"steps": 1000, "decay_steps": 500, "warmup_steps": 20, "learning_rate": 5e-5, "final_learning_rate": 5e-6, "crop": 192}


def add_command(commands: argparse._SubParsersAction) -> None:
    command = commands.add_parser("fine-tune-quantized", help="go on training a network through the simulator's quantizer, and learn its ranges")
    command.add_argument("--weights", type=Path, required=True, help="float network file to start from")
    command.add_argument("--quantized", type=Path, required=True, help="what `intaglio quantize` made of it: laws, codebooks and first ranges")
    command.add_argument("--photos", type=Path, nargs="+", required=True, help="folders of photographs")
    command.add_argument("--run", type=Path, required=True, help="folder of the checkpoint")
    command.add_argument("--output", "-o", type=Path, required=True, help="float network file with learned ranges")
    command.add_argument(
        "--fixed-activations", action="store_true",
        help="keep the codebooks, steps and selects of --quantized and write no activation ranges; for the law 'table', which quantize fits anew",
    )
    command.add_argument("--half-weights", action="store_true", help="kernels rounded to float16: half the file")
    command.add_argument("--resume", action="store_true", help="go on from the checkpoint in --run")
    command.add_argument("--checkpoint-every", type=int, default=250)
    command.add_argument("--log-every", type=int, default=50)
    for field in dataclasses.fields(Options):
        if field.name not in OF_THE_FILE:
            flag = "--" + field.name.replace("_", "-")
            command.add_argument(flag, type=field.type, default=argparse.SUPPRESS, help=f"default {DEFAULTS.get(field.name, field.default)}")
    command.set_defaults(action=_fine_tune)


def options_of_file(path: Path, changes: dict) -> Options:
    """Kind, sizes, loss and lambdas of a float network file, with this command's defaults and the given changes."""
    tensors, metadata = read_tensors(path)
    loss = next((name for name, sentence in SENTENCES.items() if sentence == metadata.get("loss")), None)
    if loss is None or "lambda" not in metadata or "g_a.0.weight" not in tensors:
        raise InputError(f"'{path}' does not say how it was trained; a file that `export` wrote is expected")
    latent_channels, channels = tensors["g_a.6.weight"].shape[:2]
    network = metadata.get("network", "mbt2018-mean")
    fields = DEFAULTS | {"network": network, "channels": channels, "latent_channels": latent_channels, "loss": loss, "lambdas": tuple(json.loads(metadata["lambda"]))}
    return Options(**(fields | changes)).checked()


def start_fine_tuning(
    weights: Path, quantized: Path, options: Options, photographs: list[Path], resume_from: Path | None = None, learns_activations: bool = True
) -> Training:
    """A training of the fake-quantized network, fresh or from the checkpoint in the folder `resume_from`."""
    network = read_network(weights)
    network.precision, network.surrogate = precision_named(options.precision), options.surrogate
    fake = FakeQuantizedNetwork(network, QuantizedFile(quantized), learns_activations)
    if resume_from:
        try:
            return Training.resumed(resume_from, dataclasses.asdict(options), photographs, network=fake)
        except ValueError as error:
            raise InputError(f"the checkpoint in '{resume_from}' holds other groups of parameters ({error}); resume with --fixed-activations as the run was started") from error
    return Training(options, photographs, network=fake)


def _fine_tune(chosen: argparse.Namespace) -> None:
    if min(chosen.checkpoint_every, chosen.log_every) < 1:
        raise InputError("--checkpoint-every and --log-every count steps: 1 or more is expected")
    if not chosen.resume and (chosen.run / FILE_NAME).exists():
        raise InputError(f"'{chosen.run}' already holds a checkpoint; add --resume or name another folder")
    names = [field.name for field in dataclasses.fields(Options)]
    options = options_of_file(chosen.weights, {name: getattr(chosen, name) for name in names if hasattr(chosen, name)})
    training = start_fine_tuning(
        chosen.weights, chosen.quantized, options, picture_paths(chosen.photos), chosen.run if chosen.resume else None, not chosen.fixed_activations
    )
    print(f"device {training.device.type}; step {training.step} of {options.steps}; {json.dumps(dataclasses.asdict(options))}", file=sys.stderr, flush=True)
    interruption = None
    try:
        run_training(training, chosen.run, chosen.checkpoint_every, chosen.log_every)
    except Interrupted as error:
        interruption = error
    fake = training.network
    write_network(chosen.output, fake.network, training.options, training.step, fake.ranges(), half_weights=chosen.half_weights)
    if interruption:
        raise interruption
    print("finished", file=sys.stderr)
