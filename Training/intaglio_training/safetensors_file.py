"""The `.safetensors` container, with a byte-for-byte repeatable header.

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
FLOAT_TYPES = {"F16": "<f2", "F32": "<f4"}
ALL_TYPES = FLOAT_TYPES | {"U8": "u1", "I8": "i1", "U16": "<u2", "I16": "<i2", "U32": "<u4", "I32": "<i4", "I64": "<i8"}
WORDS = {kind: word for word, kind in ALL_TYPES.items()}


def write_tensors(path: Path, tensors: Mapping[str, numpy.ndarray], metadata: Mapping[str, str]) -> None:
    """float16 arrays as F16, integers as what they are, all others as F32."""
    words = {name: WORDS.get(tensor.dtype.str.replace("|", ""), "F32") for name, tensor in tensors.items()}
    header: dict[str, object] = {"__metadata__": dict(sorted(metadata.items()))}
    offset = 0
    for name, tensor in tensors.items():
        end = offset + numpy.dtype(ALL_TYPES[words[name]]).itemsize * tensor.size
        header[name] = {"dtype": words[name], "shape": list(tensor.shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)

    def write(unfinished: Path) -> None:
        with open(unfinished, "wb") as file:
            file.write(len(text).to_bytes(LENGTH_BYTES, "little"))
            file.write(text)
            for name, tensor in tensors.items():
                file.write(numpy.ascontiguousarray(tensor, dtype=ALL_TYPES[words[name]]).tobytes())

    write_whole(path, write)


def read_tensors(path: Path, types: Mapping[str, str] = FLOAT_TYPES) -> tuple[dict[str, numpy.ndarray], dict[str, str]]:
    """Tensors by name, and the metadata; an element type outside `types` is refused. float16 becomes float32."""
    try:
        contents = path.read_bytes()
    except OSError as error:
        raise InputError(f"'{path}' cannot be read: {error.strerror}") from error
    try:
        start = LENGTH_BYTES + int.from_bytes(contents[:LENGTH_BYTES], "little")
        header = json.loads(contents[LENGTH_BYTES:start])
        metadata = header.pop("__metadata__", {})
        return {name: _tensor(contents[start:], entry, types) for name, entry in header.items()}, metadata
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        kind = "float" if types is FLOAT_TYPES else "readable"
        raise InputError(f"'{path}' is not a {kind} safetensors file: {error}") from error


def _tensor(body: bytes, entry: dict, types: Mapping[str, str]) -> numpy.ndarray:
    if entry["dtype"] not in types:
        raise ValueError(f"element type {entry['dtype']}, {' or '.join(types)} is expected")
    first, end = entry["data_offsets"]
    tensor = numpy.frombuffer(body[first:end], dtype=types[entry["dtype"]]).reshape(entry["shape"])
    return tensor.astype(numpy.float32) if entry["dtype"] == "F16" else tensor
