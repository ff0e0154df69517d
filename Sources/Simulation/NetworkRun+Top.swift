import Geometry
import HostOperators
import Networks
import Quantization
import Tensors

extension NetworkRun {
    /// The largest elements of the network's only output, where that is one vector of codes, and of what the host makes
    /// of it; nothing for other networks.
    var top: [TopReport] {
        let geometry = simulation.plan.geometry
        guard geometry.outputLayers.count == 1 else { return [] }
        let layer = geometry.outputLayers[0]
        let (shape, name) = (geometry.result(of: layer).shape, geometry.result(of: layer).name)
        guard shape.height == 1, shape.width == 1, shape.channels > 1, case .codes(let set)? = formats[name] else {
            return []
        }
        let stored = simulation.storedOutput(layer).elements.map { Int($0) }
        let output = TopReport(name, codes: stored) { index, code in
            set.step * Double(set.value(of: code, channel: index))
        }
        return [output]
            + host.results.compactMap { name, array in
                guard array.tensor.extents.last == array.tensor.count, array.tensor.count > 1,
                    let range = array.tensor.type.elements, case .integers(let elements) = array.elements
                else { return nil }
                let (scale, zeroPoint) = (Double(array.tensor.scale), array.tensor.zeroPoint)
                return TopReport(name, codes: elements.map { $0 - range.lowerBound }) { _, code in
                    scale * Double(code + range.lowerBound - zeroPoint)
                }
            }
    }
}
