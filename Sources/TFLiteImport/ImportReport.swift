public import Networks

/// What became of a file's operators and tensors.
public struct ImportReport: Encodable, Sendable {
    /// Where an operator went.
    public enum Destination: String, Encodable, CaseIterable, Sendable {
        /// Layers on the machine.
        case datapath
        /// No byte moves: shapes that are known, tensors under other extents.
        case folded
        /// In front of the network or behind it, computed without the machine.
        case host
        /// Behind the outputs that were asked for.
        case cut
    }

    /// An operator of the file.
    public struct Operator: Encodable, Sendable {
        /// In the order of the file.
        public var index: Int
        /// `CONV_2D`
        public var name: String
        public var destination: Destination
        /// The layers that it became.
        public var layers: [String]
        /// The rule that gives the runtime's codes.
        public var rounding: String?
        /// What is told apart from other operators of its name: a code map.
        public var remark: String?

        package init(
            index: Int, name: String, destination: Destination, layers: [String], rounding: String?,
            remark: String? = nil
        ) {
            self.index = index
            self.name = name
            self.destination = destination
            self.layers = layers
            self.rounding = rounding
            self.remark = remark
        }
    }

    /// An input, an output or a layer's result.
    public struct Tensor: Encodable, Sendable {
        public var name: String
        /// In the file; several where others are the same elements under other extents.
        public var fileNames: [String]
        /// The file's extents.
        public var shape: [Int]
        public var elementType: String
        /// Nil of float tensors.
        public var scale: Float?
        public var zeroPoint: Int?

        package init(
            name: String, fileNames: [String], shape: [Int], elementType: String, scale: Float?, zeroPoint: Int?
        ) {
            self.name = name
            self.fileNames = fileNames
            self.shape = shape
            self.elementType = elementType
            self.scale = scale
            self.zeroPoint = zeroPoint
        }
    }

    /// `tflite` or `onnx`
    public var format: String
    /// Whose codes the network has; nil of a float network.
    public var runtime: String?
    /// Of the inputs: every picture or tensor must have this extent, for which the file's padding is made.
    public var width: Int
    public var height: Int
    public var inputs: [Tensor]
    public var outputs: [Tensor]
    public var operators: [Operator]
    /// What the host computes, in the order of the file; no operator of it stands on the machine.
    public var host: [HostWork]
    /// Of all layers and inputs whose names are others in the file.
    public var names: [String: String]
    /// Weights and biases in the file.
    public var parameters: Int
    public var usefulMACs: Int
    /// What is odd about the file.
    public var remarks: [String]

    package init(
        format: String, runtime: String?, width: Int, height: Int, inputs: [Tensor], outputs: [Tensor],
        operators: [Operator], host: [HostWork] = [], names: [String: String], parameters: Int, usefulMACs: Int,
        remarks: [String]
    ) {
        self.format = format
        self.runtime = runtime
        self.width = width
        self.height = height
        self.inputs = inputs
        self.outputs = outputs
        self.operators = operators
        self.host = host
        self.names = names
        self.parameters = parameters
        self.usefulMACs = usefulMACs
        self.remarks = remarks
    }
}
