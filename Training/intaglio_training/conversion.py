"""`convert`: a checkpoint of PyTorch (`.pth`, `.pth.tar`) as a safetensors file, which `intaglio import` reads."""

import argparse
import pickle
from collections.abc import Mapping
from pathlib import Path

import numpy
import torch

from .errors import InputError
from .safetensors_file import write_tensors

# What a training loop saves the network's tensors under.
WRAPPER = "state_dict"


def add_command(commands: argparse._SubParsersAction) -> None:
    command = commands.add_parser("convert", help="a .pth or .pth.tar checkpoint as safetensors, for `intaglio import`")
    command.add_argument("checkpoint", type=Path)
    command.add_argument("--output", "-o", type=Path, required=True)
    command.set_defaults(action=_convert)


def state_dict_of(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a checkpoint by name, out of `{"state_dict": ...}` where it has one. Nothing in the file is run."""
    try:
        contents = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise InputError(f"'{path}' cannot be read: {error.strerror or error}") from error
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise InputError(f"'{path}' is no checkpoint of tensors alone, which is all that is read: {reason}") from error
    if isinstance(contents, Mapping) and isinstance(contents.get(WRAPPER), Mapping):
        contents = contents[WRAPPER]
    if not isinstance(contents, Mapping) or not contents:
        raise InputError(f"'{path}' holds {type(contents).__name__}; expected tensors by name, or {{\"{WRAPPER}\": ...}}; save network.state_dict()")
    for name, value in contents.items():
        if not isinstance(name, str) or not isinstance(value, torch.Tensor):
            raise InputError(f"'{path}', entry '{name}': {type(value).__name__}, a tensor is expected; save network.state_dict()")
    return dict(contents)


def array_of(name: str, tensor: torch.Tensor) -> numpy.ndarray:
    """float64 and bfloat16 become float32; integers and float16 stay what they are."""
    if tensor.is_complex() or tensor.is_quantized or tensor.is_sparse:
        raise InputError(f"tensor '{name}' is of a kind that networks here do not have: {tensor.dtype}, {tensor.layout}")
    if tensor.dtype == torch.bool:
        tensor = tensor.to(torch.uint8)
    elif tensor.dtype.is_floating_point and tensor.dtype != torch.float16:
        tensor = tensor.to(torch.float32)
    return tensor.detach().contiguous().numpy()


def _convert(chosen: argparse.Namespace) -> None:
    tensors = {name: array_of(name, tensor) for name, tensor in sorted(state_dict_of(chosen.checkpoint).items())}
    write_tensors(chosen.output, tensors, {"source": "PyTorch state dict"})
    print(f"{chosen.output}: {len(tensors)} tensors, {sum(tensor.size for tensor in tensors.values())} elements")
