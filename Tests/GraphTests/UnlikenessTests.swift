import Graph
import Testing

@Suite struct UnlikenessTests {
    private func graph(_ prefix: String, channels: Int = 4, kernel: Int = 3, adds: Bool = false) -> Graph {
        let convolution = Convolution(
            outputChannels: channels, kernelHeight: kernel, kernelWidth: kernel,
            padding: Padding(top: kernel / 2, bottom: kernel / 2, left: kernel / 2, right: kernel / 2))
        var layers = [Layer(name: prefix + "a", operator: .convolution(convolution), inputs: ["image"])]
        if adds { layers.append(Layer(name: prefix + "b", operator: .requantize, inputs: [prefix + "a"])) }
        return Graph(
            name: prefix, inputs: [GraphInput(name: "image", channels: 3)], layers: layers,
            outputs: [layers.last!.name])
    }

    @Test("Names make no difference; layers, channels and kernels do, and are named")
    func differences() {
        #expect(graph("x").unlikeness(graph("y")) == nil)
        #expect(graph("x", adds: true).unlikeness(graph("y")) == "2 layers and 1")
        #expect(
            graph("x").unlikeness(graph("y", channels: 5))
                == "layer xa is a convolution of 4 channels, there ya a convolution of 5")
        #expect(
            graph("x").unlikeness(graph("y", kernel: 5))
                == "layer xa has another kernel, stride or padding than ya there")
    }
}
