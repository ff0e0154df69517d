#!/usr/bin/env python3
"""usage: Scripts/compressai_agreement.py [--widths tiny|small|published] [--only NAME] -o FOLDER   state dicts of CompressAI with random weights,
and what PyTorch makes of a picture with each.

Needs the packages compressai and safetensors (in an environment of their own: numpy<2); without them it says so and
ends with exit code 0. FOLDER gets NAME.safetensors, the state dict, and NAME.expected.safetensors with the picture
[3][H][W] in 0...1 and what the layers gave: y, y_hat, z, z_hat, parameters, x_hat, each [C][H][W]. Weights are random
(seed 20), scaled so that latents are a few steps wide; nothing is trained. `--widths tiny` made the files of
Tests/NetworksTests/CompressAI. To compare any others:

    Scripts/compressai_agreement.py --widths published -o FOLDER
    INTAGLIO_COMPRESSAI=FOLDER swift test -c release --filter CompressAIAgreementTests
"""
import argparse
import re
import sys
from importlib.util import find_spec
from pathlib import Path

WIDTHS = {
    "tiny": {"factorized": (4, 6), "hyperprior": (4, 6), "mean": (4, 6), "joint": (4, 6), "anchor": (4,), "attn": (4,)},
    "small": {"factorized": (16, 24), "hyperprior": (16, 24), "mean": (16, 24), "joint": (16, 24), "anchor": (16,), "attn": (16,)},
    "published": {"factorized": (128, 192), "hyperprior": (128, 192), "mean": (128, 192), "joint": (192, 192), "anchor": (128,), "attn": (128,)},
}
NAMES = {
    "factorized": "bmshj2018-factorized", "hyperprior": "bmshj2018-hyperprior", "mean": "mbt2018-mean", "joint": "mbt2018",
    "anchor": "cheng2020-anchor", "attn": "cheng2020-attn",
}
# Networks whose bottleneck rounds about medians other than 0.
WITH_MEDIANS = ("factorized", "hyperprior", "anchor")
SEED = 20


def define_torchvision_operators(torch):
    """A torchvision that was built for another torch cannot register its operators, which nothing here calls."""
    found = find_spec("torchvision")
    if not found:
        return None
    text = (Path(found.origin).parent / "_meta_registrations.py").read_text()
    library = torch.library.Library("torchvision", "DEF")
    for name in sorted(set(re.findall(r'(?:register_fake\("torchvision::|register_meta\(")(\w+)', text))):
        library.define(name + "(Tensor a) -> Tensor")
    return library


def import_models():
    import torch

    try:
        from compressai.models import google, waseda
    except RuntimeError:
        import_models.library = define_torchvision_operators(torch)
        for name in [name for name in sys.modules if name.split(".")[0] in ("compressai", "torchvision")]:
            del sys.modules[name]
        from compressai.models import google, waseda
    return torch, {
        "factorized": google.FactorizedPrior, "hyperprior": google.ScaleHyperprior, "mean": google.MeanScaleHyperprior,
        "joint": google.JointAutoregressiveHierarchicalPriors, "anchor": waseda.Cheng2020Anchor,
        "attn": waseda.Cheng2020Attention,
    }


def randomize(torch, network, medians):
    """GDN away from its start, some of it below its bounds; priors of different widths; medians."""
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.endswith(".beta"):
                parameter.add_(0.3 * torch.rand_like(parameter))
                parameter[0] = -0.1
            elif name.endswith(".gamma"):
                parameter.add_(0.15 * torch.randn_like(parameter))
            elif ".matrices." in name:
                parameter.add_(0.3 * torch.randn_like(parameter))
            elif ".factors." in name:
                parameter.normal_(0, 0.4)
            elif name.endswith("quantiles") and medians:
                parameter[:, 0, 1] = 1.5 * torch.randn(parameter.shape[0])


def scale(torch, network, picture):
    """Latents of about three steps: the last convolution before each is scaled."""
    with torch.no_grad():
        for transform, tensor in (("g_a", "y"), ("h_a", "z")):
            if not hasattr(network, transform):
                continue
            last = [module for module in getattr(network, transform).modules() if isinstance(module, torch.nn.Conv2d) and module.stride == (2, 2)][-1]
            for _ in range(3):
                factor = 3 / float(run(torch, network, picture)[tensor].std())
                last.weight.mul_(factor)
                last.bias.mul_(factor)


def run(torch, network, picture):
    with torch.no_grad():
        results = {"y": network.g_a(picture)}
        if hasattr(network, "h_a"):
            y = results["y"]
            results["z"] = network.h_a(torch.abs(y) if type(network).__name__ == "ScaleHyperprior" else y)
            results["z_hat"], _ = network.entropy_bottleneck(results["z"])
            results["parameters"] = network.h_s(results["z_hat"])
            if type(network).__name__ == "MeanScaleHyperprior":
                scales, means = results["parameters"].chunk(2, 1)
                results["y_hat"], _ = network.gaussian_conditional(y, scales, means=means)
            else:
                results["y_hat"] = network.gaussian_conditional.quantize(y, "dequantize")
        else:
            results["y_hat"], _ = network.entropy_bottleneck(results["y"])
        results["x_hat"] = network.g_s(results["y_hat"])
        whole = network(picture)["x_hat"]
        assert torch.equal(whole, results["x_hat"]), "the network's own forward pass gives another picture"
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--widths", choices=WIDTHS, default="small")
    parser.add_argument("--only", choices=sorted(NAMES.values()))
    parser.add_argument("-o", "--output", type=Path, required=True)
    chosen = parser.parse_args()
    missing = [name for name in ("torch", "compressai", "safetensors") if find_spec(name) is None]
    if missing:
        print(f"skipped: {', '.join(missing)} not installed (python3 -m venv ENV; ENV/bin/pip install torch 'numpy<2' compressai safetensors)")
        return
    torch, classes = import_models()
    from safetensors.torch import save_file

    chosen.output.mkdir(parents=True, exist_ok=True)
    side = 64 if chosen.widths == "tiny" else 128
    for key, widths in WIDTHS[chosen.widths].items():
        if chosen.only not in (None, NAMES[key]):
            continue
        torch.manual_seed(SEED)
        network = classes[key](*widths).eval()
        y, x = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
        smooth = torch.stack([(x * (3 + c) + y * (5 - c)) % 256 for c in range(3)])
        picture = ((smooth + torch.randint(0, 48, (3, side, side))) % 256).float()[None] / 255
        randomize(torch, network, key in WITH_MEDIANS)
        scale(torch, network, picture)
        if key == "factorized":
            network.update(force=True)
        results = {name: tensor[0].contiguous() for name, tensor in run(torch, network, picture).items()}
        results["picture"] = picture[0].contiguous()
        save_file({name: tensor.contiguous() for name, tensor in network.state_dict().items()}, str(chosen.output / f"{NAMES[key]}.safetensors"))
        save_file(results, str(chosen.output / f"{NAMES[key]}.expected.safetensors"))
        print(f"{NAMES[key]}:{','.join(map(str, widths))}  y {results['y'].std():.3f} wide, picture {results['x_hat'].min():.3f}...{results['x_hat'].max():.3f}")


if __name__ == "__main__":
    main()
