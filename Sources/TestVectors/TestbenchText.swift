import FixedPoint

/// The self-checking testbench around the vectors of one unit.
struct TestbenchText {
    let vectors: UnitVectorSet

    private var interface: UnitInterface { vectors.interface }
    private var handshake: UnitHandshake { interface.handshake }
    private var stimulusBits: Int { interface.stimulusPorts.bits }
    private var responseBits: Int { interface.outputs.bits }

    var text: String {
        ([header, declarations, memories, instance, comparison] + [
            interface.latency == 0 ? combinationalRun : clockedRun
        ]).joined(separator: "\n") + "endmodule\n"
    }

    private var header: String {
        """
        // Applies stimulus.hex to one \(interface.module) and compares what comes out with response.hex. The macro \
        UNIT names the module under test.
        //
        //     $ verilator --binary -Wno-fatal --unroll-count 8192 --unroll-stmts 1000000 --top-module testbench \
        -DUNIT=\(interface.module) testbench.sv rtl/*.sv && obj_dir/Vtestbench
        //     $ iverilog -g2012 -s testbench -DUNIT=\(interface.module) -o testbench.vvp testbench.sv rtl/*.sv && vvp \
        -n testbench.vvp
        //
        // Run it in this folder. The first mismatch is printed with cycle, signal, expected and observed value, and \
        ends the run with an error.
        `timescale 1ns / 1ps
        `ifndef UNIT
        `define UNIT \(interface.module)
        `endif

        """
    }

    private var declarations: String {
        var lines = [
            "module testbench;", "    localparam int ROWS = \(vectors.stimulus.count);",
            "    localparam int RESPONSES = \(vectors.response.count);",
            "    localparam int LATENCY = \(interface.latency);", "",
            "    reg [\(stimulusBits - 1):0] stimulus [0:ROWS-1];",
            "    reg [\(responseBits - 1):0] response [0:RESPONSES-1];", "    reg [\(stimulusBits - 1):0] row;",
            "    reg [\(responseBits - 1):0] expected;",
            "    integer compared;", "    integer accepted_row [0:RESPONSES-1];", "",
        ]
        for port in interface.stimulusPorts + interface.outputs where port.name != handshake.readout?.field {
            lines.append("    wire [\(port.bits - 1):0] \(port.name);")
        }
        if interface.latency > 0 { lines += ["    wire \(handshake.output);", "    reg clock;"] }
        if let readout = handshake.readout {
            lines += [
                "    wire [\(elementBits * readout.slotElements - 1):0] \(readout.slotPort);",
                "    reg [\(readout.firstBits - 1):0] \(readout.firstPort);",
                "    reg \(readout.bankPort);", "    integer element, slot;", "    integer reading;",
            ]
        }
        lines.append("    assign {\(interface.stimulusPorts.map(\.name).joined(separator: ", "))} = row;")
        return lines.joined(separator: "\n") + "\n"
    }

    private var memories: String {
        interface.memories.map { memory in
            """
                reg [\(memory.wordBits - 1):0] \(memory.name) [0:\(memory.words.count - 1)];
                wire [\(memory.indexBits * (memory.isRun ? 1 : memory.reads) - 1):0] \(memory.indexPort);
                wire [\(memory.wordBits * memory.reads - 1):0] \(memory.wordPort);
                initial $readmemh("\(memory.name).hex", \(memory.name));
                for (genvar read = 0; read < \(memory.reads); read++) begin : read_\(memory.name)
                    assign \(memory.wordPort)[\(memory.wordBits)*read +: \(memory.wordBits)] = \
            \(memory.name)[\(index(memory))];
                end

            """
        }.joined()
    }

    private func index(_ memory: UnitMemory) -> String {
        memory.isRun
            ? "\(memory.indexPort) + read" : "\(memory.indexPort)[\(memory.indexBits)*read +: \(memory.indexBits)]"
    }

    private var instance: String {
        let parameters =
            interface.parameters.isEmpty
            ? "" : "#(\(interface.parameters.map { ".\($0.name)(\($0.value))" }.joined(separator: ", "))) "
        var ports =
            (interface.inputs + interface.outputs).map(\.name)
            + interface.memories.flatMap { [$0.indexPort, $0.wordPort] }
        if interface.latency > 0 { ports = ["clock", "reset", handshake.input, handshake.output] + ports }
        if let readout = handshake.readout {
            ports = ports.filter { $0 != readout.field } + [readout.firstPort, readout.bankPort, readout.slotPort]
        }
        return "    `UNIT \(parameters)unit_under_test (\n"
            + ports.map { "        .\($0)(\($0))" }.joined(separator: ",\n") + "\n    );\n"
    }

    /// The bits of a response's field.
    private func place(_ field: UnitPort) -> String {
        let low = interface.outputs.drop { $0 != field }.dropFirst().reduce(0) { $0 + $1.bits }
        return "\(low + field.bits - 1):\(low)"
    }

    private var comparison: String {
        let checks = interface.outputs.filter { $0.name != handshake.readout?.field }.map { port in
            """
                        if (\(port.name) !== expected[\(place(port))]) begin
                            $display("mismatch: cycle %0d, response %0d: \(port.name) expected %h, observed %h", \
            cycle, number, expected[\(place(port))], \(port.name));
                            show_row(accepted_row[number]);
                            $fatal(1);
                        end
            """
        }
        return rowText + """
                task compare(input integer cycle, input integer number);
                    begin
                        expected = response[number];
            \(checks.joined(separator: "\n"))
                        compared = compared + 1;
                    end
                endtask

            """ + (handshake.readout.map(slotComparison) ?? "")
    }

