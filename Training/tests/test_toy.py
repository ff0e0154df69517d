"""The whole path, shortened. Skipped where `intaglio` is not built."""

from intaglio_training.command_line import main


def test_train_quantize_fine_tune_encode_decode(intaglio, tmp_path, capsys):
    arguments = ["toy", "--intaglio", str(intaglio), "--work", str(tmp_path), "--pictures", "2", "--steps", "8", "--fine-tuning-steps", "4"]
    assert main(arguments) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.endswith("decoded exactly")]
    assert [sum(line.startswith(stage) for line in lines) for stage in ("before", "after", "decoder")] == [4, 4, 4]


def test_toy_needs_the_tool(tmp_path, capsys):
    assert main(["toy", "--intaglio", str(tmp_path / "none"), "--work", str(tmp_path)]) == 2
    assert "there is no tool" in capsys.readouterr().err
