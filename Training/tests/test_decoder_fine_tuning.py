"""Only the synthesis changes, and it gains on the latents that it was tuned on."""

import dataclasses
import json
import math

import numpy
import pytest
import torch
from PIL import Image

from conftest import smooth_samples
from intaglio_training.command_line import main
from intaglio_training.decoder_fine_tuning import DecoderFineTuning, FineTuningOptions, loss_of_file
from intaglio_training.errors import InputError
from intaglio_training.latent_folder import LatentFolder
from intaglio_training.losses import squared_error, structural_dissimilarity
from intaglio_training.options import Options
from intaglio_training.picture_latents import latents_of_network, latents_of_simulator, rounded_latents
from intaglio_training.photographs import picture_paths
from intaglio_training.safetensors_file import read_tensors
from intaglio_training.weights_file import read_network, write_network
from intaglio_training.zoo import make_network

FAST = ["--steps", "3", "--crop", "64", "--batch", "2", "--warmup-steps", "1", "--log-every", "1"]


@pytest.fixture
def folder(tmp_path):
    """Two photographs, a float network file, and latents as the simulator writes them: the network's own, on its grid of 1/16."""
    (tmp_path / "photos" / "inner").mkdir(parents=True)
    torch.manual_seed(5)
    options = Options(channels=8, latent_channels=12).checked()
    network = make_network("mbt2018-mean", 8, 12, 4)
    write_network(tmp_path / "float.safetensors", network, options, 9)
    pictures = []
    for seed, name in enumerate(["a.png", "inner/b.png"]):
        samples = smooth_samples(seed, 130, 128)
        Image.fromarray(samples).save(tmp_path / "photos" / name)
        for rate, latents in enumerate(rounded_latents(network, torch.from_numpy(samples).permute(2, 0, 1))):
            file = tmp_path / "latents" / "tcq8" / str(rate) / f"{name}.reconstruction.npy"
            file.parent.mkdir(parents=True, exist_ok=True)
            numpy.save(file, (latents.numpy() * 16).round().astype("<i2"))
        pictures.append({"name": name, "width": 128, "height": 130})
    index = {
        "schemaVersion": 1, "network": "x", "gridStep": 0.0625, "rates": [0, 1, 2, 3],
        "quantizers": [{"name": "tcq8", "step": 9, "lambda": 0.01}], "pictures": pictures,
    }
    (tmp_path / "latents" / "latents.json").write_text(json.dumps(index))
    return tmp_path


def tune(folder, *more):
    command = ["fine-tune-decoder", "--weights", str(folder / "float.safetensors"), "--photos", str(folder / "photos")]
    return main(command + ["--run", str(folder / "run"), *FAST, *more])


def test_command_changes_the_synthesis_alone(folder, capsys):
    assert tune(folder, "--latents", str(folder / "latents"), "--quantizer", "tcq8") == 0
    assert "step 3 loss" in capsys.readouterr().out
    before, metadata = read_tensors(folder / "float.safetensors")
    after, tuned = read_tensors(folder / "run" / "network.safetensors")
    assert list(after) == list(before)
    for name in before:
        assert (after[name].tobytes() == before[name].tobytes()) == (not name.startswith("g_s.")), name
    assert json.loads(tuned.pop("fineTunedDecoder"))["latents"] == "tcq8" and tuned == metadata


def test_control_rounds_by_itself_and_repeats_exactly(folder):
    assert tune(folder) == 0
    first = (folder / "run" / "network.safetensors").read_bytes()
    assert tune(folder) == 0
    assert (folder / "run" / "network.safetensors").read_bytes() == first
    assert tune(folder, "--photographs", "1") == 0
    assert (folder / "run" / "network.safetensors").read_bytes() != first


def test_the_synthesis_sees_what_the_decoder_sees(folder):
    """u / 16 / gain: the loss of the first step is that of the float network's own output, where u has its values."""
    network = read_network(folder / "float.safetensors").eval()
    pictures = latents_of_simulator(network, LatentFolder(folder / "latents", "tcq8"), folder / "photos")
    options = FineTuningOptions(steps=1, batch=1, crop=80)
    tuning = DecoderFineTuning(network, pictures, squared_error, [1.0] * 4, options, torch.device("cpu"))
    seen = tuning.distortions(torch.tensor([2])).item()
    crops = []
    for picture in pictures:
        shown = network.g_s(picture.latents[2].permute(2, 0, 1)[None] / 16 / network.gain.effective()[2][:, None, None])[0]
        errors = (shown[:, :130, :128] - picture.samples / 255) ** 2 * 255**2
        crops += [errors[:, y : y + 80, x : x + 80].mean().item() for y in (0, 16, 32, 48) for x in (0, 16, 32, 48)]
    assert min(abs(seen - crop) for crop in crops) < 1e-6 * seen


