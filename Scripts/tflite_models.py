#!/usr/bin/env python3
"""usage: Scripts/tflite_models.py mobilenet_v2|weights_20mb OUTPUT   an int8 TensorFlow Lite model of seeded random weights.

Needs the package tensorflow-cpu. mobilenet_v2 is Keras's MobileNet V2 for 224x224 pictures and 1,000 classes, without
the softmax; weights_20mb has six convolutions with 20.5 million weights on 8x8 pixels."""
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf


def weights_20mb():
    result = first = tf.keras.layers.Input((8, 8, 512))
    for channels, side in ((1024, 3), (2048, 1), (2048, 1), (2048, 1), (2048, 1), (512, 1)):
        result = tf.keras.layers.Conv2D(channels, side, padding="same", activation="relu")(result)
    return tf.keras.Model(first, result)


MODELS = {
    "mobilenet_v2": lambda: tf.keras.applications.MobileNetV2((224, 224, 3), weights=None, classifier_activation=None),
    "weights_20mb": weights_20mb,
}


def main(name, path):
    tf.keras.utils.set_random_seed(1)
    model = MODELS[name]()
    random = np.random.default_rng(0)
    shape = (1, *model.input_shape[1:])
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([random.uniform(-1, 1, shape).astype(np.float32)] for _ in range(4))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    with open(path, "wb") as file:
        file.write(converter.convert())


if len(sys.argv) != 3 or sys.argv[1] not in MODELS:
    sys.exit(__doc__)
main(*sys.argv[1:])
