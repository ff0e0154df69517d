"""`unpack`: the float weights that a network file of the simulator carries, as a float file to train on from."""

import argparse
import json
from pathlib import Path

import numpy

from .errors import InputError
from .options import DEFAULT_LAMBDAS, Options
from .safetensors_file import ALL_TYPES, read_tensors
from .weights_file import load_effective_tensors, write_network
from .zoo import make_network

FLOAT = "float."
# The letters of a stage of the prior in the two files.
PRIOR_LETTERS = {"matrix": "m", "bias": "b", "factor": "a"}


def add_command(commands: argparse._SubParsersAction) -> None:
    command = commands.add_parser("unpack", help="take the float weights out of a network file of the simulator")
    command.add_argument("--network", type=Path, required=True, help="a mean-scale hyperprior that `intaglio import` or `quantize` wrote, or a bundled one")
    command.add_argument("--loss", required=True, choices=list(DEFAULT_LAMBDAS), help="what it was trained for; the file does not say")
    command.add_argument("--lambdas", type=float, nargs="+", help="one per rate, rising; default: those of the loss")
    command.add_argument("--output", "-o", type=Path, required=True, help="the float file")
    command.set_defaults(action=_unpack)


def effective_tensors_of(path: Path) -> dict[str, numpy.ndarray]:
    """Under PyTorch's keys and in its orders, as `export` writes them."""
    tensors, metadata = read_tensors(path, ALL_TYPES)
    if "float" not in metadata:
        raise InputError(f"'{path}' carries no float network; expected a file of `intaglio import`, or of `quantize` without --without-float")
    transposed = {layer["name"] for layer in json.loads(metadata["float"])["layers"] if layer["operator"] == "transposedConvolution"}
    unpacked = {}
    for name, values in tensors.items():
        if not name.startswith(FLOAT):
            continue
        place, kind = name.removeprefix(FLOAT).rsplit(".", 1)
        if place.startswith("prior."):
            stage = place.removeprefix("prior.")
            unpacked[f"prior.{PRIOR_LETTERS[kind]}.{stage}"] = values if kind == "matrix" else values[:, :, None]
        elif kind == "weights":
            unpacked[f"{place}.weight"] = values.transpose(3, 0, 1, 2) if place in transposed else values.transpose(0, 3, 1, 2)
        elif place == "g_a.6" and kind == "rateGains":
            unpacked["gain"] = values
        elif kind in ("bias", "beta", "gamma"):
            unpacked[f"{place}.{kind}"] = values
    return unpacked


def _unpack(chosen: argparse.Namespace) -> None:
    tensors = effective_tensors_of(chosen.network)
    if "gain" not in tensors or "g_a.6.weight" not in tensors:
        raise InputError(f"'{chosen.network}' is no mean-scale hyperprior with rate gains")
    latent_channels, channels = tensors["g_a.6.weight"].shape[:2]
    lambdas = tuple(chosen.lambdas or DEFAULT_LAMBDAS[chosen.loss])
    rates = len(tensors["gain"])
    if len(lambdas) != rates:
        raise InputError(f"--lambdas: {len(lambdas)} are given, the network has {rates} rates")
    options = Options(channels=int(channels), latent_channels=int(latent_channels), loss=chosen.loss, lambdas=lambdas).checked()
    network = make_network(options.network, options.channels, options.latent_channels, rates)
    load_effective_tensors(network, tensors, str(chosen.network))
    write_network(chosen.output, network, options, step=0)
