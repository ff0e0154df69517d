#!/usr/bin/env python3
"""usage: Scripts/onnx_agreement.py [--machine M] [--only NAME ...] [--keep FOLDER] [FOLDER]   quantized ONNX graphs against onnxruntime, operator by operator.

FOLDER has ONNX graphs (light_resnet50, light_squeezenet, stream_fsrcnn, zigzag_mobilenetv2, zigzag_resnet18); more are
made here, one with pairs of QuantizeLinear and DequantizeLinear behind one another, which the runtime puts together. All get seeded random weights, and are prepared and quantized by onnxruntime as QDQ with int8 activations and as
QLinear with uint8. The runtime runs each whole (CPU provider, ORT_ENABLE_ALL, session.x64quantprecision 1). Every
operator is then run here on the operands that the runtime gave it, so that no difference is counted twice; and the
float graph and the two quantized ones are run here as a whole. Needs onnx, onnxruntime, numpy<2 and a release build."""
import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper, version_converter
from onnxruntime.quantization import QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from onnx_models import Graph, Samples

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
FORMS = [("QDQ int8", QuantFormat.QDQ, QuantType.QInt8), ("QLinear uint8", QuantFormat.QOperator, QuantType.QUInt8)]
# Equal to the bit where the runtime itself computes in integers; the other operators are counted.
EXACT = {"Conv", "Gemm", "MatMul", "MaxPool", "GlobalMaxPool", "Concat", "Pad", "Resize", "Split", "Slice",
         "DepthToSpace"}
