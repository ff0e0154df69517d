import MachineDescription

/// `machines --json`: machines with the keys of their files, sizes in bytes.
///
///     {"schemaVersion": 2, "tool": {"name": "intaglio", "version": "0.1.0"}, "machines": [{"name": "small", ...}]}
struct MachinesDocument: Encodable {
    var machines: [MachineDescription]
}
