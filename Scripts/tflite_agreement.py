#!/usr/bin/env python3
"""usage: Scripts/tflite_agreement.py [--machine M] MODEL...   every tensor of each model against ai-edge-litert's reference kernels.

Needs the packages ai-edge-litert and numpy, and a release build. Each model gets two inputs: random elements, and sums
of small steps along rows. A row says operators, stored tensors, elements of both inputs, how many differ, and what the
host computed."""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))


def intaglio(*arguments):
    done = subprocess.run([ROOT + "/intaglio", *arguments, "--quiet"], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def elements(detail, kind, random):
    """An input of the model: float32, or elements of its type."""
    shape = detail["shape"]
    if detail["dtype"] == np.float32:
        return random.normal(size=shape).astype(np.float32)
    low, high = np.iinfo(detail["dtype"]).min, np.iinfo(detail["dtype"]).max
    if kind == "random":
        return random.integers(low, high + 1, size=shape).astype(detail["dtype"])
    steps = np.cumsum(random.integers(-9, 10, size=shape), axis=len(shape) // 2)
    return np.clip(steps, low, high).astype(detail["dtype"])


def compare(path, machine, kind, folder):
    """Tensors, elements, differing elements, and the host's functions."""
    network = folder + "/network.safetensors"
    report = json.loads(intaglio("import", path, "-o", network, "--json"))["report"]
    names, host = report["names"], report["host"]
    runtime = Interpreter(
        path, experimental_op_resolver_type=OpResolverType.BUILTIN_REF, experimental_preserve_all_tensors=True)
    runtime.allocate_tensors()
    random = np.random.default_rng(0 if kind == "random" else 1)
    for detail in runtime.get_input_details():
        runtime.set_tensor(detail["index"], elements(detail, kind, random))
    runtime.invoke()
    tensors = {}
    for detail in runtime.get_tensor_details():
        tensors.setdefault(detail["name"], []).append(detail["index"])

    def of_runtime(name, count=None):
        values = [runtime.get_tensor(index) for index in tensors.get(names.get(name, name), [])]
        return next((value for value in values if count is None or value.size == count), None)

    arguments = []
    fronts = {one["name"]: one["input"] for one in host if one["function"] == "quantize"}
    for tensor in report["inputs"]:
        name = fronts.get(tensor["name"], tensor["name"])
        value = of_runtime(name)
        if name == tensor["name"] and value.ndim < 4:
            value = value.reshape(((1, 1, 1) + value.shape)[-3:])
        np.save(f"{folder}/{name}.npy", value)
        arguments += ["--input", f"{name}={folder}/{name}.npy"]
    intaglio("run", "--network", network, "--machine", machine, "-o", folder + "/out", "--tensors", *arguments)
    compared = count = differing = 0
    stored = [layer for one in report["operators"] for layer in one["layers"]]
    for name in stored + [one["name"] for one in host if one["function"] != "quantize"]:
        ours = np.load(f"{folder}/out/{name}.npy")
        theirs = of_runtime(name, ours.size)
        if theirs is None:  # a layer between two tensors of the model
            continue
        if name in stored:
            theirs = theirs.astype(int) + (128 if theirs.dtype == np.int8 else 0)
        compared, count = compared + 1, count + ours.size
        differing += int((ours.ravel() != theirs.ravel()).sum())
    return len(report["operators"]), compared, count, differing, [one["function"] for one in host]


def main():
    options = argparse.ArgumentParser(usage=__doc__)
    options.add_argument("--machine", default="mid")
    options.add_argument("models", nargs="+")
    given = options.parse_args()
    total = 0
    for path in given.models:
        rows = []
        for kind in ("random", "steps"):
            with tempfile.TemporaryDirectory() as folder:
                rows.append(compare(path, given.machine, kind, folder))
        operators, compared, _, _, host = rows[0]
        count, differing = sum(row[2] for row in rows), sum(row[3] for row in rows)
        total += differing
        print(f"{os.path.basename(path)}: {operators} operators, {compared} tensors, {count:,} elements,"
              f" {differing} differing; host: {', '.join(host) or 'nothing'}", flush=True)
    sys.exit(total > 0)


main()
