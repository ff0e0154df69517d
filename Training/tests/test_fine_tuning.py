"""Fine-tuning through the quantizer against the simulator: codes, ranges and streams. Skipped where `intaglio` is not built."""

import dataclasses
import json
from pathlib import Path

import numpy
import pytest
import torch
from PIL import Image

from conftest import smooth_samples
from intaglio_training.command_line import main
from intaglio_training.errors import InputError
from intaglio_training.evaluation import evaluate_picture
from intaglio_training.fake_quantized_network import FakeQuantizedNetwork, weight_rows
from intaglio_training.fine_tuning import options_of_file, start_fine_tuning
from intaglio_training.normalization import Normalization
from intaglio_training.photographs import picture_paths, read_picture
from intaglio_training.quantized_file import QuantizedFile
from intaglio_training.quantized_weights import nearest_codes
from intaglio_training.safetensors_file import read_tensors
from intaglio_training.simulator import Simulator
from intaglio_training.training import Training
from intaglio_training.weights_file import read_network, write_network

LAWS = {
    "power": [], "linear": ["--weights", "linear", "--activations", "linear"], "logarithmic": ["--weights", "logarithmic 4"],
    "three an octave": ["--activations", "logarithmic 4", "--codebooks-per-octave", "3"], "dead zone": ["--weights", "deadZone 1/16 8"],
}