    /// Prints a row of the stimulus field by field: numbers where a field has one lane of 64 bits at most, otherwise
    /// hexadecimal digits.
    private var rowText: String {
        var high = stimulusBits
        let lines = interface.stimulusPorts.map { port in
            defer { high -= port.bits }
            let bits = "shown[\(high - 1):\(high - port.bits)]"
            let value = port.isSigned && port.lanes == 1 ? "$signed(\(bits))" : bits
            return "            $display(\"    \(port.name) = \(port.lanes == 1 ? "%0d" : "%h")\", \(value));"
        }
        return """
                reg [\(stimulusBits - 1):0] shown;
                task show_row(input integer number);
                    begin
                        shown = stimulus[number];
                        $display("  stimulus row %0d:", number);
            \(lines.joined(separator: "\n"))
                    end
                endtask


            """
    }

    private var elementBits: Int { interface.outputs.first { $0.name == handshake.readout?.field }?.laneBits ?? 0 }

    /// Reads one slot of the response `reading` and compares its elements.
    private func slotComparison(_ readout: UnitReadout) -> String {
        let field = interface.outputs.first { $0.name == readout.field }!
        let low = interface.outputs.drop { $0 != field }.dropFirst().reduce(0) { $0 + $1.bits }
        let observed = "\(readout.slotPort)[\(elementBits)*(element - \(readout.firstPort)) +: \(elementBits)]"
        return """

                task compare_slot(input integer cycle);
                    begin
                        expected = response[reading];
                        \(readout.firstPort) = slot * \(readout.slotElements);
                        #1;
                        for (element = \(readout.firstPort); element < \(field.lanes) && element < \
            \(readout.firstPort) + \(readout.slotElements); element = element + 1) begin
                            if (\(observed) !== expected[\(low) + \(elementBits)*element +: \(elementBits)]) begin
                                $display("mismatch: cycle %0d, response %0d: \(readout.slotPort), element %0d expected \
            %h, observed %h", cycle, reading, element,
                                         expected[\(low) + \(elementBits)*element +: \(elementBits)], \(observed));
                                show_row(accepted_row[reading]);
                                $fatal(1);
                            end
                        end
                        slot = slot + 1;
                        if (slot * \(readout.slotElements) >= \(field.lanes)) reading = -1;
                    end
                endtask

            """
    }

    private var start: String {
        """
            integer cycle;
            initial begin
                $readmemh("stimulus.hex", stimulus);
                $readmemh("response.hex", response);
                compared = 0;

        """
    }

    private var end: String {
        """
                $display("passed: %0d responses in %0d cycles", compared, ROWS);
                $finish;
            end

        """
    }

    private var combinationalRun: String {
        start + """
                    for (cycle = 0; cycle < ROWS; cycle = cycle + 1) begin
                        row = stimulus[cycle];
                        accepted_row[cycle] = cycle;
                        #1;
                        compare(cycle, cycle);
                    end

            """ + end
    }

    /// `due[LATENCY-1]` is the response that must stand at the outputs now, or -1.
    private var clockedRun: String {
        let accepts = "row[\(stimulusBits - 2)]" + (handshake.completes == nil ? "" : " && row[\(stimulusBits - 3)]")
        let begin = handshake.readout.map { readout in
            """

                        if (due[LATENCY-1] >= 0) begin
                            reading = due[LATENCY-1];
                            slot = 0;
                            \(readout.bankPort) = \(readout.bankField);
                        end
                        if (reading >= 0) compare_slot(cycle);
            """
        }
        let tail = handshake.readout.map { readout in
            let field = interface.outputs.first { $0.name == readout.field }!
            return " + \(ceilDivide(field.lanes, by: readout.slotElements))"
        }
        return """
                integer due [0:LATENCY-1];
                integer accepted;
                integer stage;
                always #5 clock = !clock;

            """ + start + """
                        clock = 0;
                        accepted = 0;\(begin == nil ? "" : "\n        reading = -1;")
                        for (cycle = 0; cycle < ROWS + LATENCY\(tail ?? ""); cycle = cycle + 1) begin
                            @(negedge clock);
                            if (cycle > 0) begin
                                if (\(handshake.output) !== (due[LATENCY-1] >= 0)) begin
                                    $display("mismatch: cycle %0d: \(handshake.output) expected %b, observed %b", \
                cycle, due[LATENCY-1] >= 0, \(handshake.output));
                                    if (cycle >= LATENCY && cycle - LATENCY < ROWS) show_row(cycle - LATENCY);
                                    $fatal(1);
                                end
                                if (due[LATENCY-1] >= 0) compare(cycle, due[LATENCY-1]);\(begin ?? "")
                            end
                            row = (cycle < ROWS) ? stimulus[cycle] : {\(stimulusBits){1'b0}};
                            for (stage = LATENCY - 1; stage > 0; stage = stage - 1) due[stage] = \
                row[\(stimulusBits - 1)] ? -1 : due[stage-1];
                            due[0] = (\(accepts) && !row[\(stimulusBits - 1)]) ? accepted : -1;
                            if (\(accepts)) accepted_row[accepted] = cycle;
                            if (\(accepts)) accepted = accepted + 1;
                        end

                """ + end
    }
}
