"""The float network file: its keys, its effective values, its bytes."""

import dataclasses
import json
import os
from pathlib import Path

import numpy
import pytest
import torch

from intaglio_training.errors import InputError
from intaglio_training.options import Options
from intaglio_training.safetensors_file import read_tensors, write_tensors
from intaglio_training.weights_file import effective_tensors, load_effective_tensors, read_network, write_network
from intaglio_training.zoo import NETWORKS, make_network

N, M, RATES = 8, 12, 4
OPTIONS = Options(channels=N, latent_channels=M).checked()


def layer(name, *shape):
    return {f"{name}.weight": shape, f"{name}.bias": (shape[0],)}


def expected_shapes():
    """The key layout, written out from its description."""
    shapes = {}
    for index, (inner, outer) in enumerate([(3, N), (N, N), (N, N), (N, M)]):
        shapes |= layer(f"g_a.{2 * index}", outer, inner, 5, 5)
    for index, (inner, outer) in enumerate([(M, N), (N, N), (N, N), (N, 3)]):
        shapes |= {f"g_s.{2 * index}.weight": (inner, outer, 5, 5), f"g_s.{2 * index}.bias": (outer,)}
    for transform in ("g_a", "g_s"):
        for index in (1, 3, 5):
            shapes |= {f"{transform}.{index}.beta": (N,), f"{transform}.{index}.gamma": (N, N)}
    shapes |= layer("h_a.0", N, M, 3, 3) | layer("h_a.2", N, N, 5, 5) | layer("h_a.4", N, N, 5, 5)
    shapes |= {"h_s.0.weight": (N, M, 5, 5), "h_s.0.bias": (M,)}
    shapes |= {"h_s.2.weight": (M, 18, 5, 5), "h_s.2.bias": (18,)}
    shapes |= layer("h_s.4", 2 * M, 18, 3, 3)
    for index, (outer, inner) in enumerate([(3, 1), (3, 3), (3, 3), (1, 3)]):
        shapes |= {f"prior.m.{index}": (N, outer, inner), f"prior.b.{index}": (N, outer, 1)}
        if index < 3:
            shapes[f"prior.a.{index}"] = (N, outer, 1)
    return shapes | {"gain": (RATES, M)}


@pytest.fixture
def network():
    torch.manual_seed(8)
    network = make_network("mbt2018-mean", N, M, RATES)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    return network


def test_keys_shapes_and_metadata(network, tmp_path):
    write_network(tmp_path / "network.safetensors", network, OPTIONS, 123)
    tensors, metadata = read_tensors(tmp_path / "network.safetensors")
    assert {key: tensor.shape for key, tensor in tensors.items()} == expected_shapes()
    assert (metadata["N"], metadata["M"], metadata["step"]) == ("8", "12", "123")
    assert metadata["architecture"] == "mean-scale-hyperprior"
    assert json.loads(metadata["lambda"]) == [0.0035, 0.0067, 0.013, 0.025]
    assert all(isinstance(value, str) for value in metadata.values())


def test_values_are_the_effective_ones(network):
    tensors = effective_tensors(network)
    stored = network.g_a[1].stored_gamma.detach().double().numpy()
    expected = numpy.maximum(stored, 2.0**-18) ** 2 - 2.0**-36
    numpy.testing.assert_allclose(tensors["g_a.1.gamma"], expected, rtol=1e-6, atol=1e-18)
    assert (tensors["g_a.1.gamma"] >= 0).all() and (tensors["g_s.5.beta"] >= 0.999e-6).all()
    numpy.testing.assert_allclose(tensors["gain"], numpy.exp(network.gain.logarithm.detach().double().numpy()), rtol=1e-6)
    numpy.testing.assert_array_equal(tensors["h_a.2.bias"], network.h_a[2].bias.detach().numpy())


@pytest.mark.parametrize("name", NETWORKS)
def test_written_network_codes_alike(name, tmp_path):
    torch.manual_seed(8)
    network = make_network(name, N, M, RATES)
    write_network(tmp_path / "network.safetensors", network, dataclasses.replace(OPTIONS, network=name), 0)
    again = read_network(tmp_path / "network.safetensors").eval()
    pictures, rates = torch.rand(2, 3, 64, 64), torch.tensor([0, 3])
    with torch.no_grad():
        expected, found = network.eval()(pictures, rates), again(pictures, rates)
    assert torch.allclose(expected.bits, found.bits, rtol=1e-3)
    assert torch.allclose(expected.reconstruction, found.reconstruction, atol=1e-3)


def test_bytes_repeat_and_other_readers_agree(network, tmp_path):
    for name in ("one", "two"):
        write_network(tmp_path / name, network, OPTIONS, 5)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    safetensors = pytest.importorskip("safetensors.numpy")
    for key, tensor in safetensors.load_file(tmp_path / "one").items():
        numpy.testing.assert_array_equal(tensor, effective_tensors(network)[key])


def test_half_weights_halve_the_kernels_alone(network, tmp_path):
    write_network(tmp_path / "whole", network, OPTIONS, 5)
    write_network(tmp_path / "half", network, OPTIONS, 5, half_weights=True)
    whole, half = read_tensors(tmp_path / "whole")[0], read_tensors(tmp_path / "half")[0]
    kernels = {key for key, tensor in whole.items() if tensor.ndim == 4}
    for key, tensor in whole.items():
        expected = tensor.astype(numpy.float16).astype(numpy.float32) if key in kernels else tensor
        numpy.testing.assert_array_equal(half[key], expected)
    saved = (tmp_path / "whole").stat().st_size - (tmp_path / "half").stat().st_size
    assert abs(saved - 2 * sum(whole[key].size for key in kernels)) < 64, "headers differ by the digits of offsets"


def test_wrong_files_are_refused_by_name(network, tmp_path):
    tensors = effective_tensors(network)
    with pytest.raises(InputError, match="lacks tensor 'gain'"):
        load_effective_tensors(network, {k: v for k, v in tensors.items() if k != "gain"}, "x")
    with pytest.raises(InputError, match="does not: more"):
        load_effective_tensors(network, tensors | {"more": tensors["gain"]}, "x")
    with pytest.raises(InputError, match=r"shape \[4, 11\], expected \[4, 12\]"):
        load_effective_tensors(network, tensors | {"gain": tensors["gain"][:, :11]}, "x")
    (tmp_path / "broken").write_bytes(b"\x10\0\0\0\0\0\0\0not json at all!")
    with pytest.raises(InputError, match="is not a float safetensors file"):
        read_tensors(tmp_path / "broken")
    write_tensors(tmp_path / "other", {"a": numpy.zeros(2, numpy.float32)}, {"architecture": "other"})
    with pytest.raises(InputError, match="names no known network"):
        read_network(tmp_path / "other")


def test_keys_of_a_network_trained_elsewhere():
    named = os.environ.get("INTAGLIO_SHARED")
    beside = [Path(__file__).parents[level] / "shared" / "data" for level in (3, 4)]
    folders = [Path(named)] if named else beside
    path = next((p for p in (folder / "weights" / "hyperprior64.safetensors" for folder in folders) if p.exists()), None)
    if path is None:
        pytest.skip("hyperprior64.safetensors is not beside the project")
    tensors, _ = read_tensors(path)
    again = effective_tensors(read_network(path))
    assert list(again) == list(tensors), "same keys in the same order"
    for key, tensor in tensors.items():
        numpy.testing.assert_allclose(again[key], tensor, rtol=1e-6, atol=1e-10, err_msg=key)
