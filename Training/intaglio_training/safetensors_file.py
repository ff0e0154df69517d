"""The `.safetensors` container for float32 tensors, with a byte-for-byte repeatable header.

    | 8 bytes: header length, little-endian | header: JSON, spaces to a multiple of 8 | tensors, packed |

Tensors keep the order they are given in; the header is sorted like them, metadata first.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy

from .atomic_file import write_whole
from .errors import InputError

LENGTH_BYTES = 8
ELEMENT_BYTES = 4


def write_tensors(path: Path, tensors: Mapping[str, numpy.ndarray], metadata: Mapping[str, str]) -> None:
    header: dict[str, object] = {"__metadata__": dict(sorted(metadata.items()))}
    offset = 0
    for name, tensor in tensors.items():
        end = offset + ELEMENT_BYTES * tensor.size
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)

    def write(unfinished: Path) -> None:
        with open(unfinished, "wb") as file:
            file.write(len(text).to_bytes(LENGTH_BYTES, "little"))
            file.write(text)
            for tensor in tensors.values():
                file.write(numpy.ascontiguousarray(tensor, dtype="<f4").tobytes())

    write_whole(path, write)


def read_tensors(path: Path) -> tuple[dict[str, numpy.ndarray], dict[str, str]]:
    """Tensors by name, and the metadata."""
    try:
        contents = path.read_bytes()
    except OSError as error:
        raise InputError(f"'{path}' cannot be read: {error.strerror}") from error
    try:
        start = LENGTH_BYTES + int.from_bytes(contents[:LENGTH_BYTES], "little")
        header = json.loads(contents[LENGTH_BYTES:start])
        metadata = header.pop("__metadata__", {})
        return {name: _tensor(contents[start:], entry) for name, entry in header.items()}, metadata
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"'{path}' is not a float32 safetensors file: {error}") from error


def _tensor(body: bytes, entry: dict) -> numpy.ndarray:
    if entry["dtype"] != "F32":
        raise ValueError(f"element type {entry['dtype']}, F32 is expected")
    first, end = entry["data_offsets"]
    return numpy.frombuffer(body[first:end], dtype="<f4").reshape(entry["shape"])
