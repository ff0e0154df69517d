import Diagnostics
import Quantization

extension CodebookSet {
    /// The same set with one threshold (counted over all codebooks, one after the other) one larger; nil where there is
    /// no such threshold.
    ///
    /// A neighbour that would be overtaken is raised with it, so that thresholds still do not decrease.
    func withThresholdRaised(_ index: Int) throws(Diagnostic) -> CodebookSet? {
        var first = 0
        for (number, codebook) in codebooks.enumerated() {
            let local = index - first
            first += codebook.thresholds.count
            guard codebook.thresholds.indices.contains(local) else { continue }
            // The largest threshold that there is cannot be raised.
            guard codebook.thresholds[local] < .max else { return nil }
            var thresholds = codebook.thresholds
            thresholds[local] += 1
            for later in thresholds.indices.dropFirst(local + 1) {
                thresholds[later] = max(thresholds[later], thresholds[later - 1])
            }
            var changed = codebooks
            changed[number] = try Codebook(entries: codebook.entries, thresholds: thresholds)
            return try CodebookSet(codebooks: changed, selects: selects, offsets: offsets, step: step)
        }
        return nil
    }
}
