"""Checkpoints of PyTorch as safetensors."""

import numpy
import torch

from intaglio_training.command_line import main
from intaglio_training.safetensors_file import ALL_TYPES, read_tensors


def test_the_tensors_of_a_wrapped_state_dict(tmp_path):
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
    assert read["module.entropy_bottleneck._offset"].dtype == numpy.int32
    first = output.read_bytes()
    assert main(["convert", str(path), "-o", str(output)]) == 0 and output.read_bytes() == first


def test_a_bare_state_dict(tmp_path):
    path, output = tmp_path / "network.pth", tmp_path / "out.safetensors"
    torch.save(torch.nn.Conv2d(3, 4, 5).state_dict(), path)
    assert main(["convert", str(path), "-o", str(output)]) == 0
    assert read_tensors(output)[0].keys() == {"weight", "bias"}


def test_what_is_no_state_dict_is_refused(tmp_path, capsys):
    output = str(tmp_path / "out.safetensors")
    for name, contents, words in [
        ("module", torch.nn.ReLU(), "no checkpoint of tensors alone"),
        ("list", [torch.zeros(1)], "expected tensors by name"),
        ("mixed", {"weight": torch.zeros(1), "step": 3}, "entry 'step'"),
    ]:
        torch.save(contents, tmp_path / name)
        assert main(["convert", str(tmp_path / name), "-o", output]) == 2
        assert words in capsys.readouterr().err
    (tmp_path / "text").write_text("no checkpoint")
    assert main(["convert", str(tmp_path / "text"), "-o", output]) == 2
    assert main(["convert", str(tmp_path / "none"), "-o", output]) == 2
