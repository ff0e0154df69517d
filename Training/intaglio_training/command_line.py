"""`train`, `export`, `evaluate` and the commands of other files."""

import argparse
import dataclasses
import json
import sys
from pathlib import Path

import torch

from . import conversion, decoder_study, encoder_comparison, fine_tune_decoder, fine_tune_hyper_decoder, fine_tuning, judge, toy, unpacking
from .checkpoint import FILE_NAME, read_checkpoint
from .errors import InputError, Interrupted
from .evaluation import evaluate_folder
from .memory import keep_freed_memory
from .options import Options
from .photographs import picture_paths
from .safetensors_file import read_tensors
from .training import Training, default_device, run_training
from .weights_file import load_effective_tensors, read_network, write_network
from .zoo import make_network


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 for success, 2 for bad input, 130 for training that was interrupted."""
    chosen = _parser().parse_args(arguments)
    keep_freed_memory()
    try:
        chosen.action(chosen)
        return 0
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except Interrupted as interruption:
        print(f"{interruption}; --resume goes on" if hasattr(chosen, "resume") else interruption, file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="intaglio_training", description=__doc__)
    commands = parser.add_subparsers(required=True)

    train = commands.add_parser("train", help="train a network, or go on with a run")
    train.add_argument("--photos", type=Path, nargs="+", required=True, help="folders of photographs")
    train.add_argument("--run", type=Path, required=True, help="folder of the checkpoint")
    train.add_argument("--resume", action="store_true", help="go on from the checkpoint in --run, with its options")
    train.add_argument("--initial", type=Path, help="float network file to start from")
    train.add_argument("--checkpoint-every", type=int, default=500)
    train.add_argument("--log-every", type=int, default=50)
    for field in dataclasses.fields(Options):
        flag = "--" + field.name.replace("_", "-")
        if field.name == "lambdas":
            train.add_argument(flag, type=float, nargs="+", default=argparse.SUPPRESS, help="one per rate, rising")
        else:
            train.add_argument(flag, type=field.type, default=argparse.SUPPRESS, help=f"default {field.default}")
    train.set_defaults(action=_train)

    export = commands.add_parser("export", help="write the float network file of a checkpoint")
    export.add_argument("--run", type=Path, required=True)
    export.add_argument("--output", "-o", type=Path, required=True)
    export.add_argument("--half-weights", action="store_true", help="kernels rounded to float16: half the file")
    export.set_defaults(action=_export)

    evaluate = commands.add_parser("evaluate", help="bpp, PSNR and MS-SSIM of each rate over a folder")
    source = evaluate.add_mutually_exclusive_group(required=True)
    source.add_argument("--weights", type=Path, help="float network file")
    source.add_argument("--run", type=Path, help="folder of a checkpoint")
    evaluate.add_argument("--images", type=Path, nargs="+", required=True)
    evaluate.add_argument("--json", action="store_true")
    evaluate.set_defaults(action=_evaluate)

    for module in (fine_tuning, fine_tune_decoder, fine_tune_hyper_decoder, encoder_comparison, decoder_study, judge, toy, unpacking, conversion):
        module.add_command(commands)
    return parser


def _train(chosen: argparse.Namespace) -> None:
    names = [field.name for field in dataclasses.fields(Options)]
    changes = {name: getattr(chosen, name) for name in names if hasattr(chosen, name)}
    if "lambdas" in changes:
        changes["lambdas"] = tuple(changes["lambdas"])
    if min(chosen.checkpoint_every, chosen.log_every) < 1:
        raise InputError("--checkpoint-every and --log-every count steps: 1 or more is expected")
    paths = picture_paths(chosen.photos)
    if chosen.resume:
        if chosen.initial:
            raise InputError("--initial starts a run, --resume goes on with one; give one of them")
        training = Training.resumed(chosen.run, changes, paths)
    else:
        if (chosen.run / FILE_NAME).exists():
            raise InputError(f"'{chosen.run}' already holds a checkpoint; add --resume or name another folder")
        training = Training(Options(**changes).checked(), paths)
        if chosen.initial:
            load_effective_tensors(training.network, read_tensors(chosen.initial)[0], str(chosen.initial))
    print(
        f"{len(training.sampler.pictures)} photographs, {training.sampler.skipped} smaller than a crop; "
        f"device {training.device.type}; step {training.step} of {training.options.steps}; "
        f"{json.dumps(dataclasses.asdict(training.options))}",
        file=sys.stderr,
        flush=True,
    )
    run_training(training, chosen.run, chosen.checkpoint_every, chosen.log_every)
    print("finished", file=sys.stderr)


def _network_of_run(run: Path) -> tuple[torch.nn.Module, Options, int]:
    checkpoint = read_checkpoint(run / FILE_NAME)
    options = checkpoint.options
    network = make_network(options.network, options.channels, options.latent_channels, len(options.lambdas))
    network.load_state_dict(checkpoint.network)
    return network, options, checkpoint.step


def _export(chosen: argparse.Namespace) -> None:
    network, options, step = _network_of_run(chosen.run)
    write_network(chosen.output, network, options, step, half_weights=chosen.half_weights)


def _evaluate(chosen: argparse.Namespace) -> None:
    network = read_network(chosen.weights) if chosen.weights else _network_of_run(chosen.run)[0]
    points = evaluate_folder(network.to(default_device()), picture_paths(chosen.images))
    if chosen.json:
        rows = [{"rate": p.rate, "bpp": p.bpp, "psnr": p.psnr, "msSSIM": p.structural} for p in points]
        print(json.dumps(rows, indent=2))
        return
    print("rate      bpp     PSNR  MS-SSIM")
    for point in points:
        similarity = "      -" if point.structural is None else f"{point.structural:.5f}"
        print(f"{point.rate:4d} {point.bpp:8.4f} {point.psnr:8.3f}  {similarity}")
