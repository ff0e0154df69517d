"""Calls of the built `intaglio`, the simulator whose bits are the judge."""

import subprocess
from pathlib import Path

from .errors import InputError


class Simulator:
    """The tool at a path; what it says goes to standard error, what it prints is returned."""

    def __init__(self, tool: Path):
        self.tool = tool.resolve()
        if not self.tool.is_file():
            raise InputError(f"there is no tool '{tool}'; build it with `swift build -c release --product intaglio` and name .build/release/intaglio")

    def __call__(self, *arguments: object) -> str:
        words = [str(argument) for argument in arguments]
        called = subprocess.run([str(self.tool), *words], stdout=subprocess.PIPE, text=True)
        if called.returncode:
            raise InputError(f"`intaglio {' '.join(words)}` ended with exit code {called.returncode}")
        return called.stdout

    def quantized(self, weights: Path, calibration: Path, output: Path, choices: list[str]) -> Path:
        """Imports a float network file and quantizes it for encode and decode; returns `output`."""
        imported = output.with_suffix(".imported.safetensors")
        self("import", "--architecture", "mean-scale-hyperprior", weights, "-o", imported)
        self("quantize", imported, "--calibration", calibration, "--codec", "-o", output, *choices)
        return output
