"""Quantized latents as the simulator wrote them: `intaglio latents PHOTOS --network Q -o DIR`.

    DIR/latents.json                                index: grid step, rates, quantizers, pictures
    DIR/QUANTIZER/RATE/PICTURE.reconstruction.npy   u [H][W][M] of int16, in grid steps
    DIR/hyper/RATE/PICTURE.npy                      hyper-latents [h][w][N] of int16, of a network with a hyperprior
"""

import json
from pathlib import Path

import numpy

from .errors import InputError

INDEX = "latents.json"
# What is read here is the same in both.
SCHEMA_VERSIONS = (1, 2)


class LatentFolder:
    """`grid_step` times u is the latent that the float network's synthesis expects, times its gain.

    Only the chosen quantizer's files are read, when asked for.
    """

    def __init__(self, path: Path, quantizer: str):
        self.path, self.quantizer = path, quantizer
        try:
            index = json.loads((path / INDEX).read_text())
            version, self.grid_step, self.rates = index["schemaVersion"], float(index["gridStep"]), list(index["rates"])
            self.pictures = [str(picture["name"]) for picture in index["pictures"]]
            names = [str(entry["name"]) for entry in index["quantizers"]]
        except OSError as error:
            raise InputError(f"'{path / INDEX}' cannot be read: {error.strerror}; `intaglio latents -o {path}` writes it") from error
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"'{path / INDEX}' is not an index of latents: {error}") from error
        if version not in SCHEMA_VERSIONS:
            raise InputError(f"'{path / INDEX}' has schemaVersion {version}, one of {SCHEMA_VERSIONS} is expected")
        if quantizer not in names:
            raise InputError(f"'{path}' has no latents of '{quantizer}'; it has: {', '.join(names)}")

    def reconstruction(self, picture: str, rate: int) -> numpy.ndarray:
        """u of one picture [H][W][M], int16."""
        return _array(self.path / self.quantizer / str(rate) / f"{picture}.reconstruction.npy", "[H][W][M]")

    def hyper_latents(self, picture: str, rate: int) -> numpy.ndarray:
        """The integers that scales and means are predicted from, of one picture [h][w][N], int16."""
        return _array(self.path / "hyper" / str(rate) / f"{picture}.npy", "[h][w][N]")


def _array(file: Path, shape: str) -> numpy.ndarray:
    try:
        values = numpy.load(file)
    except (OSError, ValueError) as error:
        raise InputError(f"'{file}' cannot be read: {error}; write the latents again") from error
    if values.ndim != 3 or values.dtype != numpy.int16:
        raise InputError(f"'{file}' holds {values.dtype} {list(values.shape)}, int16 {shape} is expected")
    return values
