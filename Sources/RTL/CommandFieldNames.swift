import Commands

/// Functions of the generated package that name the words of commands, so that a testbench prints a command as fields.
package enum CommandFieldNames {
    private static let transfer = CommandWords.TransferField.allCases.map { ($0.rawValue, "\($0)") }
    private static let compute = CommandWords.ComputeField.allCases.map { ($0.rawValue, "\($0)") }
    /// The words of element-wise work stand in the place of those of accumulate; V keeps its own.
    private static let elementwise =
        compute.filter {
            $0.0 < CommandWords.ElementwiseField.function.rawValue
                || $0.0 == CommandWords.ComputeField.activationBits.rawValue
        }
        + CommandWords.ElementwiseField.allCases.map { ($0.rawValue, "\($0)") }

    /// Names and places as a JSON object of three.
    package static var json: String {
        let lists = [("transfer", transfer), ("compute", compute), ("elementwise", elementwise)].map { name, fields in
            "\"\(name)\": {\(fields.sorted { $0.0 < $1.0 }.map { "\"\($0.1)\": \($0.0)" }.joined(separator: ", "))}"
        }
        return "{\(lists.joined(separator: ", "))}"
    }

    /// `transfer_field_name`, `compute_field_name` and `elementwise_field_name`: the name of word i, 32 characters at
    /// most, or 0.
    static var functions: String {
        [function("transfer", transfer), function("compute", compute), function("elementwise", elementwise)].joined(
            separator: "\n")
    }

    private static func function(_ name: String, _ fields: [(word: Int, name: String)]) -> String {
        let cases = fields.sorted { $0.word < $1.word }.map {
            "            \($0.word): \(name)_field_name = \"\($0.name)\";"
        }
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
