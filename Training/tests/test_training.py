"""The loop learns, resumes exactly, and follows its learning rate."""

import dataclasses
import os
import signal

import pytest
import torch
from PIL import Image

from intaglio_training.checkpoint import FILE_NAME, read_checkpoint, write_checkpoint
from intaglio_training.errors import InputError, Interrupted
from intaglio_training.learning_rate import learning_rate_at
from intaglio_training.losses import SMALLEST_DISTORTIONS, TYPICAL_DISTORTIONS, loss_of_pictures
from intaglio_training.ms_ssim import ms_ssim
from intaglio_training.options import Options
from intaglio_training.photographs import picture_paths
from intaglio_training.training import Training, run_training


def test_five_steps_lower_the_loss(photographs, small_options):
    """On one batch repeated, so that the crops' differences do not count."""
    training = Training(small_options, picture_paths([photographs]))
    batch = training.sampler.batch(4)
    training.sampler.batch = lambda count: batch
    losses = [training.take_step()["loss"] for _ in range(6)]
    assert losses[5] < losses[0]


def test_resumed_run_equals_uninterrupted_run(photographs, small_options, tmp_path):
    paths = picture_paths([photographs])
    whole = Training(small_options, paths)
    expected = [whole.take_step() for _ in range(6)]

    first = Training(small_options, paths)
    start = [first.take_step() for _ in range(3)]
    write_checkpoint(tmp_path / "run" / FILE_NAME, first.checkpoint())
    torch.rand(17)
    second = Training.resumed(tmp_path / "run", {}, paths)
    assert second.step == 3
    assert start + [second.take_step() for _ in range(3)] == expected
    for one, other in zip(whole.network.parameters(), second.network.parameters()):
        assert torch.equal(one, other)
    assert [path.name for path in (tmp_path / "run").iterdir()] == [FILE_NAME], "no unfinished file is left"


def test_resume_refuses_another_network_and_accepts_more_steps(photographs, small_options, tmp_path):
    paths = picture_paths([photographs])
    write_checkpoint(tmp_path / FILE_NAME, Training(small_options, paths).checkpoint())
    with pytest.raises(InputError, match="channels 8, not 16"):
        Training.resumed(tmp_path, {"channels": 16}, paths)
    assert Training.resumed(tmp_path, {"steps": 50}, paths).options == dataclasses.replace(small_options, steps=50)


def test_resume_without_checkpoint(tmp_path, photographs):
    with pytest.raises(InputError, match="there is no checkpoint"):
        Training.resumed(tmp_path, {}, picture_paths([photographs]))
    (tmp_path / FILE_NAME).write_bytes(b"not a checkpoint")
    with pytest.raises(InputError, match="is not a checkpoint"):
        Training.resumed(tmp_path, {}, picture_paths([photographs]))


def test_learning_rate_rises_stays_and_falls():
    options = Options(steps=1000, decay_steps=200, warmup_steps=10, learning_rate=1e-3, final_learning_rate=1e-5)
    rates = [learning_rate_at(step, options) for step in range(1001)]
    assert rates[0] == pytest.approx(1e-4)
    assert rates[9:801] == [1e-3] * 792
    assert rates[900] == pytest.approx((1e-3 + 1e-5) / 2), "half way down a cosine"
    assert rates[1000] == pytest.approx(1e-5)
    assert all(later < earlier for earlier, later in zip(rates[800:], rates[801:]))


def test_every_rate_is_trained(photographs, small_options):
    training = Training(dataclasses.replace(small_options, batch=3), picture_paths([photographs]))
    seen = []
    for training.step in range(4):
        seen += training.rates_of_batch().tolist()
    assert sorted(seen) == sorted([0, 1, 2, 3] * 3)


@pytest.mark.parametrize("changes", [{"crop": 100}, {"batch": 0}, {"lambdas": (0.1, -1.0)}, {"loss": "psnr"}, {"steps": -1}, {"surrogate": "dither"}, {"weighting": "lambda"}])
def test_options_out_of_range_are_refused(changes):
    with pytest.raises(InputError, match=next(iter(changes))):
        Options(**changes).checked()


@pytest.mark.parametrize("loss", ["mse", "ms-ssim"])
def test_decibels_weighting_has_the_slope_of_the_plain_loss_at_the_typical_distortion(loss):
    """d/dD (lambda D* ln(D + s)) at D = D* - s is lambda; bits count one to one, and a decibel the same in each picture."""
    lambdas = torch.tensor([2.0, 3.0], dtype=torch.float64)
    factor, power = TYPICAL_DISTORTIONS[loss]
    typical = factor * lambdas**-power
    distortion = (typical - SMALLEST_DISTORTIONS[loss]).requires_grad_()
    bits = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    loss_of_pictures(loss, "decibels", lambdas, distortion, bits).backward()
    assert torch.allclose(distortion.grad, lambdas / 2) and torch.allclose(bits.grad, torch.full((2,), 0.5, dtype=torch.float64))


