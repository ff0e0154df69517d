import Kernels
import Testing

@Suite struct KernelLevelTests {
    @Test("The words of the levels are the levels that this processor has")
    func words() {
        #expect(["portable", "sse2", "avx2", "avx512"].compactMap { KernelLevel(word: $0) } == KernelLevel.available)
        #expect(KernelLevel.available.first == .portable && KernelLevel.available.last == .best)
        for word in ["", "SSE2", "avx", "portable "] { #expect(KernelLevel(word: word) == nil) }
    }
}