# What the runtime quantizes of a graph that has all of them.
PIECES = ["Conv", "Split", "Sub", "Slice", "DepthToSpace", "Flatten", "MatMul", "Relu"]
VIEWS = {"Flatten", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Identity"}
HOST = {"Softmax", "LogSoftmax"}


# Graphs

def mobile():
    """Inverted residuals: pointwise, depthwise with Clip, pointwise, Add."""
    g = Graph(11)
    six = lambda x, name: g.add("Clip", [x, g.constant(np.float32(0)), g.constant(np.float32(6))], name)
    x = six(g.conv("image", 3, 16, 3, "first", pads=[1, 1, 1, 1], strides=[2, 2]), "first_clip")
    for index, (stride, c, k) in enumerate([(1, 16, 16), (2, 16, 24), (1, 24, 24), (2, 24, 32), (1, 32, 32)]):
        name = "block%d_" % index
        y = six(g.conv(x, c, 4 * c, 1, name + "wide"), name + "wide_clip")
        y = g.conv(y, 4 * c, 4 * c, 3, name + "depth", group=4 * c, pads=[1, 1, 1, 1], strides=[stride, stride])
        y = g.conv(six(y, name + "depth_clip"), 4 * c, k, 1, name + "narrow")
        x = g.add("Add", [x, y], name + "sum") if stride == 1 and c == k else y
    x = g.add("GlobalAveragePool", [x], "mean")
    x = g.add("Flatten", [x], "flat", axis=1)
    x = g.add("Gemm", [x, g.normal([100, 32]), g.normal([100], 0.1)], "scores", transB=1)
    return g.model([1, 3, 96, 96], g.add("Softmax", [x], "probabilities", axis=1))


def autoencoder():
    """Down and up again: ConvTranspose, Resize, Concat with what was there before, Split, Slice."""
    g = Graph(12)
    relu = lambda x, name: g.add("Relu", [x], name)
    a = relu(g.conv("image", 3, 16, 3, "down0", pads=[1, 1, 1, 1]), "down0_relu")
    b = relu(g.conv(a, 16, 24, 3, "down1", pads=[1, 1, 1, 1], strides=[2, 2]), "down1_relu")
    c = relu(g.conv(b, 24, 32, 3, "down2", pads=[1, 1, 1, 1], strides=[2, 2]), "down2_relu")
    y = relu(g.add("ConvTranspose", [c, g.normal([32, 24, 4, 4]), g.normal([24], 0.1)], "up1", strides=[2, 2],
                   pads=[1, 1, 1, 1]), "up1_relu")
    y = g.add("Concat", [y, b], "both1", axis=1)
    y = relu(g.conv(y, 48, 16, 3, "mix1", pads=[1, 1, 1, 1]), "mix1_relu")
    y = g.add("Resize", [y, "", g.constant(np.float32([1, 1, 2, 2]))], "up0", mode="nearest",
              coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    y = g.add("Concat", [y, a], "both0", axis=1)
    return g.model([1, 3, 64, 48], g.conv(y, 32, 3, 3, "picture", pads=[1, 1, 1, 1]))


def excitation():
    """Squeeze and excitation, LeakyRelu, both kinds of pooling."""
    g = Graph(13)
    x = g.conv("image", 3, 16, 3, "first", pads=[1, 1, 1, 1], strides=[2, 2])
    x = g.add("Relu", [x], "first_relu")
    for index, c in enumerate([16, 16, 16]):
        name = "block%d_" % index
        y = g.add("Relu", [g.conv(x, c, c, 3, name + "conv", pads=[1, 1, 1, 1])], name + "relu")
        z = g.add("GlobalAveragePool", [y], name + "squeeze")
        z = g.add("Relu", [g.conv(z, c, c // 4, 1, name + "reduce")], name + "reduce_relu")
        z = g.add("Sigmoid", [g.conv(z, c // 4, c, 1, name + "expand")], name + "gate")
        x = g.add("Add", [x, g.add("Mul", [y, z], name + "gated")], name + "sum")
    x = g.add("LeakyRelu", [g.conv(x, 16, 24, 1, "wide")], "wide_leaky", alpha=0.1)
    x = g.add("MaxPool", [x], "largest", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    x = g.add("AveragePool", [x], "means", kernel_shape=[2, 2], strides=[2, 2])
    x = g.add("Flatten", [x], "flat", axis=1)
    x = g.add("Gemm", [x, g.normal([10, 24 * 8 * 8]), g.normal([10], 0.1)], "scores", transB=1)
    return g.model([1, 3, 64, 64], x)


def pieces():
    """Parts of tensors and of channels, Sub, DepthToSpace, MatMul."""
    g = Graph(14)
    relu = lambda x, name: g.add("Relu", [x], name)
    many = lambda *numbers: g.constant(np.int64(numbers))
    x = relu(g.conv("image", 3, 16, 3, "first", pads=[1, 1, 1, 1]), "first_relu")
    g.nodes.append(helper.make_node("Split", [x, many(6, 10)], ["few", "rest"], name="split", axis=1))
    y = g.add("Sub", [g.conv("few", 6, 12, 3, "left", pads=[1, 1, 1, 1]),
                      g.conv("rest", 10, 12, 3, "right", pads=[1, 1, 1, 1])], "difference")
    y = g.add("Slice", [y, many(1, 2), many(47, 64), many(2, 3), many(1, 2)], "window")
    y = g.conv(y, 12, 16, 3, "mixed", pads=[0, 1, 1, 1])
    y = g.add("DepthToSpace", [y], "shuffled", blocksize=2, mode="CRD")
    y = g.conv(y, 4, 8, 3, "sharp", strides=[3, 3])
    y = g.add("Slice", [y, many(1), many(8), many(1), many(3)], "third")
    y = relu(g.conv(y, 3, 4, 1, "thin"), "thin_relu")
    y = g.add("Flatten", [y], "flat", axis=1)
    return g.model([1, 3, 48, 64], g.add("MatMul", [y, g.normal([2400, 20], 0.03)], "scores"))


def doubled():
    """Convolutions whose results get a second pair, and some a third, of another scale."""
    g = Graph(15)
    x = "image"
    for index, (c, k) in enumerate([(3, 8), (8, 8), (8, 12), (12, 6)]):
        x = g.conv(x, c, k, 3, "conv%d" % index, pads=[1, 1, 1, 1], strides=[1 + index % 2] * 2)
    return g.model([1, 3, 40, 56], x)


def with_more_pairs(model, seed):
    """Behind each DequantizeLinear that a convolution reads the same with another scale and zero point, once or twice."""
    random = np.random.default_rng(seed)
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    first = {node.output[0] for node in model.graph.node if node.input[0] == model.graph.input[0].name}
    nodes = []
    for node in list(model.graph.node):
        nodes.append(node)
        kept = constants.keys() | first  # of the input, whose codes are given
        if node.op_type != "DequantizeLinear" or node.input[0] in kept or node.output[0] in outputs_of(model):
            continue
        last, name = node.output[0] + ".first", node.output[0]
        node.output[0] = last
        count = random.integers(1, 3)
        for index in range(count):
            scale, zero = constants[node.input[1]], constants[node.input[2]]
            kind = np.iinfo(zero.dtype)
            scale = np.float32(scale * random.uniform(0.6, 1.6))
            zero = zero.dtype.type(np.clip(int(zero) + random.integers(-40, 41), kind.min, kind.max))
            names = ["%s.%d.%s" % (name, index, word) for word in ("scale", "zero", "codes", "real")]
            model.graph.initializer.extend([numpy_helper.from_array(np.array(scale), names[0]),
                                            numpy_helper.from_array(np.array(zero), names[1])])
            real = name if index == count - 1 else names[3]
            nodes.append(helper.make_node("QuantizeLinear", [last, names[0], names[1]], [names[2]]))
            nodes.append(helper.make_node("DequantizeLinear", [names[2], names[0], names[1]], [real]))
            last = real
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    del model.graph.value_info[:]
    return model


def outputs_of(model):
    return {value.name for value in model.graph.output}


OWN = {"mobile": mobile, "autoencoder": autoencoder, "excitation": excitation, "pieces": pieces, "doubled": doubled}
# One that takes pictures of any size is run at a smaller one.
SMALLER = {"stream_fsrcnn": [1, 1, 135, 240]}


def shared(path, seed):
    """A graph with random weights in place of constants that it makes itself or that lie in missing files."""
    model = onnx.load(path, load_external_data=False)
    name = os.path.splitext(os.path.basename(path))[0]
    graph, random = model.graph, np.random.default_rng(seed)
    known = {tensor.name: tensor for tensor in graph.initializer}
    real = (TensorProto.FLOAT, TensorProto.INT8)
    shapes = {tensor.name: list(tensor.dims) for tensor in graph.initializer if tensor.data_type in real}
    for node in [node for node in graph.node if node.op_type == "ConstantOfShape"]:
        shapes[node.output[0]] = numpy_helper.to_array(known[node.input[0]]).tolist()
        graph.node.remove(node)
    for node in graph.node:
        if node.op_type == "Sum" and len(node.input) == 2:  # which the quantizer leaves in real numbers
            node.op_type = "Add"
        for attribute in list(node.attribute):  # one file writes groups of no number
            if attribute.name == "group" and attribute.type != onnx.AttributeProto.INT:
                node.attribute.remove(attribute)
        if node.op_type == "BatchNormalization":
            channels = shapes[node.input[1]]
            for index, value in enumerate([random.normal(1, 0.2, channels), random.normal(0, 0.3, channels),
                                           random.normal(0, 0.3, channels), random.uniform(0.5, 2, channels)]):
                known[node.input[1 + index]] = numpy_helper.from_array(value.astype(np.float32), node.input[1 + index])
                shapes.pop(node.input[1 + index])
    for key, shape in shapes.items():
        if len(shape) > 1:
            value = random.normal(size=shape) * np.sqrt(2 / np.prod(shape[1:]))
        elif np.prod(shape) > 1:
            value = random.normal(size=shape) * 0.1
        else:
            continue
        known[key] = numpy_helper.from_array(value.astype(np.float32), key)
    taken = set()
    for node in graph.node:  # the quantizer takes each constant once
        for index, key in enumerate(node.input):
            if key in known and key in taken:
                node.input[index] = "%s.%d" % (key, len(known))
                known[node.input[index]] = numpy_helper.from_array(numpy_helper.to_array(known[key]), node.input[index])
            taken.add(key)
    del graph.initializer[:]
    graph.initializer.extend(known.values())
    inputs = [value for value in graph.input if value.name not in known]
    del graph.input[:]
    graph.input.extend(inputs)
    del graph.value_info[:]
    for value in list(graph.input) + list(graph.output):
        value.type.tensor_type.elem_type = TensorProto.FLOAT
    if name in SMALLER:
        for value, extent in zip(graph.input[0].type.tensor_type.shape.dim, SMALLER[name]):
            value.dim_value = extent
        for output in graph.output:
            output.type.tensor_type.ClearField("shape")
    model.ir_version = 8
    return version_converter.convert_version(model, 13) if model.opset_import[0].version < 13 else model


# The runtime

def session(model, optimized=None):
    options = ort.SessionOptions()
    if optimized:
        options.optimized_model_filepath = optimized
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.add_session_config_entry("session.x64quantprecision", "1")
    options.log_severity_level = 3
    return ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def run_whole(model, image, names):
    """The model's results and other tensors, which become outputs for it."""
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    outputs = {value.name for value in changed.graph.output}
    for name in names:
        if name not in outputs:
            changed.graph.output.append(helper.make_empty_tensor_value_info(name))
    with tempfile.TemporaryDirectory() as folder:
        runtime = session(changed, folder + "/optimized.onnx")
        makers = {name: node for node in onnx.load(folder + "/optimized.onnx").graph.node for name in node.output}
    ran = {}
    for name, node in makers.items():  # the runtime turns tensors for its own layout
        while node.op_type == "Transpose" and node.input[0] in makers:
            node = makers[node.input[0]]
        ran[name] = node.op_type
    found = runtime.run(None, {runtime.get_inputs()[0].name: image})
    return dict(zip([output.name for output in runtime.get_outputs()], found)), ran


# The parts of a quantized graph

class Part:
    """Operators from stored 8-bit tensors to one other: what a layer or two become."""

    def __init__(self, nodes, inputs, output):
        self.nodes, self.inputs, self.output = nodes, inputs, output
        words = [node.op_type for node in nodes if node.op_type not in ("DequantizeLinear", "QuantizeLinear")]
        words = [word[7:] if word.startswith("QLinear") else "Gemm" if word == "QGemm" else word for word in words]
        self.word = " ".join(reversed(words)) or "QuantizeLinear"


def parts(model):
    graph = model.graph
    constants = {tensor.name for tensor in graph.initializer}
    makers = {name: node for node in graph.node for name in node.output}
    while True:  # what is computed of constants only
        more = [name for name, node in makers.items()
                if name not in constants and all(i == "" or i in constants for i in node.input)]
        if not more:
            break
        constants.update(more)
    eight = set()  # stored 8-bit activations
    for node in graph.node:
        if node.output[0] in constants:
            continue
        if node.op_type == "QuantizeLinear" or node.op_type.startswith("QLinear") or node.op_type == "QGemm":
            eight.add(node.output[0])
        elif node.op_type != "DequantizeLinear" and node.input and node.input[0] in eight:
            eight.add(node.output[0])
    found = []
    for name in [node.output[0] for node in graph.node if node.output[0] in eight]:
        nodes, inputs, waiting, isReal = [], [], [name], False
        while waiting:
            tensor = waiting.pop()
            if tensor in eight and tensor != name:
                inputs += [tensor] if tensor not in inputs else []
            elif tensor in makers and makers[tensor] not in nodes:
                nodes.append(makers[tensor])
                waiting += [i for i in makers[tensor].input if i and (i in makers or i in eight)]
            elif tensor not in makers and tensor not in constants:
                isReal = True
        if inputs and not isReal:
            found.append(Part(nodes, inputs, name))
    return found


def part_model(model, part, values):
    """The part alone, its operands as inputs. One of another extent is the largest element of a constant picture."""
    graph = model.graph
    order = {id(node): index for index, node in enumerate(graph.node)}
    nodes = [onnx.NodeProto.FromString(node.SerializeToString())
             for node in sorted(part.nodes, key=lambda node: order[id(node)])]
    needed = {name for node in nodes for name in node.input}
    types = {np.dtype(np.int8): TensorProto.INT8, np.dtype(np.uint8): TensorProto.UINT8}
    feeds, inputs, before, added = {}, [], [], []
    pictures = [values[name].shape for name in part.inputs if values[name].ndim == 4]
    largest = max((shape[2:] for shape in pictures), key=np.prod, default=None)
    for name in part.inputs:
        value = values[name]
        given = name
        isOfHost = bool(set(part.word.split()) & HOST)
        if isOfHost or value.ndim == 4 and value.shape[2:] == (1, 1) != largest:
            given = name + ".plane"
            isFlat = value.ndim == 2
            value = np.broadcast_to(value.reshape(1, value.size, 1, 1) if isOfHost else value,
                                    (1, value.shape[1]) + (largest or (1, 1))).copy()
            reader = next(node for node in nodes if name in node.input)
            at = list(reader.input).index(name)
            scale, zero = reader.input[at + 1], reader.input[at + 2]
            before += [helper.make_node("DequantizeLinear", [given, scale, zero], [given + ".real"]),
                       helper.make_node("GlobalMaxPool", [given + ".real"], [given + ".pixel"]),
                       helper.make_node("Flatten" if isFlat else "Identity", [given + ".pixel"], [given + ".view"]),
                       helper.make_node("QuantizeLinear", [given + ".view", scale, zero], [name])]
            needed |= {scale, zero}
        elif all(not node.op_type.startswith("Q") and node.op_type != "DequantizeLinear"
                 for node in nodes if name in node.input):
            given = name + ".stored"  # a copy of elements as they are: any scale does
            added = [numpy_helper.from_array(np.float32(1), "one"), numpy_helper.from_array(value.dtype.type(0), "zero")]
            before += [helper.make_node("DequantizeLinear", [given, "one", "zero"], [given + ".real"]),
                       helper.make_node("QuantizeLinear", [given + ".real", "one", "zero"], [name])]
        feeds[given] = value
        inputs.append(helper.make_tensor_value_info(given, types[value.dtype], value.shape))
    output = helper.make_tensor_value_info(part.output, types[values[part.output].dtype], values[part.output].shape)
    constants = [tensor for tensor in graph.initializer if tensor.name in needed] + added
    small = helper.make_graph(before + nodes, "part", inputs, [output], constants)
    return helper.make_model(small, opset_imports=model.opset_import, ir_version=8), feeds


# This program

def intaglio(*arguments):
    done = subprocess.run([ROOT + "/intaglio", *arguments, "--quiet"], capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else None, done.stderr


def stored(value):
    """Rows, columns, channels."""
    if value.ndim == 4:
        return np.ascontiguousarray(value[0].transpose(1, 2, 0))
    return value.reshape(1, 1, -1)


def plain(name):
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)


def run_here(path, feeds, machine, folder, form):
    """The report and the folder of the results; or why there are none."""
    network = folder + "/network.safetensors"
    text, errors = intaglio("import", path, "-o", network, "--json")
    if text is None:
        return None, errors
    report = json.loads(text)["report"]
    files = {name: given for given in report["inputs"] for name in given["fileNames"]}
    fronts = {one["input"]: one["name"] for one in report.get("host", []) if one["function"] == "quantize"}
    arguments = []
    for index, (name, value) in enumerate(feeds.items()):
        given = files[name]["name"] if name in files else plain(name)
        np.save("%s/in%d.npy" % (folder, index), value if given in fronts else stored(value))
        arguments += ["--input", "%s=%s/in%d.npy" % (given, folder, index)]
    text, errors = intaglio(
        "run", "--network", network, "-o", folder + "/out", "--tensors", *(form or ["--machine", machine]), *arguments)
    return (report, folder + "/out") if text is not None else None, errors


def reason(errors):
    found = re.search(r'"found"\s*:\s*"([^"]*)"', errors) or re.search(r"(error.*)", errors)
    return found.group(1) if found else errors.strip()[:100]


def compare_parts(model, values, ran, machine, rows, refusals):
    for part in parts(model):
        words = set(part.word.split())
        if words <= VIEWS or any(name not in values for name in part.inputs + [part.output]):
            continue
        small, feeds = part_model(model, part, values)
        with tempfile.TemporaryDirectory() as folder:
            onnx.save(small, folder + "/part.onnx")
            found, errors = run_here(folder + "/part.onnx", feeds, machine, folder, [])
            if found is None:
                refusals[part.word] = reason(errors)
                continue
            report, out = found
            name = report["host"][-1]["name"] if words & HOST else report["outputs"][0]["name"]
            ours = np.load("%s/%s.npy" % (out, name)).ravel().astype(int)
        if words & HOST:
            theirs = values[part.output].ravel().astype(int)
        else:
            theirs = stored(values[part.output]).ravel().astype(int)
            theirs += 128 if values[part.output].dtype == np.int8 else 0
        word = part.word, ran.get(part.output, "-")
        row = rows[word]
        distance = np.abs(ours - theirs)
        rows[word] = [row[0] + 1, row[1] + distance.size, row[2] + int((distance > 0).sum()),
                           max(row[3], int(distance.max()))]


def compare_float(model, path, image, machine):
    """The largest difference of the last layer's result, as a part of its largest element; or why there is none."""
    with tempfile.TemporaryDirectory() as folder:
        found, errors = run_here(path, {model.graph.input[0].name: image}, machine, folder, ["--float"])
        if found is None:
            return "refused: " + reason(errors)
        report, out = found
        output = report["outputs"][0]
        ours = np.load("%s/%s.npy" % (out, output["name"])).ravel()
    names = [name for name in output["fileNames"] if name in {n for node in model.graph.node for n in node.output}]
    theirs = stored(run_whole(model, image, names[:1])[0][names[0]]).ravel()
    return "%.1e" % (np.abs(ours - theirs).max() / np.abs(theirs).max())


def compare_whole(path, values, machine):
    """Elements of the last layer's result that differ, the runtime's own codes of the picture given."""
    with tempfile.TemporaryDirectory() as folder:
        text, errors = intaglio("import", path, "-o", folder + "/n.safetensors", "--json")
        if text is None:
            return "refused: " + reason(errors)
        report = json.loads(text)["report"]
        feeds = {report["inputs"][0]["fileNames"][0]: values[report["inputs"][0]["fileNames"][0]]}
        found, errors = run_here(path, feeds, machine, folder, [])
        if found is None:
            return "refused: " + reason(errors)
        report, out = found
        output = report["outputs"][0]
        name = next(name for name in output["fileNames"] if name in values)
        ours = np.load("%s/%s.npy" % (out, output["name"])).ravel().astype(int)
    theirs = stored(values[name]).ravel().astype(int) + (128 if values[name].dtype == np.int8 else 0)
    distance = np.abs(ours - theirs)
    return "%s of %s, by %d at most" % (format(int((distance > 0).sum()), ","), format(ours.size, ","), distance.max())


def main():
    given = argparse.ArgumentParser(usage=__doc__)
    given.add_argument("--machine", default="mid")
    given.add_argument("--only", action="append", default=[])
    given.add_argument("--keep")
    given.add_argument("folder", nargs="?")
    given = given.parse_args()
    graphs = {}
    if given.folder:
        for index, name in enumerate(sorted(os.listdir(given.folder))):
            if name.endswith(".onnx"):
                graphs[name[:-5]] = (lambda path, seed: lambda: shared(path, seed))(
                    os.path.join(given.folder, name), 20 + index)
    graphs.update(OWN)
    total, wrong = {}, 0
    print("onnxruntime %s, machine %s" % (ort.__version__, given.machine))
    for name, make in graphs.items():
        if given.only and name not in given.only:
            continue
        model = make()
        source = model.graph.input[0]
        shape = [d.dim_value for d in source.type.tensor_type.shape.dim]
        image = np.random.default_rng(4).normal(size=shape).astype(np.float32)
        with tempfile.TemporaryDirectory() as scratch:
            scratch = given.keep or scratch
            path = "%s/%s.onnx" % (scratch, name)
            onnx.save(onnx.shape_inference.infer_shapes(model), path)
            print("\n%s, %s, in real numbers: %s" % (
                name, "x".join(map(str, shape)), compare_float(model, path, image, given.machine)))
            quant_pre_process(path, path + ".prepared", skip_symbolic_shape=True)
            forms = FORMS if name != "doubled" else [
                (word, QuantFormat.QDQ, kind) for word, kind in [("QDQ int8", QuantType.QInt8), ("QDQ uint8", QuantType.QUInt8)]]
            for word, form, kind in forms:
                quantized = "%s/%s.%s.onnx" % (scratch, name, word.replace(" ", "-"))
                quantize_static(path + ".prepared", quantized, Samples(shape, source.name, 1), quant_format=form,
                                activation_type=kind, weight_type=QuantType.QInt8, per_channel=True,
                                op_types_to_quantize=PIECES if name == "pieces" else None)
                coded = onnx.load(quantized)
                names = [part.output for part in parts(coded)] + [i for part in parts(coded) for i in part.inputs]
                if name == "doubled":  # a pair whose elements are an output stays: only those of the last are
                    coded = with_more_pairs(coded, 16)
                    names = [node.input[0] for node in coded.graph.node if node.output[0] == coded.graph.output[0].name]
                    onnx.save(coded, quantized)
                front = [node.output[0] for node in coded.graph.node if node.input[0] == source.name]
                values, ran = run_whole(coded, image, list(dict.fromkeys(front + names)))
                rows, refusals = collections.defaultdict(lambda: [0, 0, 0, 0]), {}
                if name != "doubled":
                    compare_parts(coded, values, ran, given.machine, rows, refusals)
                print("%s, %s, the whole's last result: %s" % (
                    name, word, compare_whole(quantized, values, given.machine)))
                for operator, (count, elements, differing, largest) in sorted(rows.items()):
                    claimed = set(operator[0].split()) - {"Relu", "Clip"} <= EXACT and operator[1] != "QuantizeLinear"
                    print("  %-18s by %-24s %3d tensors %12s elements %8d differing, by %d at most%s" % (
                        *operator, count, format(elements, ","), differing, largest, ", claimed" if claimed else ""))
                    wrong += claimed and differing > 0 or largest > 1
                    both = total.setdefault((word, operator), [0, 0, 0, 0])
                    total[word, operator] = [both[0] + count, both[1] + elements, both[2] + differing,
                                             max(both[3], largest)]
                for operator, message in refusals.items():
                    print("  %-18s refused: %s" % (operator, message))
                sys.stdout.flush()
    print("\n| form | operator | the runtime ran | tensors | elements | differing | by at most |\n|---|---|---|---|---|---|---|")
    for (word, operator), (count, elements, differing, largest) in sorted(total.items()):
        print("| %s | %s | %s | %d | %s | %s | %d |" % (
            word, *operator, count, format(elements, ","), format(differing, ","), largest))
    sys.exit(wrong > 0)


main()
