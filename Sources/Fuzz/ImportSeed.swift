import FileFormats
import Networks
import Random

/// The weights of a tiny mean-scale hyperprior under PyTorch's names.
enum ImportSeed {
    static func file(using random: inout SeededGenerator) -> SafetensorsFile {
        let (n, m, h) = (random.integer(1...3), random.integer(1...3), random.integer(1...3))
        var file = SafetensorsFile()
        func add(_ name: String, _ shape: [Int], _ range: ClosedRange<Float> = -1...1) {
            let values = (0..<shape.reduce(1, *)).map { _ in Float.random(in: range, using: &random) }
            file.tensors[name] = SafetensorsTensor(values, shape: shape)
        }
        func layer(_ name: String, _ shape: [Int], outputs: Int) {
            add("\(name).weight", shape)
            add("\(name).bias", [outputs])
        }
        for (index, (inputs, outputs)) in [(3, n), (n, n), (n, n), (n, m)].enumerated() {
            layer("g_a.\(2 * index)", [outputs, inputs, 5, 5], outputs: outputs)
            layer(
                "g_s.\(2 * index)", index == 0 ? [m, n, 5, 5] : [n, index == 3 ? 3 : n, 5, 5],
                outputs: index == 3 ? 3 : n)
            guard index < 3 else { continue }
            for side in ["g_a", "g_s"] {
                add("\(side).\(2 * index + 1).gamma", [n, n], 0...0.1)
                add("\(side).\(2 * index + 1).beta", [n], 0.5...1)
            }
        }
        layer("h_a.0", [n, m, 3, 3], outputs: n)
        layer("h_a.2", [n, n, 5, 5], outputs: n)
        layer("h_a.4", [n, n, 5, 5], outputs: n)
        layer("h_s.0", [n, m, 5, 5], outputs: m)
        layer("h_s.2", [m, h, 5, 5], outputs: h)
        layer("h_s.4", [2 * m, h, 3, 3], outputs: 2 * m)
        add("gain", [random.integer(1...3), m], 0.5...2)
        if random.once(in: 2) {
            add("prior.m.0", [n, 3, 1])
            add("prior.b.0", [n, 3, 1])
            add("prior.a.0", [n, 3, 1])
            add("prior.m.1", [n, 1, 3])
            add("prior.b.1", [n, 1, 1])
        }
        if random.once(in: 4) { add("ranges.g_a.0.clips", [n], 0.5...2) }
        if random.once(in: 4) { add("ranges.g_a.1.activations", [n], 0.5...2) }
        return file
    }
}
