"""Only the hyper-synthesis changes, and the latents that it was tuned on take fewer bits."""

import json
import math

import numpy
import pytest
import torch
from PIL import Image

from conftest import smooth_samples
from intaglio_training.command_line import main
from intaglio_training.errors import InputError
from intaglio_training.hyper_decoder_fine_tuning import HyperDecoderFineTuning, HyperFineTuningOptions, predicted_of_network, predicted_of_simulator
from intaglio_training.latent_folder import LatentFolder
from intaglio_training.options import Options
from intaglio_training.photographs import picture_paths
from intaglio_training.safetensors_file import read_tensors
from intaglio_training.weights_file import read_network, write_network
from intaglio_training.zoo import make_network

CPU = torch.device("cpu")


@pytest.fixture
def folder(tmp_path):
    """Two photographs of different sizes, a float network file, and its hyper-latents and latents as the simulator writes them, on a grid of 1/16."""
    (tmp_path / "photos").mkdir()
    torch.manual_seed(5)
    network = make_network("mbt2018-mean", 8, 12, 4)
    with torch.no_grad():
        # Latents and hyper-latents of an untrained network round to 0; these do not.
        network.gain.logarithm += 3
        network.h_a[-1].weight *= 50
    write_network(tmp_path / "float.safetensors", network, Options(channels=8, latent_channels=12).checked(), 9)
    for seed, height in enumerate((130, 60)):
        Image.fromarray(smooth_samples(seed, height, 128)).save(tmp_path / "photos" / f"{seed}.png")
    paths = picture_paths([tmp_path / "photos"])
    for path, picture in zip(paths, predicted_of_network(network, paths)):
        for rate, predicted in enumerate(picture):
            files = [tmp_path / "latents" / part / str(rate) / name for part, name in (("hyper", f"{path.name}.npy"), ("tcq8", f"{path.name}.reconstruction.npy"))]
            for file, values in zip(files, (predicted.hyper, predicted.shown * 16)):
                file.parent.mkdir(parents=True, exist_ok=True)
                numpy.save(file, values.round().permute(1, 2, 0).numpy().astype("<i2"))
    index = {
        "schemaVersion": 2, "network": {"name": "x", "digest": "0"}, "gridStep": 0.0625, "rates": [0, 1, 2, 3], "quantizers": [{"name": "tcq8", "step": 9, "lambda": 0.01}],
        "pictures": [{"name": path.name, "width": 128, "height": 64} for path in paths],
    }
    (tmp_path / "latents" / "latents.json").write_text(json.dumps(index))
    return tmp_path


def tune(folder, *more):
    return main(["fine-tune-hyper-decoder", "--weights", str(folder / "float.safetensors"), "--run", str(folder / "run"), "--steps", "3", "--log-every", "1", *more])


def simulated(folder):
    return ["--latents", str(folder / "latents"), "--quantizer", "tcq8"]


@pytest.mark.parametrize("optimizer", ["adam", "soap"])
@pytest.mark.parametrize("part", ["scales", "all"])
def test_command_changes_its_part_alone(folder, capsys, part, optimizer):
    if optimizer == "soap":
        pytest.importorskip("pytorch_optimizer")
    assert tune(folder, *simulated(folder), "--part", part, "--optimizer", optimizer) == 0
    assert "step 3 logarithm-of-bits" in capsys.readouterr().out
    before, metadata = read_tensors(folder / "float.safetensors")
    after, tuned = read_tensors(folder / "run" / "network.safetensors")
    assert list(after) == list(before)
    for name in before:
        if part == "scales" and name.startswith("h_s.4."):
            assert numpy.array_equal(after[name][12:], before[name][12:]), "the rows of the means"
            assert not numpy.array_equal(after[name][:12], before[name][:12])
        else:
            assert (after[name].tobytes() == before[name].tobytes()) == (part == "scales" or not name.startswith("h_s.")), name
    assert json.loads(tuned.pop("fineTunedHyperDecoder"))["latents"] == "tcq8" and tuned == metadata


def test_control_rounds_by_itself_and_repeats_exactly(folder):
    photos = ["--photos", str(folder / "photos")]
    assert tune(folder, *photos) == 0
    first = (folder / "run" / "network.safetensors").read_bytes()
    assert tune(folder, *photos) == 0
    assert (folder / "run" / "network.safetensors").read_bytes() == first
    assert tune(folder, *photos, "--photographs", "1") == 0
    assert (folder / "run" / "network.safetensors").read_bytes() != first


