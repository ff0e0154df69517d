import Commands

/// Functions of the generated package that name the words of commands, so that a testbench prints a command as fields.
enum CommandFieldNames {
    /// `transfer_field_name`, `compute_field_name` and `elementwise_field_name`: the name of word i, 32 characters at most, or 0.
    static var functions: String {
        let transfer = CommandWords.TransferField.allCases.map { ($0.rawValue, "\($0)") }
        let compute = CommandWords.ComputeField.allCases.map { ($0.rawValue, "\($0)") }
        // The words of element-wise work stand in the place of those of accumulate; V keeps its own.
        let own = CommandWords.ElementwiseField.allCases.map { ($0.rawValue, "\($0)") }
        let shared = compute.filter { $0.0 < CommandWords.ElementwiseField.function.rawValue || $0.0 == CommandWords.ComputeField.activationBits.rawValue }
        return [function("transfer", transfer), function("compute", compute), function("elementwise", shared + own)].joined(separator: "\n")
    }

    private static func function(_ name: String, _ fields: [(word: Int, name: String)]) -> String {
        let cases = fields.sorted { $0.word < $1.word }.map { "            \($0.word): \(name)_field_name = \"\($0.name)\";" }
        return """
                function automatic logic [255:0] \(name)_field_name(input integer word);
                    case (word)
            \(cases.joined(separator: "\n"))
                        default: \(name)_field_name = 256'd0;
                    endcase
                endfunction
            """
    }
}