def test_steps_lower_the_distortion(folder):
    network = read_network(folder / "float.safetensors")
    pictures = latents_of_network(network, picture_paths([folder / "photos"]))
    options = FineTuningOptions(steps=30, batch=4, crop=64, learning_rate=1e-3, warmup_steps=1)
    tuning = DecoderFineTuning(network, pictures, squared_error, [0.01] * 4, options, torch.device("cpu"))
    figures = [tuning.take_step()["distortion"] for _ in range(30)]
    assert sum(figures[-4:]) < sum(figures[:4])


def test_relative_weighting_counts_a_percent_the_same_everywhere(folder):
    """Distortions ten times as large move the weights to the same place: the gradient of a logarithm knows no unit."""

    def after_steps(weighting, factor):
        network = read_network(folder / "float.safetensors")
        pictures = latents_of_network(network, picture_paths([folder / "photos"]))
        options = FineTuningOptions(steps=2, batch=4, crop=64, warmup_steps=0, gradient_norm=0.5, weighting=weighting)
        tuning = DecoderFineTuning(network, pictures, lambda a, b: factor * squared_error(a, b), [0.01] * 4, options, torch.device("cpu"))
        losses = [tuning.take_step()["loss"] for _ in range(2)]
        return losses, network.g_s[0].weight.detach()

    (losses, weights), (tenfold, same) = (after_steps("relative", factor) for factor in (1, 10))
    assert [b - a for a, b in zip(losses, tenfold)] == pytest.approx([math.log(10)] * 2, abs=1e-4)
    assert torch.allclose(weights, same, atol=1e-6)
    (losses, weights), (tenfold, _) = (after_steps("absolute", factor) for factor in (1, 10))
    assert tenfold[0] == pytest.approx(10 * losses[0], rel=1e-4)


def test_crops_without_distortion_ask_for_nothing(folder):
    network = read_network(folder / "float.safetensors")
    pictures = latents_of_network(network, picture_paths([folder / "photos"]))
    options = FineTuningOptions(steps=1, batch=4, crop=64, weighting="relative")
    tuning = DecoderFineTuning(network, pictures, lambda a, b: squared_error(a, b) * torch.tensor([0.0, -1e-9, 1, 1]), [0.01] * 4, options, torch.device("cpu"))
    distortions = torch.tensor([0.0, -1e-7, 2.0, 8.0], requires_grad=True)
    tuning.loss_of(distortions, tuning.rates_of_batch()).backward()
    assert distortions.grad.tolist() == pytest.approx([0, 0, 1 / 8, 1 / 32])
    assert math.isfinite(tuning.take_step()["loss"])


def test_loss_is_the_networks_own(folder):
    metadata = read_tensors(folder / "float.safetensors")[1]
    assert loss_of_file(metadata, "x") == (squared_error, [0.0035, 0.0067, 0.013, 0.025])
    other = metadata | {"loss": "lambda*(1 - MS-SSIM) + bpp", "lambda": "[2.0, 4]"}
    assert loss_of_file(other, "x") == (structural_dissimilarity, [2.0, 4.0])
    with pytest.raises(InputError, match="'x' does not say its loss"):
        loss_of_file({}, "x")


def test_refusals_are_sentences(folder, capsys):
    def refused(*arguments):
        assert tune(folder, *arguments) == 2
        return capsys.readouterr().err

    latents = ["--latents", str(folder / "latents")]
    assert "go together" in refused(*latents)
    assert "no latents of 'rdoq'; it has: tcq8" in refused(*latents, "--quantizer", "rdoq")
    assert "latents.json' cannot be read" in refused("--latents", str(folder), "--quantizer", "tcq8")
    assert "steps is 0" in refused("--steps", "0")
    assert "no weighting is called 'decibels'; there are: absolute, relative" in refused("--weighting", "decibels")
    torch.manual_seed(6)
    options = dataclasses.replace(Options(channels=8, latent_channels=12).checked())
    stranger = make_network("mbt2018-mean", 8, 12, 4)
    with torch.no_grad():
        stranger.g_a[6].bias += 7
    write_network(folder / "float.safetensors", stranger, options, 9)
    assert "steps from this network's" in refused(*latents, "--quantizer", "tcq8")
    file = folder / "latents/tcq8/3/a.png.reconstruction.npy"
    numpy.save(file, numpy.zeros((4, 4), dtype=numpy.int16))
    assert "int16 [H][W][M] is expected" in refused(*latents, "--quantizer", "tcq8")
    (folder / "latents" / "latents.json").write_text("{}")
    assert "is not an index of latents" in refused(*latents, "--quantizer", "tcq8")
