"""`study-decoder`: what a synthesis gains that is fine-tuned for its quantizer, by the simulator's own streams.

    before    the float network, quantized
    control   its synthesis trained for as many steps on latents that the float network rounded, quantized: what training alone gains
    after     its synthesis trained on the latents that the simulator quantized, one network a quantizer

All of them have one encoder, which is checked, so their streams have one length and only quality differs. With `--hyper-decoder`
control and after have their hyper-synthesis trained first, on the same latents, and their synthesis on what the simulator quantizes
with it: lengths differ, too. What a stage has made is not made again: a study that was interrupted goes on.
"""

import argparse
import dataclasses
import json
import shlex
from pathlib import Path

from . import fine_tune_decoder, fine_tune_hyper_decoder
from .decoder_fine_tuning import FineTuningOptions
from .encoder_comparison import require_equal_encoders
from .errors import InputError
from .hyper_decoder_fine_tuning import HyperFineTuningOptions
from .latent_fine_tuning_command import FILE_NAME, add_options, evenly_spaced, options_of
from .mirrored_photographs import write_mirrored
from .photographs import picture_paths
from .simulator import Simulator

CONTROL = "control"
# In front of the names of the hyper-synthesis' options.
HYPER = "hyper_"
DEFAULTS = FineTuningOptions(steps=1200, crop=192, learning_rate=1e-4, precision="bfloat16")


def add_command(commands: argparse._SubParsersAction) -> None:
    study = commands.add_parser("study-decoder", help="BD-rate that the synthesis gains by fine-tuning for each quantizer")
    study.add_argument("--intaglio", type=Path, required=True, help="the built tool")
    study.add_argument("--weights", type=Path, required=True, help="float network file")
    study.add_argument("--photos", type=Path, required=True, help="folder of PNG photographs: calibration and fine-tuning")
    study.add_argument("--images", type=Path, required=True, help="folder of PNG pictures to code")
    study.add_argument("--work", type=Path, required=True, help="folder for networks, latents and evaluations")
    study.add_argument("--quantizers", default="round,rdoq,tcq4,tcq8")
    study.add_argument("--lambda-factor", type=float, default=1.0, help="on every quantizer's own lambda, in latents and evaluations")
    study.add_argument("--photographs", type=int, default=120, help="at most so many for fine-tuning, evenly spaced by name")
    study.add_argument("--mirrored", action="store_true", help="fine-tune on the mirror images of the photographs too: four pictures of each")
    study.add_argument("--pictures", type=int, default=1000, help="at most so many of the images")
    study.add_argument("--threads", type=int, default=1, help="of the simulator")
    study.add_argument("--quantize-options", default="", help="words for `intaglio quantize`, in one argument: \"--machine small --activations table\"")
    study.add_argument("--log-every", type=int, default=200)
    study.add_argument("--hyper-decoder", action="store_true", help="train the hyper-synthesis before the synthesis, with the options --hyper-...")
    add_options(study, DEFAULTS)
    add_options(study, HyperFineTuningOptions(), HYPER)
    study.set_defaults(action=lambda chosen: print(text_of(DecoderStudy(chosen).rows())))


@dataclasses.dataclass(frozen=True)
class Row:
    """BD-rates in percent, (by PSNR, by MS-SSIM) with piecewise cubics, and the mean gain in dB; negative percents are fewer bits."""

    quantizer: str
    after_over_before: tuple[float | None, float | None]
    control_over_before: tuple[float | None, float | None]
    after_over_control: tuple[float | None, float | None]
    decibels: float


@dataclasses.dataclass(frozen=True)
class Start:
    """Where a synthesis begins: float weights, what `quantize` made of them, and the latents of that."""

    weights: Path
    network: Path
    latents: Path


