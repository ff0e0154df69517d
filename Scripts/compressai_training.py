#!/usr/bin/env python3
"""usage: Scripts/compressai_training.py --photos FOLDER -o FOLDER [--minutes 6] [--channels 32 48]   a bmshj2018-hyperprior, shortly trained.

Trains the network of the CompressAI package on crops of the photographs, for four values of lambda one after the
other, each from the weights of the one before, and writes a checkpoint for each: rate0.pth.tar ... rate3.pth.tar. It
is the stand-in of a network of one's own in the tutorial: minutes where the published networks took days. Needs the
packages compressai and pillow; one thread."""
import argparse
import random
import time
from importlib.util import find_spec
from pathlib import Path

LAMBDAS = (0.0035, 0.0067, 0.013, 0.025)
CROP, BATCH = 128, 4


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=6, help="of processor time, in all")
    parser.add_argument("--channels", type=int, nargs=2, default=(32, 48))
    parser.add_argument("-o", "--output", type=Path, required=True)
    chosen = parser.parse_args()
    if find_spec("compressai") is None:
        print("skipped: compressai is not installed")
        return
    import numpy
    import torch
    from compressai_agreement import import_models
    from PIL import Image

    torch.set_num_threads(1)
    torch.manual_seed(1)
    random.seed(1)
    network = import_models()[1]["hyperprior"](*chosen.channels)
    photos = [numpy.asarray(Image.open(path).convert("RGB")) for path in sorted(chosen.photos.rglob("*.png"))[:60]]
    photos = [photo for photo in photos if min(photo.shape[:2]) >= CROP]
    main_parameters = [p for n, p in network.named_parameters() if not n.endswith("quantiles")]
    quantiles = [p for n, p in network.named_parameters() if n.endswith("quantiles")]
    chosen.output.mkdir(parents=True, exist_ok=True)

    def batch():
        crops = []
        for _ in range(BATCH):
            photo = random.choice(photos)
            top, left = random.randint(0, photo.shape[0] - CROP), random.randint(0, photo.shape[1] - CROP)
            crops.append(photo[top : top + CROP, left : left + CROP].transpose(2, 0, 1))
        return torch.from_numpy(numpy.stack(crops)).float() / 255

    for index, weight in enumerate(LAMBDAS):
        seconds = chosen.minutes * 60 * (0.4 if index == 0 else 0.2)
        optimizer = torch.optim.Adam(main_parameters, lr=1e-3)
        auxiliary = torch.optim.Adam(quantiles, lr=1e-2)
        begin, steps, recent = time.process_time(), 0, 0.0
        network.train()
        while (part := (time.process_time() - begin) / seconds) < 1:
            for group in optimizer.param_groups:
                group["lr"] = 1e-3 if part < 0.6 else 1e-3 * max(0.02, (1 - part) / 0.4)
            pictures = batch()
            out = network(pictures)
            bits = sum(-torch.log2(l).sum() for l in out["likelihoods"].values()) / (BATCH * CROP * CROP)
            distortion = torch.mean((out["x_hat"] - pictures) ** 2)
            loss = weight * 255**2 * distortion + bits
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(main_parameters, 1.0)
            optimizer.step()
            auxiliary.zero_grad()
            network.aux_loss().backward()
            auxiliary.step()
            steps += 1
            recent += 0.02 * (float(loss.detach()) - recent) if recent else float(loss.detach())
        torch.save({"state_dict": network.state_dict(), "lambda": weight, "steps": steps}, chosen.output / f"rate{index}.pth.tar")
        print(f"rate{index}: lambda {weight}, {steps} steps, loss {recent:.3f}, {float(bits.detach()):.3f} bits per pixel", flush=True)


if __name__ == "__main__":
    main()
