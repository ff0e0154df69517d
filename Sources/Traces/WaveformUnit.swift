/// What a waveform may show.
public enum WaveformUnit: String, CaseIterable, Hashable, Sendable {
    /// An engine: busy, and the number and layer of its command, which stay while it is idle. `compute` adds its phase
    /// and stall reason.
    case load, compute, store
    /// Tokens of each semaphore: put at the edge after a command's last cycle, taken at the edge after a command's
    /// first.
    case semaphores
    /// Grants and beats of the channel to external memory, and for whom.
    case dma
    /// Whether the array steps or waits for a bank.
    case macArray
}
