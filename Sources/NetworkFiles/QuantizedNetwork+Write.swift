import FileFormats
import FixedPoint
import Graph
import Networks
import Quantization

/// The tensors of a quantized network.
///
///     LAYER.weightCodes U8 [K][R][S][C]   .weightEntries I16 [256]   .bias I64 [K]
///          .multiplierMantissas U32 [K]   .multiplierExponents I8 [K]
///          .multiplierNegativeMantissas U32 [K]   .multiplierNegativeExponents I8 [K]
///                                             where sums below 0 have multipliers of their own
///          .codeMap U8 [256]                  where codes become others before they are stored
///     LAYER.gammaCodes U8 [C][C]   .gammaEntries I16 [256]   .beta I64   .operandShifts U8
///          .scaleMantissas U32   .scaleShifts U8
///     LAYER.tableBases U32 [segments]   .tableSlopes I32 [segments]
///     TENSOR.selects U8 [C]   .offsets I32 [C]   .codebookJ.entries I32 [n]   .codebookJ.thresholds I32 [n-1]
///     LAYER.rateMantissas U32 [rates][K]   .rateExponents I8 [rates][K]
///     LAYER.weightCodeLengths U8 [256]   .weightCodeBits U32 [K][ceil(C/8)]   .nonZeroWeights U8 [K][taps][ceil(C/8)]
///     codec.latents and codec.hyperLatents: .firstSymbols I32 [tables]   .slotCounts I32 [tables]   .starts U16
///     codec.scaleThresholds I32
extension QuantizedNetwork {
    func tensors(prefix: String) -> [String: SafetensorsTensor] {
        var tensors: [String: SafetensorsTensor] = [:]
        let channels = (try? graph.channels()) ?? [:]
        for name in tensorNames {
            guard case .codes(let set)? = formats[name] else { continue }
            tensors["\(prefix)\(name).selects"] = SafetensorsTensor(set.selects, shape: [set.channels])
            tensors["\(prefix)\(name).offsets"] = SafetensorsTensor(set.offsets, shape: [set.channels])
            for (index, codebook) in set.codebooks.enumerated() {
                tensors["\(prefix)\(name).codebook\(index).entries"] = SafetensorsTensor(
                    codebook.entries, shape: [codebook.entries.count])
                tensors["\(prefix)\(name).codebook\(index).thresholds"] = SafetensorsTensor(
                    codebook.thresholds, shape: [codebook.thresholds.count])
            }
        }
        for layer in graph.layers {
            let name = prefix + layer.name
            switch parameters[layer.name] {
            case .accumulation(let accumulation):
                let shape =
                    layer.weightShape(inputChannels: channels[layer.inputs[0]] ?? 0) ?? [accumulation.weightCodes.count]
                tensors["\(name).weightCodes"] = SafetensorsTensor(accumulation.weightCodes, shape: shape)
                tensors["\(name).weightEntries"] = SafetensorsTensor(accumulation.weightDecoder.entries, shape: [256])
                tensors["\(name).bias"] = SafetensorsTensor(accumulation.bias, shape: [accumulation.bias.count])
                accumulation.postProcessing.write(name, to: &tensors)
            case .requantization(let postProcessing): postProcessing.write(name, to: &tensors)
            case .normalization(let normalization): normalization.write(name, to: &tensors)
            case .twoStageAddition(let addition): addition.postProcessing.write(name, to: &tensors)
            case .addition, .some(.none), nil: break
            }
        }
        for (name, rates) in rateMultipliers {
            let shape = [rates.count, rates[0].count]
            tensors["\(prefix)\(name).rateMantissas"] = SafetensorsTensor(
                rates.flatMap { $0.map(\.mantissa) }, shape: shape)
            tensors["\(prefix)\(name).rateExponents"] = SafetensorsTensor(
                rates.flatMap { $0.map { Int8($0.exponent) } }, shape: shape)
        }
        for (name, statistics) in weightStatistics { statistics.write(prefix + name, to: &tensors) }
        if let codec { tensors.merge(codec.tensors(prefix: prefix)) { _, later in later } }
        return tensors
    }
}

extension PostProcessing {
    fileprivate func write(_ name: String, to tensors: inout [String: SafetensorsTensor]) {
        tensors["\(name).multiplierMantissas"] = SafetensorsTensor(
            multipliers.map(\.mantissa), shape: [multipliers.count])
        tensors["\(name).multiplierExponents"] = SafetensorsTensor(
            multipliers.map { Int8($0.exponent) }, shape: [multipliers.count])
        if multipliersNegative != multipliers {
            tensors["\(name).multiplierNegativeMantissas"] = SafetensorsTensor(
                multipliersNegative.map(\.mantissa), shape: [multipliers.count])
            tensors["\(name).multiplierNegativeExponents"] = SafetensorsTensor(
                multipliersNegative.map { Int8($0.exponent) }, shape: [multipliers.count])
        }
        if let codeMap { tensors["\(name).codeMap"] = SafetensorsTensor(codeMap, shape: [256]) }
    }
}

extension NormalizationParameters {
    fileprivate func write(_ name: String, to tensors: inout [String: SafetensorsTensor]) {
        tensors["\(name).gammaCodes"] = SafetensorsTensor(gammaCodes, shape: [beta.count, operandShifts.count])
        tensors["\(name).gammaEntries"] = SafetensorsTensor(gammaDecoder.entries, shape: [256])
        tensors["\(name).beta"] = SafetensorsTensor(beta, shape: [beta.count])
        tensors["\(name).operandShifts"] = SafetensorsTensor(
            operandShifts.map { UInt8($0) }, shape: [operandShifts.count])
        tensors["\(name).scaleMantissas"] = SafetensorsTensor(scaleMantissas, shape: [scaleMantissas.count])
        tensors["\(name).scaleShifts"] = SafetensorsTensor(scaleShifts.map { UInt8($0) }, shape: [scaleShifts.count])
        if let table, !table.bases.isEmpty {
            tensors["\(name).tableBases"] = SafetensorsTensor(table.bases, shape: [table.bases.count])
            tensors["\(name).tableSlopes"] = SafetensorsTensor(table.slopes, shape: [table.slopes.count])
        }
    }
}
