"""Checkpoints of PyTorch as safetensors."""

import argparse

import numpy
import torch

from intaglio_training.command_line import main
from intaglio_training.safetensors_file import ALL_TYPES, read_tensors


def test_the_tensors_of_a_wrapped_state_dict(tmp_path, capsys):
    tensors = {
        "module.g_a.0.weight": torch.arange(12, dtype=torch.float32).reshape(2, 3, 2, 1),
        "module.half": torch.tensor([0.5, 3.0], dtype=torch.float16),
        "module.wide": torch.tensor([0.1], dtype=torch.float64),
        "module.brain": torch.tensor([1.5], dtype=torch.bfloat16),
        "module.entropy_bottleneck._offset": torch.tensor([-3, 4], dtype=torch.int32),
        "module.entropy_bottleneck._quantized_cdf": torch.empty(0, dtype=torch.int32),
    }
    path, output = tmp_path / "checkpoint.pth.tar", tmp_path / "out.safetensors"
    torch.save({"epoch": 3, "state_dict": tensors, "optimizer": {"state": {}}}, path)
    assert main(["convert", str(path), "-o", str(output)]) == 0
    read, _ = read_tensors(output, ALL_TYPES)
    assert read.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert read[name].shape == tuple(tensor.shape)
        assert numpy.array_equal(read[name], tensor.to(torch.float32).numpy()), name
        assert not tensor.dtype.is_floating_point or read[name].dtype == numpy.float32, name
    assert read["module.entropy_bottleneck._offset"].dtype == numpy.int32
    assert "converted to float32: 3 tensors of bfloat16, float16, float64\n" in capsys.readouterr().out
    first = output.read_bytes()
    assert main(["convert", str(path), "-o", str(output)]) == 0 and output.read_bytes() == first


def test_a_bare_state_dict(tmp_path, capsys):
    path, output = tmp_path / "network.pth", tmp_path / "out.safetensors"
    torch.save(torch.nn.Conv2d(3, 4, 5).state_dict(), path)
    assert main(["convert", str(path), "-o", str(output)]) == 0
    assert read_tensors(output)[0].keys() == {"weight", "bias"}
    # 4 x 3 x 5 x 5 weights and 4 biases, float32 already.
    assert capsys.readouterr().out == f"{output}: 2 tensors, 304 elements\n"


def test_what_is_no_state_dict_is_refused(tmp_path, capsys):
    output = str(tmp_path / "out.safetensors")
    for name, contents, words in [
        ("module", torch.nn.ReLU(), "an object of class torch.nn.modules.activation.ReLU, which is no tensor"),
        ("options", {"state_dict": {"weight": torch.zeros(1)}, "options": argparse.Namespace()}, "an object of class argparse.Namespace"),
        ("list", [torch.zeros(1)], "holds list"),
        ("mixed", {"weight": torch.zeros(1), "step": 3}, "entry 'step': int"),
        ("empty", {"state_dict": {}}, "a state dict without tensors"),
        ("sparse", {"weight": torch.eye(2).to_sparse()}, "torch.sparse_coo"),
    ]:
        for is_zip in (True, False):
            torch.save(contents, tmp_path / name, _use_new_zipfile_serialization=is_zip)
            assert main(["convert", str(tmp_path / name), "-o", output]) == 2
            said = capsys.readouterr().err
            assert words in said
            assert "weights_only" not in said and "\x1b" not in said
            assert name == "sparse" or "save network.state_dict()" in said


def test_what_is_no_checkpoint_is_refused(tmp_path, capsys):
    output = str(tmp_path / "out.safetensors")
    whole = tmp_path / "whole"
    torch.save({"weight": torch.zeros(1000)}, whole)
    for name, contents, words in [
        ("text", b"no checkpoint", "it begins with the bytes 6e 6f 20 63"),
        ("nothing", b"", "has no bytes"),
        ("half", whole.read_bytes()[:1000], "is damaged"),
    ]:
        (tmp_path / name).write_bytes(contents)
        assert main(["convert", str(tmp_path / name), "-o", output]) == 2
        said = capsys.readouterr().err
        assert words in said and "weights_only" not in said
    assert main(["convert", str(tmp_path / "none"), "-o", output]) == 2
    assert "cannot be read" in capsys.readouterr().err