def test_relative_weighting_with_fidelity_and_companion(small_options, tmp_path):
    """By the definition: the mean over the pictures of ln(lambda D + R + 0.01) + fidelity x ln(D + 0.5) + companion x ln(1 - MS-SSIM + 0.0001)."""
    options = dataclasses.replace(small_options, crop=192, batch=2, weighting="relative", fidelity=0.125, companion=0.25)
    noise = torch.randint(256, (192, 192, 3), dtype=torch.uint8)
    Image.fromarray(noise.numpy()).save(tmp_path / "noise.png")
    training = Training(options, picture_paths([tmp_path]))
    batch = training.sampler.batch(2)
    training.sampler.batch = lambda count: batch
    training.network.train()
    with torch.no_grad():
        torch.manual_seed(7)
        coded = training.network(batch, training.rates_of_batch())
        bpp = coded.bits / 192**2
        squares = 255**2 * ((batch - coded.reconstruction) ** 2).flatten(1).mean(1)
        losses = torch.tensor([options.lambdas[index] * squares[index] + bpp[index] for index in range(2)])
        fidelity = 0.125 * (squares + 0.5).log().mean()
        expected = ((losses + 0.01).log().mean() + fidelity + 0.25 * (1 - ms_ssim(batch, coded.reconstruction, 1e-4) + 1e-4).log().mean()).item()
    torch.manual_seed(7)
    assert training.take_step()["loss"] == pytest.approx(expected, rel=1e-4)


def test_ms_ssim_loss_is_lambda_times_dissimilarity_plus_bpp(tmp_path):
    from conftest import smooth_samples

    Image.fromarray(smooth_samples(1, 192, 192)).save(tmp_path / "one.png")
    options = Options(channels=4, latent_channels=4, loss="ms-ssim", crop=192, batch=1, learning_rate=1e-3).checked()
    figures = Training(options, [tmp_path / "one.png"]).take_step()
    assert 0 < figures["distortion"] <= 1
    assert figures["loss"] == pytest.approx(options.lambdas[0] * figures["distortion"] + figures["bpp"], rel=1e-5)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_run_with_a_checkpoint(photographs, small_options, tmp_path, number):
    training = Training(small_options, picture_paths([photographs]))
    take_step = training.take_step

    def signalled_step():
        figures = take_step()
        if training.step == 2:
            os.kill(os.getpid(), number)
        return figures

    training.take_step = signalled_step
    handlers = [signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)]
    with pytest.raises(Interrupted, match="interrupted after step 2"):
        run_training(training, tmp_path, checkpoint_every=100, log_every=100)
    assert read_checkpoint(tmp_path / FILE_NAME).step == 2
    assert [signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)] == handlers


def test_a_gradient_that_is_not_finite_stops_before_the_step(photographs, small_options):
    training = Training(small_options, picture_paths([photographs]))
    with torch.no_grad():
        training.network.g_s[6].bias[0] = float("inf")
    before = training.network.h_a[0].bias.clone()
    with pytest.raises(InputError, match="step 1: the gradient is not finite"):
        training.take_step()
    assert torch.equal(training.network.h_a[0].bias, before) and training.step == 0


def test_reduced_precision_trains_and_an_unknown_one_is_refused(photographs, small_options):
    """The transforms alone are coarse: what they give, and the losses, are float32."""
    training = Training(dataclasses.replace(small_options, precision="bfloat16"), picture_paths([photographs]))
    batch = training.sampler.batch(4)
    coded = training.network(batch, training.rates_of_batch())
    assert coded.reconstruction.dtype == coded.bits.dtype == torch.float32
    training.network.precision = torch.float32
    assert not torch.equal(training.network(batch, training.rates_of_batch()).reconstruction, coded.reconstruction)
    assert torch.isfinite(torch.tensor(training.take_step()["loss"]))
    with pytest.raises(InputError, match="no precision is called 'half'; there are: float32, bfloat16"):
        dataclasses.replace(small_options, precision="half").checked()


def test_soap_resumes_as_if_it_had_not_stopped(photographs, small_options, tmp_path):
    pytest.importorskip("pytorch_optimizer")
    options = dataclasses.replace(small_options, optimizer="soap", steps=4)
    paths = picture_paths([photographs])
    whole = Training(options, paths)
    for _ in range(4):
        whole.take_step()
    first = Training(options, paths)
    for _ in range(2):
        first.take_step()
    write_checkpoint(tmp_path / FILE_NAME, first.checkpoint())
    second = Training.resumed(tmp_path, {}, paths)
    for _ in range(2):
        second.take_step()
    for one, other in zip(whole.network.parameters(), second.network.parameters()):
        assert torch.equal(one, other)


def test_unknown_optimizers_are_named(small_options):
    with pytest.raises(InputError, match="no optimizer is called 'sgd'"):
        dataclasses.replace(small_options, optimizer="sgd").checked()
