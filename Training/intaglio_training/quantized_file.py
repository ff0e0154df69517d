"""What fine-tuning reads from a network file that `intaglio quantize` wrote: codebooks, decoders and codes, as the simulator has them."""

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy

from .errors import InputError
from .safetensors_file import ALL_TYPES, read_tensors


@dataclass(frozen=True)
class CodebookSet:
    """The format of a tensor of 8-bit codes: real = step x (entries[select[c]][code] + offset[c])."""

    step: float
    entries: list[numpy.ndarray]
    thresholds: list[numpy.ndarray]
    selects: numpy.ndarray
    offsets: numpy.ndarray


@dataclass(frozen=True)
class CodedWeights:
    """Codes [K][...] of one layer, or of gamma [i][j], and the 256 entries they mean; `biases` [K] are the integers added, biases or betas, in
    units of the layer's products; `shifts` [j] are those of a normalization's operands. Magnitudes below `dead_zone`, in units of the entries, become zero; None for laws without one."""

    codes: numpy.ndarray
    entries: numpy.ndarray
    biases: numpy.ndarray
    shifts: numpy.ndarray | None
    dead_zone: float | None = None


class QuantizedFile:
    """`sets` by tensor, for tensors of codes only; `weights` by layer; `activation_bits` is V."""

    def __init__(self, path: Path):
        tensors, metadata = read_tensors(path, ALL_TYPES)
        if "quantized" not in metadata:
            raise InputError(f"'{path}' holds no quantized network; write one with `intaglio quantize`")
        self.graph = json.loads(metadata["quantized"])
        self._tensors = {name.removeprefix("quantized."): tensor for name, tensor in tensors.items() if name.startswith("quantized.")}
        self.activation_bits = self.graph["widths"]["activationBits"]
        self.sets = {entry["tensor"]: self._set(entry) for entry in self.graph["formats"] if entry["kind"] == "codes"}
        kinds = {entry["layer"]: entry["kind"] for entry in self.graph["parameters"]}
        self._laws = {entry["layer"]: entry["law"] for entry in self.graph["parameters"] if "law" in entry}
        self.weights = {name: self._weights(name, kind) for name, kind in kinds.items() if kind in ("accumulation", "normalization")}

    def input_step(self, layer: str) -> float:
        """The real value of one grid step of a layer's input."""
        inputs = {entry["name"]: entry["inputs"] for entry in self.graph["layers"]}[layer]
        return self.sets[inputs[0]].step

    def _set(self, entry: dict) -> CodebookSet:
        name, count = entry["tensor"], entry["codebooks"]
        return CodebookSet(
            entry["step"],
            [self._tensors[f"{name}.codebook{index}.entries"].astype(numpy.int64) for index in range(count)],
            [self._tensors[f"{name}.codebook{index}.thresholds"].astype(numpy.int64) for index in range(count)],
            self._tensors[f"{name}.selects"].astype(numpy.int64),
            self._tensors[f"{name}.offsets"].astype(numpy.int64),
        )

    def _weights(self, layer: str, kind: str) -> CodedWeights:
        if kind == "accumulation":
            entries = self._tensors[f"{layer}.weightEntries"]
            codes, biases = self._tensors[f"{layer}.weightCodes"], self._tensors[f"{layer}.bias"]
            return CodedWeights(codes, entries, biases, None, dead_zone_of(self._laws[layer], float(entries[-1])))
        return CodedWeights(
            self._tensors[f"{layer}.gammaCodes"], self._tensors[f"{layer}.gammaEntries"], self._tensors[f"{layer}.beta"],
            self._tensors[f"{layer}.operandShifts"].astype(numpy.int64),
        )


def dead_zone_of(law: str, largest: float) -> float | None:
    """Half the dead zone of a law by name, in units of entries whose last is `largest`: M P/Q of `deadZone P/Q B`, None for other laws."""
    name, *parameters = law.split()
    return largest * float(Fraction(parameters[0])) if name == "deadZone" else None
