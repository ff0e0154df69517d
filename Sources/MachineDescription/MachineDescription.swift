// MachineDescription
