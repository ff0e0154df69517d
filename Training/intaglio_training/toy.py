"""`toy`: the whole path on a tiny network, in minutes.

    8 pictures -> train 200 steps -> export -> import, quantize ─┬─ fine-tune through the quantizer -> import, quantize ─────┬─ encode -> decode, exactly
                                                                 └─ fine-tune the synthesis on quantized latents -> the same ┘
"""

import argparse
import dataclasses
from pathlib import Path

import numpy
from PIL import Image

from .decoder_fine_tuning import FineTuningOptions
from .errors import InputError
from .fine_tune_decoder import fine_tune
from .fine_tuning import options_of_file, start_fine_tuning
from .latent_fine_tuning_command import FILE_NAME
from .options import Options
from .photographs import picture_paths, read_picture
from .simulator import Simulator
from .training import Training, run_training
from .weights_file import write_network

SIDE = 192
CHOICES = ["--crop", "128"]
QUANTIZER = "tcq8"
TINY = Options(
    channels=8, latent_channels=12, steps=200, decay_steps=100, warmup_steps=10, learning_rate=2e-3, final_learning_rate=2e-4, batch=4, crop=64,
)


def add_command(commands: argparse._SubParsersAction) -> None:
    command = commands.add_parser("toy", help="train, quantize, fine-tune, encode and decode a tiny network on 8 pictures")
    command.add_argument("--intaglio", type=Path, required=True, help="the built tool")
    command.add_argument("--work", type=Path, required=True, help="folder for everything that is made")
    command.add_argument("--photos", type=Path, help="folder of pictures to take in place of drawn ones")
    command.add_argument("--pictures", type=int, default=8, help="how many")
    command.add_argument("--steps", type=int, default=TINY.steps)
    command.add_argument("--fine-tuning-steps", type=int, default=100)
    command.set_defaults(action=_toy)


def draw_picture(seed: int) -> numpy.ndarray:
    """[SIDE][SIDE][3]: waves of a few directions and wave lengths, an edge, a little grain."""
    random = numpy.random.default_rng(seed)
    rows, columns = numpy.mgrid[0:SIDE, 0:SIDE] / SIDE
    planes = numpy.full((SIDE, SIDE, 3), 128.0)
    for _ in range(6):
        down, across, phase = random.uniform(-20, 20, 2).tolist() + [random.uniform(0, 6)]
        planes += numpy.sin(down * rows + across * columns + phase)[:, :, None] * random.uniform(-24, 24, 3)
    edge = random.uniform(-1, 1) * (rows - 0.5) + random.uniform(-1, 1) * (columns - 0.5) > 0
    planes += edge[:, :, None] * random.uniform(-60, 60, 3) + random.normal(0, 2, (SIDE, SIDE, 1))
    return planes.clip(0, 255).astype(numpy.uint8)


def _pictures(chosen: argparse.Namespace) -> Path:
    """A folder of pictures: drawn, or the first of the given ones."""
    folder = chosen.work / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    given = picture_paths([chosen.photos])[: chosen.pictures] if chosen.photos else []
    for number in range(len(given) or chosen.pictures):
        samples = read_picture(given[number]).permute(1, 2, 0).numpy() if given else draw_picture(number)
        Image.fromarray(samples).save(folder / f"{number}.png")
    return folder


def _code_all(simulator: Simulator, network: Path, pictures: Path, work: Path, quantizer: str) -> None:
    """Encodes and decodes every picture at the first and the last rate; the decoder must show what the encoder reconstructed."""
    work.mkdir(exist_ok=True)
    rates = len(TINY.checked().lambdas)
    for picture in picture_paths([pictures]):
        for rate in (0, rates - 1):
            stream, shown, expected = (work / f"{picture.stem}.{rate}{end}" for end in (".intg", ".decoded.png", ".expected.png"))
            simulator("encode", picture, "--network", network, "--rate", rate, "--quantizer", quantizer, "-o", stream, "--reconstruction", expected)
            simulator("decode", stream, "--network", network, "-o", shown)
            if not numpy.array_equal(numpy.asarray(Image.open(shown)), numpy.asarray(Image.open(expected))):
                raise InputError(f"'{shown}' differs from what its encoder reconstructed")
            print(f"{work.name} {picture.name} rate {rate}: {stream.stat().st_size} bytes, decoded exactly", flush=True)


def _toy(chosen: argparse.Namespace) -> None:
    simulator, work = Simulator(chosen.intaglio), chosen.work
    pictures = _pictures(chosen)
    paths = picture_paths([pictures])
    options = dataclasses.replace(TINY, steps=chosen.steps, decay_steps=chosen.steps // 2).checked()
    training = Training(options, paths)
    run_training(training, work / "float", chosen.steps, 50)
    weights = work / "float.safetensors"
    write_network(weights, training.network, options, training.step)
    quantized = simulator.quantized(weights, pictures, work / "float.quantized.safetensors", CHOICES)
    _code_all(simulator, quantized, pictures, work / "before", "round")

    tuned = _fine_tuned_through_quantizer(weights, quantized, paths, work / "fine", chosen.fine_tuning_steps)
    requantized = simulator.quantized(tuned, pictures, work / "fine.quantized.safetensors", CHOICES)
    _code_all(simulator, requantized, pictures, work / "after", "round")

    simulator("latents", pictures, "--network", quantized, "--quantizers", QUANTIZER, "-o", work / "latents")
    decoder = FineTuningOptions(steps=chosen.fine_tuning_steps, warmup_steps=1, batch=TINY.batch, crop=TINY.crop)
    fine_tune(weights, pictures, work / "latents", QUANTIZER, work / "decoder", decoder, None, 50)
    requantized = simulator.quantized(work / "decoder" / FILE_NAME, pictures, work / "decoder.quantized.safetensors", CHOICES)
    _code_all(simulator, requantized, pictures, work / "decoder", QUANTIZER)


def _fine_tuned_through_quantizer(weights: Path, quantized: Path, paths: list[Path], run: Path, steps: int) -> Path:
    """The float network file with learned ranges, beside the folder of the run."""
    changes = {"steps": steps, "decay_steps": steps // 2, "learning_rate": 2e-4, "final_learning_rate": 2e-5, "batch": TINY.batch, "crop": TINY.crop}
    options = options_of_file(weights, changes)
    training = start_fine_tuning(weights, quantized, options, paths)
    run_training(training, run, steps, 50)
    output = run.with_suffix(".safetensors")
    write_network(output, training.network.network, options, training.step, training.network.ranges())
    return output
