"""Shapes and modes of the networks."""

import pytest
import torch

from intaglio_training.errors import InputError
from intaglio_training.rounding import NOISE, ROUNDING
from intaglio_training.zoo import NETWORKS, make_network


@pytest.mark.parametrize("name", NETWORKS)
def test_shapes(name):
    torch.manual_seed(3)
    network = make_network(name, 8, 12, 4)
    pictures = torch.rand(2, 3, 64, 128)
    assert network.g_a(pictures).shape == (2, 12, 4, 8)
    assert network.h_a(network.g_a(pictures)).shape == (2, 8, 1, 2)
    parameters_of_hyper_synthesis = network.h_s(torch.zeros(2, 8, 1, 2)).shape
    assert parameters_of_hyper_synthesis == (2, 24 if name == "mbt2018-mean" else 12, 4, 8)
    coded = network(pictures, torch.tensor([0, 3]))
    assert coded.reconstruction.shape == pictures.shape
    assert coded.bits.shape == (2,) and (coded.bits > 0).all()


@pytest.mark.parametrize("name", NETWORKS)
def test_evaluation_repeats_and_training_is_noisy(name):
    torch.manual_seed(3)
    network = make_network(name, 8, 12, 2)
    pictures, rates = torch.rand(1, 3, 64, 64), torch.tensor([1])
    assert not torch.equal(network(pictures, rates).bits, network(pictures, rates).bits)
    network.eval()
    assert torch.equal(network(pictures, rates).bits, network(pictures, rates).bits)


def test_symbols_at_a_rate_are_rounded_after_the_gain():
    """With g_s cut off, reconstruction x gain - mean must be whole numbers."""
    torch.manual_seed(4)
    network = make_network("mbt2018-mean", 8, 12, 3).eval()
    network.g_s = torch.nn.Identity()
    pictures, rates = torch.rand(3, 3, 64, 64), torch.tensor([0, 1, 2])
    with torch.no_grad():
        network.gain.logarithm.add_(0.3 * torch.randn_like(network.gain.logarithm))
        gain = network.gain.effective()[rates][:, :, None, None]
        means = network.h_s(network.h_a(network.g_a(pictures) * gain).round())[:, 12:]
        symbols = network(pictures, rates).reconstruction * gain - means
        expected = torch.round(network.g_a(pictures) * gain - means)
    assert torch.allclose(symbols, expected, atol=1e-5)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("surrogate", [ROUNDING, NOISE])
@pytest.mark.parametrize("training", [True, False])
def test_what_the_syntheses_see(name, surrogate, training):
    """Whole numbers, in the latents less their means; only in training with the surrogate `noise` others, at most half a step away."""
    torch.manual_seed(4)
    network = make_network(name, 8, 12, 1).train(training)
    network.surrogate = surrogate
    network.g_s = torch.nn.Identity()
    calls = []
    network.h_s.register_forward_hook(lambda module, inputs, output: calls.append((inputs[0], output)))
    pictures = torch.rand(1, 3, 128, 128)
    with torch.no_grad():
        shown = network(pictures, torch.tensor([0])).reconstruction
        latents = network.g_a(pictures)
        hyper = network.h_a(latents if name == "mbt2018-mean" else latents.abs())
    (shown_hyper, parameters), = calls
    means = parameters[:, 12:] if name == "mbt2018-mean" else 0
    for seen, origin, offset in ((shown_hyper, hyper, 0), (shown, latents, means)):
        whole = seen - offset
        assert torch.allclose(whole, whole.round(), atol=1e-5) == (surrogate == ROUNDING or not training)
        assert (seen - origin).abs().max() <= 0.50001


def test_gains_rise_with_the_rate():
    gains = make_network("mbt2018-mean", 8, 12, 4).gain.effective()
    assert gains.shape == (4, 12) and (gains[1:] > gains[:-1]).all()


def test_unknown_network_is_named():
    with pytest.raises(InputError, match="'vgg'.*mbt2018-mean"):
        make_network("vgg", 8, 12, 4)


def test_scale_hyperprior_reads_magnitudes_and_rounds_without_a_mean():
    torch.manual_seed(4)
    network = make_network("bmshj2018-hyperprior", 8, 12, 2).eval()
    network.g_s = torch.nn.Identity()
    pictures, rates = torch.rand(2, 3, 64, 64), torch.tensor([0, 1])
    with torch.no_grad():
        network.g_a[6].weight.mul_(20)
        gain = network.gain.effective()[rates][:, :, None, None]
        latent = network.g_a(pictures)
        coded = network(pictures, rates)
        network.g_a[6].weight.neg_()
        network.g_a[6].bias.neg_()
        mirrored = network(pictures, rates)
    assert torch.allclose(coded.reconstruction * gain, torch.round(latent * gain), atol=1e-5)
    assert (coded.reconstruction != 0).any()
    assert torch.equal(mirrored.bits, coded.bits), "-y costs what y costs"
