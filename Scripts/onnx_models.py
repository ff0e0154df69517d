#!/usr/bin/env python3
"""Writes the small models of Tests/ONNXTests/Models, and what onnxruntime makes of them.

Needs onnx, onnxruntime and numpy<2: python3 Scripts/onnx_models.py Tests/ONNXTests/Models
Results are of onnxruntime's CPU provider, ORT_ENABLE_ALL, session.x64quantprecision 1; its version is in the files.
"""
import json
import os
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

ort.set_default_logger_severity(3)


class Graph:
    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.nodes, self.constants = [], []

    def constant(self, array, name=None):
        name = name or "constant.%d" % len(self.constants)
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def normal(self, shape, scale=None, offset=0.0):
        fan = np.prod(shape[1:]) if len(shape) > 1 else 1
        scale = np.sqrt(2 / fan) if scale is None else scale
        return self.constant((self.random.normal(size=shape) * scale + offset).astype(np.float32))

    def add(self, kind, inputs, output, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [output], name="/" + output + "/" + kind, **attributes))
        return output

    def conv(self, x, c, k, size, output, **attributes):
        groups = attributes.get("group", 1)
        w, b = self.normal([k, c // groups, size, size]), self.normal([k], 0.1)
        return self.add("Conv", [x, w, b], output, **attributes)

    def normalization(self, x, channels, output):
        parts = [self.normal([channels], 0.2, 1), self.normal([channels], 0.3), self.normal([channels], 0.3)]
        variance = self.constant(self.random.uniform(0.5, 2, [channels]).astype(np.float32))
        return self.add("BatchNormalization", [x] + parts + [variance], output)

    def model(self, shape, output):
        graph = helper.make_graph(
            self.nodes, "graph", [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)], self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def exact():
    g = Graph(1)
    x = g.conv("image", 3, 8, 3, "first", pads=[1, 1, 1, 1], strides=[2, 2])
    x = g.add("Relu", [x], "first_relu")
    x = g.conv(x, 8, 8, 3, "depthwise", pads=[1, 1, 1, 1], group=8)
    x = g.add("Clip", [x, g.constant(np.float32(0)), g.constant(np.float32(6))], "depthwise_clip")
    x = g.conv(x, 8, 12, 1, "pointwise")
    x = g.add("MaxPool", [x], "largest", kernel_shape=[2, 2], strides=[2, 2])
    x = g.conv(x, 12, 6, 3, "grouped", group=3, pads=[0, 1, 1, 0], dilations=[1, 1])
    x = g.add("Relu", [x], "grouped_relu")
    x = g.add("Flatten", [x], "flat", axis=1)
    x = g.add("Gemm", [x, g.normal([10, 150]), g.normal([10], 0.1)], "scores", transB=1)
    return g.model([1, 3, 24, 24], x)


def near():
    g = Graph(2)
    x = g.conv("image", 3, 8, 3, "first", pads=[1, 1, 1, 1])
    x = g.add("Relu", [x], "first_relu")
    y = g.conv(x, 8, 8, 3, "second", pads=[1, 1, 1, 1])
    x = g.add("Add", [x, y], "sum")
    x = g.add("Relu", [x], "sum_relu")
    y = g.add("GlobalAveragePool", [x], "mean")
    y = g.add("Sigmoid", [g.conv(y, 8, 8, 1, "gate")], "gate_sigmoid")
    x = g.add("Mul", [x, y], "gated")
    y = g.add("AveragePool", [x], "averages", kernel_shape=[2, 2], strides=[2, 2])
    x = g.add("LeakyRelu", [g.conv(y, 8, 4, 1, "last")], "last_leaky", alpha=0.1)
    return g.model([1, 3, 8, 8], x)


def real():
    g = Graph(3)
    x = g.add("Sub", ["image", g.normal([1, 3, 1, 1], 0.2, 0.5)], "centred")
    x = g.add("Div", [x, g.constant(np.float32([[[0.25]], [[0.5]], [[0.3]]]))], "scaled")
    x = g.add("Pad", [x, g.constant(np.int64([0, 0, 1, 2, 0, 0, 2, 1]))], "padded")
    x = g.conv(x, 3, 8, 3, "first", strides=[2, 2])
    x = g.normalization(x, 8, "first_norm")
    x = g.add("Clip", [x, g.constant(np.float32(0)), g.constant(np.float32(6))], "first_clip")
    y = g.conv(x, 8, 8, 3, "branch", pads=[1, 1, 1, 1])
    y = g.normalization(y, 8, "branch_norm")
    x = g.add("Relu", [g.add("Add", [y, x], "joined")], "joined_relu")
    x = g.normalization(x, 8, "alone")
    y = g.add("AveragePool", [x], "means", kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1)
    x = g.add("Concat", [x, y], "both", axis=1)
    w, b = g.normal([16, 8, 4, 4]), g.normal([8], 0.1)
    x = g.add(
        "ConvTranspose", [x, w, b], "wider", strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 0])
    x = g.add("LeakyRelu", [x], "wider_leaky", alpha=0.2)
    x = g.add("DepthToSpace", [x], "shuffled", blocksize=2, mode="CRD")
    x = g.add(
        "Resize", [x, "", g.constant(np.float32([1, 1, 2, 2]))], "resized", mode="nearest",
        coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    x = g.add("MaxPool", [x], "largest", kernel_shape=[3, 3], strides=[3, 3], ceil_mode=1)
    x = g.add("Flatten", [g.add("Dropout", [x], "dropped")], "flat")
    count = 684
    x = g.add("MatMul", [x, g.normal([count, 5], 0.1)], "product")
    x = g.add("Add", [x, g.normal([5], 0.5)], "scores")
    return g.model([1, 3, 10, 12], x)


class Samples(CalibrationDataReader):
    def __init__(self, shape, name="image", count=4):
        random = np.random.default_rng(9)
        self.samples = iter([{name: random.normal(size=shape).astype(np.float32)} for _ in range(count)])

    def get_next(self):
        return next(self.samples, None)


def results(path, keep):
    model = onnx.load(path)
    isolated = any(node.op_type.startswith("QLinear") for node in model.graph.node)
    made = [node.output[0] for node in model.graph.node
            if node.op_type == "QuantizeLinear" or isolated and node.op_type != "DequantizeLinear"]
    outputs = {value.name for value in model.graph.output}
    for name in made:
        if keep(name) and name not in outputs:
            model.graph.output.append(helper.make_empty_tensor_value_info(name))
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.add_session_config_entry("session.x64quantprecision", "1")
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    image = np.random.default_rng(4).normal(size=session.get_inputs()[0].shape).astype(np.float32)
    values = dict(zip([output.name for output in session.get_outputs()], session.run(None, {"image": image})))
    values["image"] = image
    return values


def write(folder, name, values, made_by):
    tensors = {}
    for key, value in sorted(values.items()):
        elements = [float("%.9g" % x) for x in value.ravel()] if value.dtype == np.float32 else value.ravel().tolist()
        tensors[key] = {"shape": list(value.shape), "elements": elements}
    with open(os.path.join(folder, name + ".json"), "w") as file:
        json.dump({"madeBy": made_by, "tensors": tensors}, file, separators=(",", ":"))
        file.write("\n")


def main(folder):
    version = "onnxruntime " + ort.__version__
    model = real()
    path = os.path.join(folder, "real.onnx")
    onnx.save(model, path)
    write(folder, "real", results(path, lambda name: False), version)
    for name, model in [("exact", exact()), ("near", near())]:
        with tempfile.TemporaryDirectory() as scratch:
            source = os.path.join(scratch, "float.onnx")
            onnx.save(onnx.shape_inference.infer_shapes(model), source)
            shape = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim]
            for word, form, kind in [
                ("qdq", QuantFormat.QDQ, QuantType.QInt8), ("qlinear", QuantFormat.QOperator, QuantType.QUInt8)]:
                path = os.path.join(folder, "%s-%s.onnx" % (name, word))
                quantize_static(
                    source, path, Samples(shape), quant_format=form, activation_type=kind, weight_type=QuantType.QInt8,
                    per_channel=True)
                codes = {key: value for key, value in results(path, lambda _: True).items()
                         if value.dtype in (np.uint8, np.int8)}
                write(folder, "%s-%s" % (name, word), codes, version)


if __name__ == "__main__":
    main(sys.argv[1])