def test_bits_are_those_of_the_network_itself(folder):
    """At its own rounding, the sum over all latents of -log2 of the mass that the predicted Gaussian has in a symbol's step, from the definition."""
    network = read_network(folder / "float.safetensors").eval()
    [picture, _] = predicted_of_network(network, picture_paths([folder / "photos"]))
    tuning = HyperDecoderFineTuning(network, [picture], HyperFineTuningOptions(), CPU)
    for predicted in picture:
        with torch.no_grad():
            found = tuning.bits(predicted).item()
            scales, means = (tensor[0].double() for tensor in network.h_s(predicted.hyper[None]).chunk(2, dim=1))
        expected = 0.0
        for shown, scale, mean in zip(*(tensor.flatten().tolist() for tensor in (predicted.shown.double(), scales.clamp(min=0.11), means))):
            lower, upper = ((shown - mean + side) / (scale * math.sqrt(2)) for side in (-0.5, 0.5))
            expected -= math.log2(max(0.5 * (math.erf(upper) - math.erf(lower)), 1e-9))
        assert found == pytest.approx(expected, rel=1e-4)


def test_the_simulators_latents_are_read_in_its_steps(folder):
    network = read_network(folder / "float.safetensors").eval()
    own = predicted_of_network(network, picture_paths([folder / "photos"]))
    for mine, read in zip(own, predicted_of_simulator(LatentFolder(folder / "latents", "tcq8")), strict=True):
        for one, other in zip(mine, read, strict=True):
            assert torch.equal(one.hyper, other.hyper.float())
            assert (one.shown - other.shown * other.step).abs().max() <= 0.5 / 16 + 1e-6


def test_steps_lower_the_bits(folder):
    network = read_network(folder / "float.safetensors")
    [_, picture] = predicted_of_simulator(LatentFolder(folder / "latents", "tcq8"))
    tuning = HyperDecoderFineTuning(network, [picture[:1] * 4], HyperFineTuningOptions(steps=20, warmup_steps=1, learning_rate=1e-3, batch=1), CPU)
    with torch.no_grad():
        before = tuning.bits(picture[0]).item()
    tuning.run(100)
    with torch.no_grad():
        assert tuning.bits(picture[0]).item() < before


def test_every_rate_in_turn(folder):
    network = read_network(folder / "float.safetensors")
    pictures = predicted_of_simulator(LatentFolder(folder / "latents", "tcq8"))
    tuning = HyperDecoderFineTuning(network, pictures, HyperFineTuningOptions(batch=3), CPU)
    drawn = []
    for tuning.step in range(4):
        drawn += tuning._draw()
    rates = [next(rate for picture in pictures for rate, one in enumerate(picture) if one is predicted) for predicted in drawn]
    assert rates == [0, 1, 2, 3] * 3


def test_refusals_are_sentences(folder, capsys):
    def refused(*arguments):
        assert tune(folder, *arguments) == 2
        return capsys.readouterr().err

    assert "go together" in refused("--latents", str(folder / "latents"))
    assert "no latents of 'rdoq'; it has: tcq8" in refused("--latents", str(folder / "latents"), "--quantizer", "rdoq")
    assert "steps is 0" in refused(*simulated(folder), "--steps", "0")
    assert "no part is called 'x'; there are: scales, all" in refused(*simulated(folder), "--part", "x")
    assert "1 or more" in refused(*simulated(folder), "--log-every", "0")
    index = folder / "latents" / "latents.json"
    whole = index.read_text()
    index.write_text(whole.replace("[0, 1, 2, 3]", "[0, 1]"))
    assert "latents of 2 rates, the network has 4" in refused(*simulated(folder))
    index.write_text(whole)
    file = folder / "latents/hyper/3/1.png.npy"
    numpy.save(file, numpy.zeros((3, 2, 9), dtype=numpy.int16))
    assert "are not this network's" in refused(*simulated(folder))
    file.unlink()
    assert "cannot be read" in refused(*simulated(folder))


def test_a_network_without_means_is_refused():
    with pytest.raises(InputError, match="predicts no means"):
        HyperDecoderFineTuning(make_network("bmshj2018-hyperprior", 8, 12, 4), [], HyperFineTuningOptions(), CPU)
