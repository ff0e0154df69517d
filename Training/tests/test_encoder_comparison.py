"""Quantized network files made by hand: what lies behind the latents may differ, nothing else."""

import copy
import json

import pytest

from intaglio_training.command_line import main
from intaglio_training.encoder_comparison import QuantizedContents, differing_parts, require_equal_encoders
from intaglio_training.errors import InputError
from intaglio_training.safetensors_file import write_tensors

NETWORK = {
    "name": "n", "sizeMultiple": 16, "inputs": [{"name": "image", "channels": 3}], "outputs": ["g_s.1"], "latents": ["h_a"], "rates": ["g_a", "codes"],
    "codec": {"lanes": 4},
    "layers": [
        {"name": "g_a", "operator": "convolution", "inputs": ["image"]},
        {"name": "h_a", "operator": "convolution", "inputs": ["g_a"]},
        {"name": "g_s", "operator": "convolution", "inputs": ["h_a"]},
        {"name": "symbols", "operator": "quantizeLatent", "inputs": ["g_a", "g_s"]},
        {"name": "u", "operator": "reconstructLatent", "inputs": ["symbols", "g_s"]},
        {"name": "codes", "operator": "requantize", "inputs": ["u"]},
        {"name": "g_s.1", "operator": "transposedConvolution", "inputs": ["codes"]},
    ],
    "formats": [{"tensor": name, "kind": "codes", "step": 0.5} for name in ("image", "g_a", "h_a", "g_s", "codes", "g_s.1")],
    "parameters": [{"layer": name, "law": "linear"} for name in ("g_a", "h_a", "g_s", "codes", "g_s.1")],
}
TENSORS = {
    "quantized.g_a.weightCodes": b"1234", "quantized.g_s.weightCodes": b"5678", "quantized.g_s.1.weightCodes": b"90ab",
    "quantized.codec.latents.starts": b"cdef", "float.g_s.1.weights": b"ghij",
}


def write(path, network, tensors):
    header, body = {"__metadata__": {"quantized": json.dumps(network)}}, b""
    for name, contents in tensors.items():
        header[name] = {"dtype": "U8", "shape": [4], "data_offsets": [len(body), len(body) + 4]}
        body += contents
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)
    return path


@pytest.fixture
def first(tmp_path):
    return write(tmp_path / "first", NETWORK, TENSORS)


def test_the_synthesis_is_what_depends_on_the_reconstruction(first):
    """The hyper-synthesis here is called g_s, to show that names do not decide."""
    contents = QuantizedContents.read(first)
    assert contents.synthesis() == {"codes", "g_s.1"}
    assert "g_s.weightCodes" in contents.encoder() and "g_s.1.weightCodes" not in contents.encoder()


def test_another_synthesis_is_equal(first, tmp_path, capsys):
    network = copy.deepcopy(NETWORK)
    network["formats"][-1]["step"] = network["formats"][-2]["step"] = 0.25
    network["parameters"][-1]["law"] = "power"
    other = write(tmp_path / "other", network, TENSORS | {"quantized.g_s.1.weightCodes": b"....", "float.g_s.1.weights": b"...."})
    assert differing_parts(first, other)[1] == []
    assert main(["compare-encoders", str(first), str(other)]) == 0
    assert "parts of both encoders are equal" in capsys.readouterr().out


@pytest.mark.parametrize("tensor", ["quantized.g_a.weightCodes", "quantized.g_s.weightCodes", "quantized.codec.latents.starts"])
def test_one_code_of_the_encoder_is_found(first, tmp_path, tensor, capsys):
    other = write(tmp_path / "other", NETWORK, TENSORS | {tensor: b"123."})
    assert differing_parts(first, other)[1] == [tensor.removeprefix("quantized.")]
    assert main(["compare-encoders", str(first), str(other)]) == 2
    assert tensor.removeprefix("quantized.") in capsys.readouterr().err


@pytest.mark.parametrize("change", ["codec", "format", "parameters", "missing"])
def test_other_differences_are_found(first, tmp_path, change):
    network, tensors = copy.deepcopy(NETWORK), dict(TENSORS)
    if change == "codec":
        network["codec"]["lanes"] = 8
    elif change == "format":
        network["formats"][2]["step"] = 0.25
    elif change == "parameters":
        network["parameters"][2]["law"] = "power"
    else:
        del tensors["quantized.g_a.weightCodes"]
    with pytest.raises(InputError, match="1 of .* parts differ"):
        require_equal_encoders(first, write(tmp_path / "other", network, tensors))


def test_a_file_that_is_none_is_refused(tmp_path):
    write_tensors(tmp_path / "x", {}, {})
    with pytest.raises(InputError, match="holds no quantized network"):
        QuantizedContents.read(tmp_path / "x")
