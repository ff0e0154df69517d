"""What the study makes of evaluations, and the whole study with the built simulator where there is one."""

import json

import numpy
import pytest
import torch
from PIL import Image

from conftest import smooth_samples
from intaglio_training.command_line import main
from intaglio_training.decoder_study import Row, require_equal_lengths, row_of, text_of
from intaglio_training.errors import InputError
from intaglio_training.latent_fine_tuning_command import FILE_NAME
from intaglio_training.options import Options
from intaglio_training.safetensors_file import read_tensors
from intaglio_training.weights_file import write_network
from intaglio_training.zoo import make_network


def evaluation(psnrs, differences=()):
    rows = [{"curve": "tcq4", "anchor": anchor, "psnr": {"piecewisePercent": value}} for anchor, value in differences]
    return {"curves": [{"name": "tcq4", "points": [{"psnr": value} for value in psnrs]}], "differences": rows}


def test_row_and_table():
    found = {
        "control": evaluation([30.1, 32.1], [("before tcq4", -1.0)]),
        "tcq4": evaluation([30.2, 32.4], [("before tcq4", -3.0), ("control tcq4", -2.0)]),
    }
    row = row_of("tcq4", evaluation([30.0, 32.0]), found)
    assert row == Row("tcq4", (-3.0, None), (-1.0, None), (-2.0, None), pytest.approx(0.3))
    assert text_of([row]).splitlines()[2] == "| tcq4 | -3.00, - | -1.00, - | -2.00, - | 0.300 dB |"


def test_a_longer_stream_is_found():
    before = {"pictures": [{"curve": "tcq4", "rate": 0, "picture": "a", "bytes": 100}]}
    after = {"pictures": [{"curve": "tcq4", "rate": 0, "picture": "a", "bytes": 101}]}
    require_equal_lengths(before, before, "x")
    with pytest.raises(InputError, match="'x': tcq4 0 a takes 101 bytes, 100 before"):
        require_equal_lengths(before, after, "x")


def tiny_study(tmp_path, intaglio, *more):
    """The words of a study of a tiny network on two photographs and a picture."""
    torch.manual_seed(3)
    network = make_network("mbt2018-mean", 8, 12, 4)
    write_network(tmp_path / "float.safetensors", network, Options(channels=8, latent_channels=12).checked(), 0)
    for folder, seeds in (("photos", (1, 2)), ("images", (3,))):
        (tmp_path / folder).mkdir()
        for seed in seeds:
            random = numpy.random.default_rng(seed)
            samples = smooth_samples(seed, 192, 192) + random.integers(0, 8, (192, 192, 3), dtype=numpy.uint8)
            Image.fromarray(samples).save(tmp_path / folder / f"{seed}.png")
    command = ["study-decoder", "--intaglio", str(intaglio), "--weights", str(tmp_path / "float.safetensors"), "--photos", str(tmp_path / "photos")]
    command += ["--images", str(tmp_path / "images"), "--work", str(tmp_path / "work"), "--quantizers", "round,tcq4", "--steps", "2", "--crop", "64"]
    return command + list(more)


def test_whole_study_on_a_tiny_network(tmp_path, capsys, intaglio):
    """The encoders stay equal and so do the streams' lengths: the study refuses anything else."""
    command = tiny_study(tmp_path, intaglio)
    assert main(command) == 0
    table = capsys.readouterr().out.splitlines()[-2:]
    assert [line.split("|")[1].strip() for line in table] == ["round", "tcq4"]
    assert json.loads((tmp_path / "work" / "latents" / "latents.json").read_text())["pictures"][0]["name"] == "1.png"
    made = {path.name for path in (tmp_path / "work").iterdir()}
    assert {"before.safetensors", "latents", "control.safetensors", "round.safetensors", "tcq4.safetensors"} <= made
    assert main(command) == 0
    assert capsys.readouterr().out.splitlines() == ["| quantizer | after against before | control against before | after against control | mean gain |", "|---|---|---|---|---|", *table]


@pytest.mark.parametrize("mirrored", [[], ["--mirrored"]])
@pytest.mark.parametrize("count", ["0", "-1"])
def test_no_photographs_are_refused(tmp_path, capsys, count, mirrored):
    assert main(tiny_study(tmp_path, "unused", "--photographs", count, *mirrored)) == 2
    assert f"--photographs is {count}; 1 or more is expected" in capsys.readouterr().err
    assert not (tmp_path / "work").exists()


def test_mirrored_study_takes_four_pictures_of_each_chosen_photograph(tmp_path, capsys, intaglio):
    command = tiny_study(tmp_path, intaglio, "--mirrored", "--photographs", "1", "--quantizers", "rdoq", "--weighting", "relative")
    assert main(command) == 0
    index = json.loads((tmp_path / "work" / "latents" / "latents.json").read_text())
    assert [picture["name"] for picture in index["pictures"]] == [f"{mirror}/1.png.png" for mirror in ("both", "horizontal", "original", "vertical")]
    assert "4 photographs, 0 too small" in capsys.readouterr().err


def test_study_of_both_syntheses(tmp_path, capsys, intaglio):
    """The hyper-synthesis first, for each network; the synthesis on latents quantized with it. Streams may get other lengths."""
    command = tiny_study(tmp_path, intaglio, "--hyper-decoder", "--hyper-part", "all", "--hyper-steps", "2", "--hyper-learning-rate", "1e-2", "--quantizers", "round")
    assert main(command) == 0
    work = tmp_path / "work"
    weights = [read_tensors(path)[0] for path in (tmp_path / "float.safetensors", work / "round-hyper" / FILE_NAME, work / "round" / FILE_NAME)]
    parts = [{name.split(".")[0] for name in one if one[name].tobytes() != other[name].tobytes()} for one, other in zip(weights, weights[1:])]
    assert parts == [{"h_s"}, {"g_s"}]
    index = json.loads((work / "round-latents" / "latents.json").read_text())
    assert [quantizer["name"] for quantizer in index["quantizers"]] == ["round"]
    assert capsys.readouterr().out.splitlines()[-1].startswith("| round |")
