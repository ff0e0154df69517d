import Kernels

/// Speeds of the machine's inner loops and of whole commands, as ratios in one run: absolute times drift with the
/// computer.
///
///     swift run -c release Benchmarks
@main
struct Benchmarks {
    static func main() {
        KernelLevel.available.forEach(KernelRates.report)
        MachineRates.shapes.forEach(MachineRates.report)
        EntropyRates.report()
    }
}
