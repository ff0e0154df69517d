"""Float weights out of a network file of the simulator."""

import dataclasses

import torch

from intaglio_training.command_line import main
from intaglio_training.safetensors_file import read_tensors
from intaglio_training.simulator import Simulator
from intaglio_training.weights_file import write_network
from intaglio_training.zoo import make_network


def test_what_import_wrote_comes_back(intaglio, small_options, tmp_path):
    torch.manual_seed(3)
    network = make_network("mbt2018-mean", small_options.channels, small_options.latent_channels, 2)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    trained, packed, unpacked = (tmp_path / f"{name}.safetensors" for name in ("trained", "packed", "unpacked"))
    write_network(trained, network, dataclasses.replace(small_options, lambdas=(0.01, 0.02)), 5)
    Simulator(intaglio)("import", "--architecture", "mean-scale-hyperprior", trained, "-o", packed)
    assert main(["unpack", "--network", str(packed), "--loss", "mse", "--lambdas", "0.01", "0.02", "-o", str(unpacked)]) == 0
    (before, about), (after, about_after) = read_tensors(trained), read_tensors(unpacked)
    assert before.keys() == after.keys()
    assert about["lambda"] == about_after["lambda"] and about["loss"] == about_after["loss"]
    for name in before:
        assert before[name].shape == after[name].shape, name
        # Networks hold square roots of beta and gamma and logarithms of gains: they are taken and undone in between.
        assert abs(before[name] - after[name]).max() <= 1e-6 * max(1, abs(before[name]).max()), name


def test_what_carries_no_float_network_is_refused(intaglio, tmp_path, capsys):
    (tmp_path / "empty.safetensors").write_bytes((2).to_bytes(8, "little") + b"{}")
    assert main(["unpack", "--network", str(tmp_path / "empty.safetensors"), "--loss", "mse", "-o", str(tmp_path / "o")]) == 2
    assert "carries no float network" in capsys.readouterr().err
