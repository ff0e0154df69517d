"""`convert`: a checkpoint of PyTorch (`.pth`, `.pth.tar`) as a safetensors file, which `intaglio import` reads."""

import argparse
import pickle
import re
import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy
import torch

from .errors import InputError
from .safetensors_file import write_tensors

# What a training loop saves the network's tensors under.
WRAPPER = "state_dict"
EXPECTED = f"only state dicts are read: tensors by name, or {{'{WRAPPER}': tensors by name}}; save network.state_dict()"


def add_command(commands: argparse._SubParsersAction) -> None:
    command = commands.add_parser("convert", help="a .pth or .pth.tar checkpoint as safetensors, for `intaglio import`")
    command.add_argument("checkpoint", type=Path)
    command.add_argument("--output", "-o", type=Path, required=True)
    command.set_defaults(action=_convert)


def state_dict_of(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a checkpoint by name, out of `{"state_dict": ...}` where it has one. Nothing in the file is run."""
    try:
        with open(path, "rb") as file:
            beginning = file.read(4)
    except OSError as error:
        raise InputError(f"'{path}' cannot be read: {error.strerror or error}") from error
    try:
        # What PyTorch would say of its own formats is no advice for the user of this command.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            contents = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # PyTorch gives damaged files errors of many kinds.
        raise InputError(_refusal(path, beginning, error)) from error
    if isinstance(contents, Mapping) and isinstance(contents.get(WRAPPER), Mapping):
        contents = contents[WRAPPER]
    if not isinstance(contents, Mapping):
        raise InputError(f"'{path}' holds {_class_name(contents)}; {EXPECTED}")
    if not contents:
        raise InputError(f"'{path}' holds a state dict without tensors; {EXPECTED}")
    for name, value in contents.items():
        if not isinstance(name, str) or not isinstance(value, torch.Tensor):
            raise InputError(f"'{path}', entry {str(name)[:100]!r}: {_class_name(value)}, where a tensor is expected; {EXPECTED}")
    return dict(contents)


def _class_name(value: object) -> str:
    kind = type(value)
    return kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"


def _refusal(path: Path, beginning: bytes, error: Exception) -> str:
    """Why PyTorch does not read a file, in words of this program: its own advise to run what stands in the file."""
    found = re.search(r"(?:GLOBAL|global|class) ([A-Za-z_][\w.]*\.[A-Za-z_]\w*)", str(error)) if isinstance(error, pickle.UnpicklingError) else None
    if found:
        return f"'{path}' holds an object of class {found[1]}, which is no tensor; {EXPECTED}"
    if not beginning:
        return f"'{path}' has no bytes; copy the whole file again"
    if beginning == b"PK\x03\x04" or beginning[:1] == b"\x80":
        return f"'{path}' is damaged, or holds more than tensors; copy the whole file again; {EXPECTED}"
    return f"'{path}' is no checkpoint of PyTorch: it begins with the bytes {beginning.hex(' ')}; {EXPECTED}"


def array_of(name: str, tensor: torch.Tensor) -> numpy.ndarray:
    """Floats of any other width become float32, Booleans uint8; other integers stay what they are."""
    if tensor.is_complex() or tensor.is_quantized or tensor.layout != torch.strided:
        raise InputError(f"tensor '{name}' is of a kind that networks here do not have: {tensor.dtype}, {tensor.layout}; save a dense tensor of floats")
    if tensor.dtype == torch.bool:
        tensor = tensor.to(torch.uint8)
    elif tensor.dtype.is_floating_point:
        tensor = tensor.to(torch.float32)
    return tensor.detach().contiguous().numpy()


def _convert(chosen: argparse.Namespace) -> None:
    contents = state_dict_of(chosen.checkpoint)
    tensors = {name: array_of(name, tensor) for name, tensor in sorted(contents.items())}
    write_tensors(chosen.output, tensors, {"source": "PyTorch state dict"})
    print(f"{chosen.output}: {len(tensors)} tensors, {sum(tensor.size for tensor in tensors.values())} elements")
    converted = [tensor for tensor in contents.values() if tensor.dtype.is_floating_point and tensor.dtype != torch.float32]
    if converted:
        kinds = ", ".join(sorted({str(tensor.dtype).removeprefix("torch.") for tensor in converted}))
        print(f"converted to float32: {len(converted)} tensors of {kinds}")
