"""Small photographs made from a seed, and options of a network small enough for seconds."""

import os
from pathlib import Path

import numpy
import pytest
import torch
from PIL import Image

from intaglio_training.options import Options

# One thread: the networks are tiny, and threads that wait for each other cost more than they bring.
torch.set_num_threads(1)


def smooth_samples(seed: int, height: int, width: int) -> numpy.ndarray:
    """[H][W][3]: a colour gradient with a few waves, so that neighbours resemble each other."""
    random = numpy.random.default_rng(seed)
    rows, columns = numpy.mgrid[0:height, 0:width] / 64.0
    planes = []
    for _ in range(3):
        a, b, phase, level = random.uniform(0.2, 2.0, 4)
        planes.append(96 + 40 * level + 60 * numpy.sin(a * rows + b * columns + 3 * phase))
    return numpy.stack(planes, axis=2).clip(0, 255).astype(numpy.uint8)


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    folder = tmp_path / "photographs"
    folder.mkdir()
    for seed in range(3):
        Image.fromarray(smooth_samples(seed, 96, 80)).save(folder / f"{seed}.png")
    return folder


@pytest.fixture
def small_options() -> Options:
    return Options(
        channels=8, latent_channels=12, steps=6, decay_steps=2, warmup_steps=1,
        learning_rate=1e-3, batch=4, crop=64, seed=7,
    ).checked()


@pytest.fixture(scope="session")
def intaglio() -> Path:
    """The built simulator: named by the variable INTAGLIO, or this checkout's release build."""
    named = os.environ.get("INTAGLIO")
    tool = Path(named) if named else Path(__file__).resolve().parents[2] / ".build/release/intaglio"
    if not tool.is_file():
        pytest.skip(f"the simulator is not built: no '{tool}'")
    return tool