@pytest.fixture(scope="session")
def pictures(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    for seed in range(3):
        Image.fromarray(smooth_samples(seed, 128, 128)).save(folder / f"{seed}.png")
    return folder


@pytest.fixture(scope="session")
def weights(tmp_path_factory, pictures) -> Path:
    """A tiny network after a few steps."""
    from intaglio_training.options import Options

    options = Options(channels=8, latent_channels=12, steps=30, learning_rate=2e-3, batch=4, crop=64, warmup_steps=1, decay_steps=1).checked()
    training = Training(options, picture_paths([pictures]))
    for _ in range(options.steps):
        training.take_step()
    path = tmp_path_factory.mktemp("weights") / "network.safetensors"
    write_network(path, training.network, options, training.step)
    return path


def quantized_by(intaglio, weights, pictures, output, choices) -> QuantizedFile:
    return QuantizedFile(Simulator(intaglio).quantized(weights, pictures, output, ["--crop", "128", *choices]))


@pytest.mark.parametrize("law", LAWS)
def test_simulator_writes_the_codes_and_ranges_of_the_training(law, intaglio, weights, pictures, tmp_path):
    first = quantized_by(intaglio, weights, pictures, tmp_path / "first.safetensors", LAWS[law])
    options = options_of_file(weights, {"crop": 64, "batch": 4, "learning_rate": 1e-3, "warmup_steps": 1, "steps": 4})
    training = start_fine_tuning(weights, tmp_path / "first.safetensors", options, picture_paths([pictures]))
    before = {name: values.clone() for name, values in training.network.ranges().items()}
    for _ in range(options.steps):
        training.take_step()
    fake = training.network
    assert any(not torch.equal(before[name], values) for name, values in fake.ranges().items()), "ranges are learned"
    tuned = tmp_path / "tuned.safetensors"
    write_network(tuned, fake.network, options, training.step, fake.ranges())
    again = quantized_by(intaglio, tuned, pictures, tmp_path / "again.safetensors", LAWS[law])

    for tensor, quantizer in ((name, fake.activations[name.replace(".", "_")]) for name in fake.tensors):
        # Where no channel selects the widest codebook any more, the simulator makes the grid finer.
        unused = int(quantizer.selects.min())
        finer = quantizer.books.lasts[unused].item() / quantizer.books.lasts[0].item()
        assert again.sets[tensor].selects.tolist() == (quantizer.selects - unused).tolist(), tensor
        assert again.sets[tensor].step == pytest.approx(quantizer.step_logarithm.exp().item() * finer, rel=1e-5)
    tensors, _ = read_tensors(tuned)
    exported = read_network(tuned)
    differing = total = 0
    for layer, coded in again.weights.items():
        module = exported.get_submodule(layer)
        if isinstance(module, Normalization):
            assert coded.shifts.tolist() == fake.operand_shifts(layer).tolist(), layer
            rows, given = tensors[f"{layer}.gamma"] * 2.0**coded.shifts, coded.codes
        else:
            rows = weight_rows(module, torch.from_numpy(tensors[f"{layer}.weight"].copy())).numpy()
            # [K][R][S][C] of the file to [K][C][R][S].
            given = coded.codes.transpose(0, 3, 1, 2).reshape(rows.shape)
        expected = nearest_codes(rows, tensors[f"ranges.{layer}.clips"], coded.entries, coded.dead_zone)
        assert (coded.dead_zone is not None) == (law == "dead zone" and not isinstance(module, Normalization)), layer
        differing += int((expected != given).sum())
        total += expected.size
        assert numpy.array_equal(first.weights[layer].entries, coded.entries), "one law throughout"
    # Equal, but for a quotient that float64 puts on the other side of a midpoint.
    assert differing <= total * 1e-4, f"{differing} of {total} codes"


def test_tables_stay_while_weights_are_trained(intaglio, weights, pictures, tmp_path):
    first = quantized_by(intaglio, weights, pictures, tmp_path / "first.safetensors", ["--activations", "table"])
    assert any(given.offsets.any() for given in first.sets.values()), "channels are centred"
    options = options_of_file(weights, {"crop": 64, "batch": 4, "learning_rate": 1e-3, "warmup_steps": 1, "steps": 3})
    training = start_fine_tuning(weights, tmp_path / "first.safetensors", options, picture_paths([pictures]), learns_activations=False)
    fake = training.network
    for layer, coded in first.weights.items():
        if coded.shifts is not None:
            assert fake.operand_shifts(layer).tolist() == coded.shifts.tolist(), layer
    kept = {name: tensor.clone() for name, tensor in fake.activations.state_dict().items()}
    clips = {name: tensor.clone() for name, tensor in fake.ranges().items()}
    for _ in range(options.steps):
        training.take_step()
    assert all(torch.equal(kept[name], tensor) for name, tensor in fake.activations.state_dict().items())
    assert all(name.endswith(".clips") for name in clips) and any(not torch.equal(clips[name], values) for name, values in fake.ranges().items())
    tuned = tmp_path / "tuned.safetensors"
    write_network(tuned, fake.network, options, training.step, fake.ranges())
    again = quantized_by(intaglio, tuned, pictures, tmp_path / "again.safetensors", ["--activations", "table"])
    assert again.weights.keys() == first.weights.keys()
    # Ranges say nothing of tables.
    write_network(tuned, fake.network, options, training.step, fake.ranges() | {"ranges.g_a.0.activations": torch.ones(8)})
    with pytest.raises(InputError, match="`intaglio quantize"):
        quantized_by(intaglio, tuned, pictures, tmp_path / "refused.safetensors", ["--activations", "table"])


def test_streams_cost_and_show_what_the_training_says(intaglio, weights, pictures, tmp_path):
    """Bits within 2 %, quality within 0.1 dB: what the fake-quantized network leaves out is that small."""
    quantized = quantized_by(intaglio, weights, pictures, tmp_path / "first.safetensors", [])
    fake = FakeQuantizedNetwork(read_network(weights), quantized)
    tuned = tmp_path / "tuned.safetensors"
    write_network(tuned, fake.network, options_of_file(weights, {}), 0, fake.ranges())
    quantized_by(intaglio, tuned, pictures, tmp_path / "again.safetensors", [])
    for rate in (0, 3):
        coded = Simulator(intaglio)("encode", pictures / "0.png", "--network", tmp_path / "again.safetensors", "--rate", rate, "-o", tmp_path / "s", "--json")
        found = json.loads(coded)
        bpp, decibels, _ = evaluate_picture(fake.eval(), read_picture(pictures / "0.png"), rate)
        assert found["psnr"] == pytest.approx(decibels, abs=0.1)
        assert found["idealBitsPerPixel"] == pytest.approx(bpp, rel=0.02)


def test_command_resumes_and_refuses(intaglio, weights, pictures, tmp_path, capsys):
    quantized_by(intaglio, weights, pictures, tmp_path / "first.safetensors", [])
    command = [
        "fine-tune-quantized", "--weights", str(weights), "--quantized", str(tmp_path / "first.safetensors"), "--photos", str(pictures),
        "--run", str(tmp_path / "run"), "-o", str(tmp_path / "tuned.safetensors"), "--crop", "64", "--batch", "2", "--log-every", "1", "--decay-steps", "1",
    ]
    assert main([*command, "--steps", "2"]) == 0
    assert "step 2 loss" in capsys.readouterr().out
    assert main([*command, "--steps", "3"]) == 2, "a run is not overwritten"
    assert main([*command, "--steps", "3", "--resume"]) == 0
    assert "step 3 loss" in capsys.readouterr().out
    assert read_tensors(tmp_path / "tuned.safetensors")[1]["step"] == "3"
    assert main([*command, "--steps", "4", "--resume", "--fixed-activations"]) == 2
    assert "resume with --fixed-activations as the run was started" in capsys.readouterr().err
    command[4] = str(weights)
    assert main([*command, "--steps", "4", "--resume"]) == 2
    assert "holds no quantized network" in capsys.readouterr().err


def test_learned_ranges_belong_to_output_channels(intaglio, weights, pictures, tmp_path):
    quantized = quantized_by(intaglio, weights, pictures, tmp_path / "first.safetensors", [])
    fake = FakeQuantizedNetwork(read_network(weights), quantized)
    tuned = tmp_path / "tuned.safetensors"
    options = options_of_file(weights, {})
    write_network(tuned, fake.network, options, 0, fake.ranges())
    # Plain quantization has one scale a layer and takes no learned ranges; asked for by itself, that grouping is refused.
    quantized_by(intaglio, tuned, pictures, tmp_path / "plain.safetensors", ["--plain"])
    with pytest.raises(InputError, match="exit code 2"):
        quantized_by(intaglio, tuned, pictures, tmp_path / "layer.safetensors", ["--grouping", "layer"])
    bad = {name: values for name, values in fake.ranges().items()} | {"ranges.g_a.0.clips": torch.ones(7)}
    write_network(tuned, fake.network, dataclasses.replace(options), 0, bad)
    with pytest.raises(InputError, match="`intaglio import"):
        quantized_by(intaglio, tuned, pictures, tmp_path / "bad.safetensors", [])
