import Diagnostics
import MachineDescription

/// `machines --json`: machines with the keys of their files, sizes in bytes.
///
///     {"schemaVersion": 1, "tool": {"name": "intaglio", "version": "0.1.0"}, "machines": [{"name": "small", ...}]}
struct MachinesDocument: Encodable {
    struct Tool: Encodable {
        var name = ToolVersion.name
        var version = ToolVersion.version
    }

    var schemaVersion = 1
    var tool = Tool()
    var machines: [MachineDescription]
}
