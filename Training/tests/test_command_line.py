"""Train, go on, export and evaluate through the command line; the evaluation by hand."""

import json
import math
import os
import signal

import numpy
import pytest
import torch
from PIL import Image

from conftest import smooth_samples
from intaglio_training.command_line import main
from intaglio_training.evaluation import padded, psnr
from intaglio_training.safetensors_file import read_tensors
from intaglio_training.training import Training

SMALL = ["--channels", "8", "--latent-channels", "12", "--crop", "64", "--batch", "2", "--steps", "2", "--decay-steps", "1"]


def test_whole_path(photographs, tmp_path, capsys):
    run, weights = str(tmp_path / "run"), str(tmp_path / "network.safetensors")
    train = ["train", "--photos", str(photographs), "--run", run, "--log-every", "1"]
    assert main(train + SMALL) == 0
    assert "step 2 loss" in capsys.readouterr().out
    assert main(train + SMALL) == 2, "a run is not overwritten"
    assert main(train + ["--resume", "--steps", "3"]) == 0
    assert "step 3 loss" in capsys.readouterr().out
    assert main(["export", "--run", run, "-o", weights]) == 0
    assert read_tensors(tmp_path / "network.safetensors")[1]["step"] == "3"
    # Effective values are rounded to float32 on the way, so a symbol may round differently.
    points = []
    for source in (["--weights", weights], ["--run", run]):
        assert main(["evaluate", *source, "--images", str(photographs), "--json"]) == 0
        points.append(json.loads(capsys.readouterr().out))
    assert [point["rate"] for point in points[0]] == [0, 1, 2, 3]
    for one, other in zip(*points):
        assert one["bpp"] == pytest.approx(other["bpp"], rel=1e-2)
        assert one["psnr"] == pytest.approx(other["psnr"], abs=0.05)
        assert one["msSSIM"] is None, "96 x 80 is too small for five scales"


def test_large_pictures_have_ms_ssim(tmp_path, capsys):
    Image.fromarray(smooth_samples(1, 170, 200)).save(tmp_path / "one.png")
    assert main(["train", "--photos", str(tmp_path), "--run", str(tmp_path / "run"), *SMALL]) == 0
    capsys.readouterr()
    assert main(["evaluate", "--run", str(tmp_path / "run"), "--images", str(tmp_path), "--json"]) == 0
    assert all(0 <= point["msSSIM"] < 1 for point in json.loads(capsys.readouterr().out))


def test_errors_are_sentences(tmp_path, capsys):
    assert main(["export", "--run", str(tmp_path), "-o", str(tmp_path / "x")]) == 2
    assert capsys.readouterr().err.startswith("error: there is no checkpoint")


def test_psnr_and_padding():
    samples = torch.zeros(1, 3, 5, 70)
    assert psnr(samples, samples + 1) == pytest.approx(20 * math.log10(255))
    assert psnr(samples, samples) == math.inf
    ramp = torch.arange(70.0).expand(1, 3, 5, 70)
    result = padded(ramp, 64)
    assert result.shape == (1, 3, 64, 128)
    numpy.testing.assert_array_equal(result[0, 0, 63], numpy.minimum(numpy.arange(128), 69))


def test_an_interrupted_run_says_so_to_a_script(photographs, tmp_path, monkeypatch, capsys):
    """What is exported from it is unfinished; a script must be able to stop before."""
    take_step = Training.take_step

    def signalled_step(training):
        os.kill(os.getpid(), signal.SIGTERM)
        return take_step(training)

    run = str(tmp_path / "run")
    train = ["train", "--photos", str(photographs), "--run", run]
    monkeypatch.setattr(Training, "take_step", signalled_step)
    assert main(train + SMALL) == 130
    assert "interrupted after step 1; --resume goes on" in capsys.readouterr().err
    monkeypatch.undo()
    assert main(train + ["--resume"]) == 0


def test_an_interrupted_toy_goes_no_further(tmp_path, monkeypatch, capsys):
    take_step = Training.take_step

    def signalled_step(training):
        os.kill(os.getpid(), signal.SIGINT)
        return take_step(training)

    monkeypatch.setattr(Training, "take_step", signalled_step)
    (tmp_path / "tool").touch()
    assert main(["toy", "--intaglio", str(tmp_path / "tool"), "--work", str(tmp_path / "work"), "--pictures", "1"]) == 130
    assert capsys.readouterr().err == "interrupted after step 1\n"
    assert not (tmp_path / "work" / "float.safetensors").exists()
