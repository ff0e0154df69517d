"""`compare-encoders`: whether two quantized networks write the same streams.

A fine-tuned synthesis must leave everything in front of it as it was: codes, codebooks, multipliers, entropy tables. Only then are
the latents that it was tuned on the latents that it will see. A stream also names the digest of its whole network, which differs.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

from .errors import InputError
from .safetensors_file import ALL_TYPES, read_tensors

PREFIX = "quantized."
RECONSTRUCTION = "reconstructLatent"
# Of the network as a whole; the fields of single layers are below.
WHOLE_FIELDS = ("sizeMultiple", "inputs", "layers", "outputs", "latents", "rates", "codec")


@dataclass(frozen=True)
class QuantizedContents:
    """`network` is the JSON of the quantized network, `tensors` its tensors' types, shapes and bytes."""

    network: dict
    tensors: dict[str, tuple[str, tuple[int, ...], bytes]]

    @classmethod
    def read(cls, path: Path) -> "QuantizedContents":
        tensors, metadata = read_tensors(path, ALL_TYPES)
        if "quantized" not in metadata:
            raise InputError(f"'{path}' holds no quantized network; `intaglio quantize` writes one")
        own = {name.removeprefix(PREFIX): tensor for name, tensor in tensors.items() if name.startswith(PREFIX)}
        return cls(json.loads(metadata["quantized"]), {name: (tensor.dtype.str, tensor.shape, tensor.tobytes()) for name, tensor in own.items()})

    def synthesis(self) -> set[str]:
        """The layers that depend on the reconstructed latents."""
        behind = {layer["name"] for layer in self.network["layers"] if layer["operator"] == RECONSTRUCTION}
        start = set(behind)
        for layer in self.network["layers"]:
            if behind.intersection(layer["inputs"]):
                behind.add(layer["name"])
        return behind - start

    def encoder(self) -> dict[str, object]:
        """Everything that decides a stream, by name."""
        left_out = self.synthesis()
        parts = {name: tensor for name, tensor in self.tensors.items() if not any(name.startswith(f"{layer}.") for layer in left_out)}
        fields = {field: self.network.get(field) for field in WHOLE_FIELDS}
        fields |= {f"format of {entry['tensor']}": entry for entry in self.network["formats"] if entry["tensor"] not in left_out}
        fields |= {f"parameters of {entry['layer']}": entry for entry in self.network["parameters"] if entry["layer"] not in left_out}
        return parts | fields


def differing_parts(one: Path, other: Path) -> tuple[int, list[str]]:
    """How many parts both encoders have between them, and the names of those that differ."""
    first, second = QuantizedContents.read(one).encoder(), QuantizedContents.read(other).encoder()
    names = sorted(first.keys() | second.keys())
    return len(names), [name for name in names if name not in first or name not in second or first[name] != second[name]]


def require_equal_encoders(one: Path, other: Path) -> int:
    """The number of equal parts, or an error that names those that are not."""
    count, differing = differing_parts(one, other)
    if differing:
        raise InputError(f"'{other}' encodes otherwise than '{one}': {len(differing)} of {count} parts differ, first {', '.join(differing[:4])}")
    return count


def add_command(commands: argparse._SubParsersAction) -> None:
    compare = commands.add_parser("compare-encoders", help="check that two quantized networks write the same streams")
    compare.add_argument("networks", type=Path, nargs=2, metavar="NETWORK", help="file that `intaglio quantize --codec` wrote")
    compare.set_defaults(action=lambda chosen: print(f"{require_equal_encoders(*chosen.networks)} parts of both encoders are equal"))
