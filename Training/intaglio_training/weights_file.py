"""The float network file: effective values under the keys that the simulator imports.

A trained network holds square roots of beta and gamma and logarithms of gains, which suit an optimizer.
The file holds what the formulas use: `*.beta`, `*.gamma` [i][j], `gain` [rates][M]; all else is as trained.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy
import torch
from torch import Tensor, nn

from .errors import InputError
from .losses import SENTENCES
from .normalization import BETA_MINIMUM, GAMMA_MINIMUM, effective_from_stored, stored_from_effective
from .options import Options
from .safetensors_file import read_tensors, write_tensors
from .zoo import NETWORKS, make_network

Conversion = Callable[[Tensor], Tensor]
# Learned ranges of a network that was fine-tuned through the quantizer: the simulator's, not the float network's.
RANGES = "ranges."

# suffix of the parameter -> suffix of the key, effective from trained, trained from effective
CONVERSIONS: dict[str, tuple[str, Conversion, Conversion]] = {
    ".stored_beta": (".beta", lambda p: effective_from_stored(p, BETA_MINIMUM), stored_from_effective),
    ".stored_gamma": (".gamma", lambda p: effective_from_stored(p, GAMMA_MINIMUM), stored_from_effective),
    ".logarithm": ("", torch.exp, torch.log),
}


def _conversion(parameter: str) -> tuple[str, Conversion, Conversion]:
    """The key of a parameter and its two conversions, each on float64."""
    for suffix, (replacement, to_effective, to_trained) in CONVERSIONS.items():
        if parameter.endswith(suffix):
            return parameter.removesuffix(suffix) + replacement, to_effective, to_trained
    return parameter, lambda p: p, lambda p: p


def effective_tensors(network: nn.Module) -> dict[str, numpy.ndarray]:
    """Every tensor of the file, in the order of the network's parameters."""
    tensors = {}
    for parameter, trained in network.named_parameters():
        key, to_effective, _ = _conversion(parameter)
        tensors[key] = to_effective(trained.detach().cpu().double()).float().numpy()
    return tensors


def load_effective_tensors(network: nn.Module, tensors: dict[str, numpy.ndarray], source: str) -> None:
    """Fills the network; every key must be there with its shape, and no other but learned ranges, which a float network has no use for."""
    remaining = {key: tensor for key, tensor in tensors.items() if not key.startswith(RANGES)}
    with torch.no_grad():
        for parameter, trained in network.named_parameters():
            key, _, to_trained = _conversion(parameter)
            if key not in remaining:
                raise InputError(f"'{source}' lacks tensor '{key}'")
            tensor = torch.from_numpy(remaining.pop(key).astype(numpy.float64))
            if tensor.shape != trained.shape:
                raise InputError(f"'{source}': '{key}' has shape {list(tensor.shape)}, expected {list(trained.shape)}")
            trained.copy_(to_trained(tensor))
    if remaining:
        raise InputError(f"'{source}' has tensors the network does not: {', '.join(sorted(remaining))}")


def metadata_of(network: nn.Module, options: Options, step: int) -> dict[str, str]:
    return {
        "architecture": network.architecture,
        "network": options.network,
        "N": str(options.channels),
        "M": str(options.latent_channels),
        "lambda": json.dumps(list(options.lambdas)),
        "loss": SENTENCES[options.loss],
        "step": str(step),
        "seed": str(options.seed),
        "gdn": "y = x / sqrt(beta + gamma x^2), effective beta and gamma stored",
    }


def write_network(
    path: Path, network: nn.Module, options: Options, step: int, ranges: Mapping[str, Tensor] | None = None, half_weights: bool = False
) -> None:
    """`ranges`: learned ranges by their keys, where there are any. `half_weights` rounds the kernels of the convolutions to float16: half the
    file; the rounded values are the network from then on."""
    tensors = effective_tensors(network)
    if half_weights:
        tensors = {key: tensor.astype(numpy.float16) if tensor.ndim == 4 else tensor for key, tensor in tensors.items()}
    learned = {key: values.cpu().float().numpy() for key, values in (ranges or {}).items()}
    write_tensors(path, tensors | learned, metadata_of(network, options, step))


def read_network(path: Path) -> nn.Module:
    """The network of a float file, its kind and sizes taken from the metadata."""
    tensors, metadata = read_tensors(path)
    names = {kind.architecture: name for name, kind in NETWORKS.items()}
    name = metadata.get("network") or names.get(metadata.get("architecture", ""), "")
    if name not in NETWORKS or "gain" not in tensors:
        raise InputError(f"'{path}' names no known network; expected one of: {', '.join(NETWORKS)}")
    network = make_network(name, int(metadata["N"]), int(metadata["M"]), tensors["gain"].shape[0])
    load_effective_tensors(network, tensors, str(path))
    return network


def write_fine_tuned(path: Path, source: Path, network: nn.Module, part: str, notes: dict[str, str]) -> None:
    """The file `source` with the tensors of one part of the network (`g_s.`) in the place of its own, and `notes` in its metadata; every other tensor
    byte for byte as it was."""
    tensors, metadata = read_tensors(source)
    trained = effective_tensors(network)
    write_tensors(path, {name: trained[name] if name.startswith(part) else tensor for name, tensor in tensors.items()}, metadata | notes)
