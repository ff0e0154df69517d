import FixedPoint
import Geometry

extension AxisGeometry {
    /// Extents worth trying, largest first: equal parts of the whole and powers of two, multiples of the alignment and,
    /// where that is smaller than the whole, of `multiple` positions of a phase (`AxisPhase`).
    func tileCandidates(multiple: Int) -> [Int] {
        let unit = alignment * multiple
        var extents: Set<Int> = [output, min(alignment, output)]
        for parts in [2, 3, 4, 5, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128] where output / parts >= alignment {
            extents.insert(min(roundUp(ceilDivide(output, by: parts), to: unit), output))
        }
        for extent in [1, 2, 4, 8, 16, 32].map({ $0 * alignment }) where extent < output {
            extents.insert(min(roundUp(extent, to: unit), output))
        }
        return extents.sorted(by: >)
    }

    /// Extents of columns worth trying where phases share the output lanes: those that divide the whole.
    var evenTileCandidates: [Int] {
        (1...output).filter { output % $0 == 0 && ($0 % alignment == 0 || $0 == output) }.reversed()
    }
}

extension LayerGeometry {
    /// Channel tiles worth trying, largest first.
    func channelCandidates(lanes: Int) -> [Int] {
        guard usesArray else { return [outputChannels] }
        return LayerGeometry.parts(of: outputChannels, unit: channelUnit(lanes: lanes))
    }

    /// The fewest channels that fill output lanes, or one group.
    func channelUnit(lanes: Int) -> Int {
        groups > 1 ? groupOutputChannels : lanes / greatestCommonDivisor(lanes, lanesOfChannel)
    }

    /// Input-channel tiles worth trying, largest first.
    func inputChannelCandidates(lanes: Int) -> [Int] {
        switch kind {
        case .convolution where groups == 1 && kernelRow == nil, .transposedConvolution:
            LayerGeometry.parts(of: inputChannels, unit: lanes)
        case .convolution, .normalization, .elementwise, .concatenation: [groupInputChannels]
        }
    }

    static func parts(of whole: Int, unit: Int) -> [Int] {
        var extents: Set<Int> = [min(unit, whole)]
        for parts in [1, 2, 3, 4, 6, 8, 12, 16] {
            extents.insert(min(roundUp(ceilDivide(whole, by: parts), to: unit), whole))
        }
        return extents.sorted(by: >)
    }
}
