import Glibc

/// CPU seconds of this process, all threads.
func cpuSeconds(_ work: () -> Void) -> Double { seconds(CLOCK_PROCESS_CPUTIME_ID, work) }
func wallSeconds(_ work: () -> Void) -> Double { seconds(CLOCK_MONOTONIC, work) }

private func seconds(_ clock: clockid_t, _ work: () -> Void) -> Double {
    var (start, end) = (timespec(), timespec())
    clock_gettime(clock, &start)
    work()
    clock_gettime(clock, &end)
    return Double(end.tv_sec - start.tv_sec) + Double(end.tv_nsec - start.tv_nsec) * 1e-9
}

func billions(_ rate: Double) -> String { oneDecimal(rate * 1e-9) }
func percent(_ ratio: Double) -> String { oneDecimal(ratio * 100) + " %" }
func oneDecimal(_ value: Double) -> String {
    String(Int(value * 10 + 0.5) / 10) + "." + String(Int(value * 10 + 0.5) % 10)
}
