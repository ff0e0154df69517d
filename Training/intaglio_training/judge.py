"""`judge`: what quantization costs before and after fine-tuning, by the simulator's streams.

    before   a float network, quantized as it is
    control  the same network after as many steps in float, quantized as it is: what further training alone gains
    after    the fine-tuned network, quantized with the ranges it learned
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

from .simulator import Simulator

BITS = "round"


def add_command(commands: argparse._SubParsersAction) -> None:
    command = commands.add_parser("judge", help="bpp, PSNR, MS-SSIM and BD-rate of quantized networks against their float networks")
    command.add_argument("--intaglio", type=Path, required=True, help="the built tool")
    command.add_argument("--before", type=Path, required=True, help="float network file")
    command.add_argument("--control", type=Path, help="float network file, trained in float for as many steps as the fine-tuning took")
    command.add_argument("--after", type=Path, required=True, help="fine-tuned network file, with learned ranges")
    command.add_argument("--images", type=Path, required=True, help="folder of PNG pictures to code")
    command.add_argument("--calibration", type=Path, required=True, help="folder of PNG photographs for `quantize`")
    command.add_argument("--work", type=Path, required=True, help="folder for networks and evaluations")
    command.add_argument("--pictures", type=int, help="at most so many of the images")
    command.add_argument("--choices", default="", help="options of `quantize`, in one word, such as '--weights linear --machine small'")
    command.set_defaults(action=_judge)


@dataclass(frozen=True)
class Judgement:
    """`curves` by name, each a list of points; `differences` are rows (curve, anchor, BD-rate by PSNR, by MS-SSIM) in percent."""

    curves: dict[str, list[dict]]
    differences: list[tuple[str, str, float | None, float | None]]


def judged(simulator: Simulator, networks: dict[str, Path], images: Path, calibration: Path, work: Path, choices: list[str], evaluation: list[str]) -> Judgement:
    """Evaluates `before`, `control` (may be missing) and `after`, in this order; `after` is compared with the float curves of the others."""
    work.mkdir(parents=True, exist_ok=True)
    curves: dict[str, list[dict]] = {}
    differences = []
    anchors = work / "anchors.json"
    for name, weights in networks.items():
        quantized = simulator.quantized(weights, calibration, work / f"{name}.safetensors", choices)
        against = ["--against", anchors] if curves else []
        # The weights of a fine-tuned network are made for the quantizer: in float they say nothing.
        in_float = [] if name == "after" else ["--float"]
        found = json.loads(
            simulator("evaluate", images, "--network", quantized, "--quantizers", BITS, "--json", *in_float, *against, *evaluation)
        )
        own = {curve["name"]: curve["points"] for curve in found["curves"]}
        curves[f"{name} quantized"] = own[BITS]
        if in_float:
            curves[f"{name} float"] = own["float"]
        for row in found["differences"]:
            if row["curve"] == BITS:
                anchor = f"{name} float" if row["anchor"] == "float" else row["anchor"]
                percents = [(row.get(quality) or {}).get("piecewisePercent") for quality in ("psnr", "msSSIM")]
                differences.append((f"{name} quantized", anchor, *percents))
        named = [{"name": curve, "points": points} for curve, points in curves.items()]
        anchors.write_text(json.dumps({"curves": named}))
    return Judgement(curves, differences)


def _judge(chosen: argparse.Namespace) -> None:
    networks = {"before": chosen.before} | ({"control": chosen.control} if chosen.control else {}) | {"after": chosen.after}
    evaluation = [] if chosen.pictures is None else ["--pictures", str(chosen.pictures)]
    judgement = judged(
        Simulator(chosen.intaglio), networks, chosen.images, chosen.calibration, chosen.work, chosen.choices.split(), evaluation
    )
    print(text_of(judgement))


def text_of(judgement: Judgement) -> str:
    lines = []
    for name, points in judgement.curves.items():
        for rate, point in enumerate(points):
            similarity = "      -" if point.get("msSSIM") is None else f"{point['msSSIM']:.5f}"
            lines.append(f"{name:18s} rate {rate} {point['bitsPerPixel']:8.4f} bpp {point['psnr']:8.3f} dB  {similarity}")
    lines.append("BD-rate in percent, by PSNR and by MS-SSIM")
    for curve, anchor, *percents in judgement.differences:
        lines.append(f"{curve:18s} against {anchor:18s}" + "".join("       -" if value is None else f"{value:8.2f}" for value in percents))
    return "\n".join(lines)