class DecoderStudy:
    """One study's stages; files in the order of their names below."""

    def __init__(self, chosen: argparse.Namespace):
        if chosen.photographs < 1:
            raise InputError(f"--photographs is {chosen.photographs}; 1 or more is expected")
        self.chosen, self.work = chosen, chosen.work
        self.simulator = Simulator(chosen.intaglio)
        self.quantizers = chosen.quantizers.split(",")
        self.tuning = options_of(FineTuningOptions, chosen)
        self.hyper_tuning = options_of(HyperFineTuningOptions, chosen, HYPER)
        self.work.mkdir(parents=True, exist_ok=True)

    def coding(self, quantizers: list[str]) -> list:
        """Options of what codes: plain rounding weighs no bits and has no lambda."""
        weighed = [] if quantizers == ["round"] else ["--lambda-factor", self.chosen.lambda_factor]
        return ["--quantizers", ",".join(quantizers), *weighed, "--threads", self.chosen.threads]

    def rows(self) -> list[Row]:
        before = self.quantized("before", self.chosen.weights)
        first = self.evaluated("before", before, self.quantizers, {})
        anchors = {f"before {quantizer}": points_of(first, quantizer) for quantizer in self.quantizers}
        start = Start(self.chosen.weights, before, self.latents("latents", before, self.quantizers))
        found = {}
        for name in [CONTROL, *self.quantizers]:
            own = self.hyper_tuned(name, start) if self.chosen.hyper_decoder else start
            network = self.quantized(name, self.fine_tuned(name, own))
            require_equal_encoders(own.network, network)
            found[name] = self.evaluated(name, network, self.quantizers if name == CONTROL else [name], anchors)
            if not self.chosen.hyper_decoder:
                require_equal_lengths(first, found[name], name)
            if name == CONTROL:
                anchors |= {f"control {quantizer}": points_of(found[name], quantizer) for quantizer in self.quantizers}
        return [row_of(quantizer, first, found) for quantizer in self.quantizers]

    def latents(self, name: str, network: Path, quantizers: list[str]) -> Path:
        """The folder of what the quantizers leave of the photographs' latents."""
        folder = self.work / name
        if not (folder / "latents.json").exists():
            chosen = [] if self.limit is None else ["--pictures", self.limit]
            self.simulator("latents", self.photographs(), "--network", network, "-o", folder, *chosen, *self.coding(quantizers))
        return folder

    @property
    def limit(self) -> int | None:
        """How many of the folder that `photographs` names are for fine-tuning; None for all."""
        return None if self.chosen.mirrored else self.chosen.photographs

    def photographs(self) -> Path:
        """The folder to fine-tune on: the photographs, or the chosen ones of them with their mirror images."""
        if not self.chosen.mirrored:
            return self.chosen.photos
        mirrored = self.work / "mirrored"
        if not mirrored.exists():
            chosen = evenly_spaced(picture_paths([self.chosen.photos]), self.chosen.photographs)
            write_mirrored(chosen, self.chosen.photos, mirrored)
        return mirrored

    def hyper_tuned(self, name: str, start: "Start") -> "Start":
        """Where the synthesis begins once the hyper-synthesis was trained on the latents of `start`."""
        weights = self.work / f"{name}-hyper" / FILE_NAME
        if not weights.exists():
            print(f"fine-tuning the hyper-synthesis: {name}", flush=True)
            latents, quantizer = (None, None) if name == CONTROL else (start.latents, name)
            fine_tune_hyper_decoder.fine_tune(
                start.weights, self.photographs(), latents, quantizer, weights.parent, self.hyper_tuning, self.limit, self.chosen.log_every
            )
        network = self.quantized(f"{name}-hyper", weights)
        return Start(weights, network, start.latents if name == CONTROL else self.latents(f"{name}-latents", network, [name]))

    def fine_tuned(self, name: str, start: "Start") -> Path:
        weights = self.work / name / FILE_NAME
        if not weights.exists():
            latents, quantizer = (None, None) if name == CONTROL else (start.latents, name)
            print(f"fine-tuning: {name}", flush=True)
            fine_tune_decoder.fine_tune(
                start.weights, self.photographs(), latents, quantizer, weights.parent, self.tuning, self.limit, self.chosen.log_every
            )
        return weights

    def quantized(self, name: str, weights: Path) -> Path:
        network = self.work / f"{name}.safetensors"
        if not network.exists():
            print(f"quantizing: {name}", flush=True)
            self.simulator.quantized(weights, self.chosen.photos, network, shlex.split(self.chosen.quantize_options))
        return network

    def evaluated(self, name: str, network: Path, quantizers: list[str], anchors: dict[str, list[dict]]) -> dict:
        """What `intaglio evaluate` wrote, compared with the anchors too."""
        folder = self.work / f"{name}-evaluation"
        if not (folder / "evaluation.json").exists():
            print(f"evaluating: {name}", flush=True)
            coding = ["--pictures", self.chosen.pictures, *self.coding(quantizers)]
            if anchors:
                file = self.work / f"{name}-anchors.json"
                file.write_text(json.dumps({"curves": [{"name": anchor, "points": points} for anchor, points in anchors.items()]}))
                coding += ["--against", file]
            self.simulator("evaluate", self.chosen.images, "--network", network, "--without-decoding", "-o", folder, *coding)
        return json.loads((folder / "evaluation.json").read_text())


def row_of(quantizer: str, before: dict, found: dict[str, dict]) -> Row:
    points = [points_of(evaluation, quantizer) for evaluation in (before, found[quantizer])]
    gains = [later["psnr"] - earlier["psnr"] for earlier, later in zip(*points)]
    return Row(
        quantizer,
        difference(found[quantizer], quantizer, f"before {quantizer}"),
        difference(found[CONTROL], quantizer, f"before {quantizer}"),
        difference(found[quantizer], quantizer, f"control {quantizer}"),
        sum(gains) / len(gains),
    )


def difference(evaluation: dict, curve: str, anchor: str) -> tuple[float | None, float | None]:
    """BD-rate by PSNR and by MS-SSIM, as the simulator computed it; None where curves do not overlap."""
    row = next(row for row in evaluation["differences"] if (row["curve"], row["anchor"]) == (curve, anchor))
    return tuple((row.get(quality) or {}).get("piecewisePercent") for quality in ("psnr", "msSSIM"))


def points_of(evaluation: dict, quantizer: str) -> list[dict]:
    return next(curve["points"] for curve in evaluation["curves"] if curve["name"] == quantizer)


def require_equal_lengths(before: dict, after: dict, name: str) -> None:
    """Every stream must be as long as that of the network that was not fine-tuned."""
    lengths = {(row["curve"], row["rate"], row["picture"]): row["bytes"] for row in before["pictures"]}
    for row in after["pictures"]:
        key = (row["curve"], row["rate"], row["picture"])
        if lengths[key] != row["bytes"]:
            raise InputError(f"'{name}': {' '.join(map(str, key))} takes {row['bytes']} bytes, {lengths[key]} before fine-tuning; the encoder changed")


def text_of(rows: list[Row]) -> str:
    """A table in Markdown."""
    def percents(pair: tuple[float | None, float | None]) -> str:
        return ", ".join("-" if value is None else f"{value:.2f}" for value in pair)

    lines = [
        "| quantizer | after against before | control against before | after against control | mean gain |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        lines.append(
            f"| {row.quantizer} | {percents(row.after_over_before)} | {percents(row.control_over_before)} | {percents(row.after_over_control)} | "
            f"{row.decibels:.3f} dB |"
        )
    return "\n".join(lines)
