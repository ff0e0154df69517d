#!/usr/bin/env python3
"""usage: Scripts/tflite_unsigned.py MODEL OUTPUT   an int8 TensorFlow Lite model as uint8, weights with one scale and a zero point.

Needs the packages tensorflow-cpu and numpy. Activations keep their real values; weights are rounded to 255 steps between
their smallest and largest value, biases to the new product of scales: another model, of the older kind."""
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import flatbuffers
import numpy as np
from tensorflow.lite.python import schema_py_generated as schema

TYPES, KINDS = schema.TensorType, schema.BuiltinOperator


def elements(model, tensor, type):
    return np.frombuffer(bytes(model.buffers[tensor.buffer].data), dtype=type)


def set_elements(model, tensor, values):
    model.buffers[tensor.buffer].data = np.frombuffer(values.tobytes(), dtype=np.uint8)


def set_quantization(tensor, scale, zero_point):
    tensor.quantization.scale = np.array([scale], dtype=np.float32)
    tensor.quantization.zeroPoint = np.array([zero_point], dtype=np.int64)
    tensor.quantization.quantizedDimension = 0


def weights(model, tensor):
    """Rounds the weights anew and returns their scale."""
    scales = np.array(tensor.quantization.scale)
    if len(scales) > 1:
        shape = [1] * len(tensor.shape)
        shape[tensor.quantization.quantizedDimension] = -1
        scales = scales.reshape(shape)
    real = elements(model, tensor, np.int8).reshape(tensor.shape).astype(np.float64) * scales
    low, high = min(real.min(), 0), max(real.max(), 0)
    scale = np.float32((high - low) / 255)
    zero_point = max(1, min(254, int(round(-low / scale))))
    set_elements(model, tensor, np.clip(np.round(real / scale) + zero_point, 0, 255).astype(np.uint8))
    tensor.type = TYPES.UINT8
    set_quantization(tensor, scale, zero_point)
    return scale


def retype(source, target):
    model = schema.ModelT.InitFromPackedBuf(open(source, "rb").read(), 0)
    graph = model.subgraphs[0]
    done = set()
    for operator in graph.operators:
        code = model.operatorCodes[operator.opcodeIndex]
        kind = max(code.builtinCode, code.deprecatedBuiltinCode)
        if kind not in (KINDS.CONV_2D, KINDS.DEPTHWISE_CONV_2D, KINDS.FULLY_CONNECTED, KINDS.TRANSPOSE_CONV):
            continue
        if operator.inputs[1] in done:
            continue
        done.add(operator.inputs[1])
        scale = weights(model, graph.tensors[operator.inputs[1]])
        operand, bias = (2, 3) if kind == KINDS.TRANSPOSE_CONV else (0, 2)
        if len(operator.inputs) <= bias or operator.inputs[bias] < 0:
            continue
        tensor = graph.tensors[operator.inputs[bias]]
        product = np.float32(np.float32(graph.tensors[operator.inputs[operand]].quantization.scale[0]) * scale)
        real = elements(model, tensor, np.int32).astype(np.float64) * np.array(tensor.quantization.scale, dtype=np.float64)
        set_elements(model, tensor, np.round(real / product).astype(np.int32))
        set_quantization(tensor, product, 0)
    for index, tensor in enumerate(graph.tensors):
        if tensor.type != TYPES.INT8 or index in done:
            continue
        tensor.type = TYPES.UINT8
        tensor.quantization.zeroPoint = np.array(tensor.quantization.zeroPoint, dtype=np.int64) + 128
        data = model.buffers[tensor.buffer].data if tensor.buffer else None
        if data is not None and len(data) > 0:
            set_elements(model, tensor, (elements(model, tensor, np.int8).astype(int) + 128).astype(np.uint8))
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    with open(target, "wb") as file:
        file.write(builder.Output())


if len(sys.argv) != 3:
    sys.exit(__doc__)
retype(sys.argv[1], sys.argv[2])
