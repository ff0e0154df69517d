/// Small right files of the text formats that the program itself does not write.
enum TextSeeds {
    static let trellis = """
        # next if even, next if odd, quantizer
        0 2 0
        2 0 0
        1 3 1
        3 1 1

        """

    static let topologies = [
        """
        Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,

        A title,
        Conv1, 28, 28, 7, 7, 3, 16, 2,
        Conv2, 11, 11, 1, 1, 16, 32, 1,
        Conv3, 11, 11, 3, 3, 32, 8, 1,#dw
        Wide, 4, 256, 1, 256, 1, 12, 1,
        Deep, 2, 2, 1, 1, 4096, 8, 1,

        """,
        """
        Layer, M, N, K, Sparsity,
        QK, 16, 24, 40, 2:4,
        QKV, 16, 40, 24, ,
        FC, 1, 2000, 64,
        """,
        [
            "Layer name", "IFMAP Height", "IFMAP Width", "Filter Height", "Filter Width", "Channels", "Num Filter",
            "Strides", "Batch Size",
        ].joined(separator: "\t") + "\n"
            + "Conv1_1\t12\t12\t3\t3\t1\t8\t1\t1\n",
    ]

    static let curves = [
        """
        {"schemaVersion": 1, "network": "n", "machine": "mid", "curves": [
          {"name": "round", "points": [{"bitsPerPixel": 0.1, "psnr": 28.5, "msSSIM": 0.91}, \
        {"bitsPerPixel": 0.25, "psnr": 31, "msSSIM": 0.95},
            {"bitsPerPixel": 0.5, "psnr": 34.25, "msSSIM": 0.98}, {"bitsPerPixel": 1, "psnr": 38, "msSSIM": 0.99}]},
          {"name": "rdoq", "points": [{"bitsPerPixel": 0.09, "psnr": 28.5}, {"bitsPerPixel": 0.2, "psnr": 31}, \
        {"bitsPerPixel": 0.45, "psnr": 34.5}, {"bitsPerPixel": 0.9, "psnr": 37.5}]}
        ]}
        """,
        """
        {"kodak": {"BPG": {"bpp": [0.1, 0.2, 0.4, 0.8, 1.6], "psnr-rgb": [27, 29, 32, 35, 39], \
        "ms-ssim-rgb": [0.9, 0.93, 0.96, 0.98, 0.99]},
          "JPEG": {"bpp": [0.2, 0.3, 0.5, 1], "psnr-rgb": [26, 28.5, 30, 34]}}}
        """,
    ]

    static let layerCases = [
        """
        {"case": "point", "kind": "conv", "arithmetic": "requantize = gemmlowp double rounding", \
        "inputShapeNHWC": [1, 2, 2, 1], "outputShapeNHWC": [1, 2, 2, 1], "stride": [1, 1],
         "padTopLeft": [0, 0], "dilation": [1, 1], "weightShapeOHWI": [1, 1, 1, 1], "groups": 1, "inputOffset": 0, \
        "weightOffset": 0, "outputOffset": 0, "clamp": [-128, 127],
         "multiplierQ31": [1073741824], "shift": [1], "bias": [0], "input": [1, 2, 3, 4], "weights": [3], \
        "expected": [3, 6, 9, 12]}
        """,
        """
        {"case": "window", "kind": "conv", "arithmetic": "gemmlowp double rounding", "inputShapeNHWC": [2, 3, 3, 2], \
        "outputShapeNHWC": [2, 2, 2, 2], "stride": [2, 2], "padTopLeft": [1, 1],
         "dilation": [1, 1], "weightShapeOHWI": [2, 3, 3, 2], "groups": 1, "inputOffset": 5, "weightOffset": 0, \
        "outputOffset": -3, "clamp": [-100, 100],
         "multiplierQ31": [1273741824, 2147483647], "shift": [-6, -7], "bias": [100, -2000],
         "input": [1, -2, 3, -4, 5, -6, 7, -8, 9, 10, -11, 12, -13, 14, -15, 16, -17, 18, \
        1, -2, 3, -4, 5, -6, 7, -8, 9, 10, -11, 12, -13, 14, -15, 16, -17, 127],
         "weights": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, \
        -1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12, -13, -14, -15, -16, -17, -128],
         "expected": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]}
        """,
        """
        {"case": "depth", "kind": "depthwiseConv", "arithmetic": "gemmlowp double rounding", \
        "inputShapeNHWC": [1, 3, 3, 2], "outputShapeNHWC": [1, 2, 2, 2], "stride": [1, 1],
         "padTopLeft": [0, 0], "dilation": [1, 1], "weightShapeHWO": [2, 2, 2], "groups": 2, "inputOffset": 128, \
        "weightOffset": 0, "outputOffset": 4, "clamp": [-128, 127],
         "multiplierQ31": [1273741824, 1173741824], "shift": [-4, -5], "bias": [10, 20], \
        "input": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18],
         "weights": [1, 2, 3, 4, 5, 6, 7, -8], "expected": [0, 0, 0, 0, 0, 0, 0, 0]}
        """,
        """
        {"case": "up", "kind": "transposedConv", "arithmetic": "gemmlowp double rounding", \
        "inputShapeNHWC": [1, 2, 2, 1], "outputShapeNHWC": [1, 4, 4, 1], "stride": [2, 2],
         "padTopLeft": [0, 0], "dilation": [1, 1], "weightShapeOHWI": [1, 2, 2, 1], "inputOffset": 0, \
        "weightOffset": 0, "outputOffset": 0, "clamp": [-128, 127],
         "multiplierQ31": [1073741824], "shift": [0], "bias": [], "input": [1, 2, 3, 4], "weights": [3, 5, 7, 9], \
        "expected": [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]}
        """,
        """
        {"case": "full", "kind": "fullyConnected", "arithmetic": "gemmlowp double rounding", "inputShape": [2, 3], \
        "outputShape": [2, 2], "weightShapeOI": [2, 3], "inputOffset": 1,
         "weightOffset": 2, "outputOffset": 0, "clamp": [-128, 127], "multiplierQ31": [1073741824], "shift": [-2], \
        "bias": [1, 2], "input": [1, 2, 3, 4, 5, 6], "weights": [1, 2, 3, 4, 5, 6],
         "expected": [0, 0, 0, 0]}
        """,
    ]
}
