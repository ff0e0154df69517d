/// What every worker is started with.
struct WorkerOptions: Sendable {
    /// RLIMIT_AS of a worker; 0 is no limit.
    var addressSpaceBytes: Int
    /// Of processor time, for one input.
    var limitSeconds: Double
    /// For tests of the parent.
    var fault: PlantedFault?

    func arguments(_ reader: Reader, first: UInt64, count: UInt64, folder: String) -> [String] {
        [
            "--worker", "--reader", reader.rawValue, "--first", "\(first)", "--count", "\(count)", "--memory",
            "\(addressSpaceBytes >> 20)", "--folder", folder,
        ]
            + (fault.map { ["--plant", $0.rawValue] } ?? [])
    }
}
