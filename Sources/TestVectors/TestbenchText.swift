/// The self-checking testbench around the vectors of one unit.
struct TestbenchText {
    let vectors: UnitVectorSet

    private var interface: UnitInterface { vectors.interface }
    private var stimulusBits: Int { interface.stimulusPorts.reduce(0) { $0 + $1.bits } }
    private var responseBits: Int { interface.outputs.reduce(0) { $0 + $1.bits } }

    var text: String {
        ([header, declarations, memories, instance, comparison] + [interface.latency == 0 ? combinationalRun : clockedRun]).joined(separator: "\n") + "endmodule\n"
    }

    private var header: String {
        """
        // Applies stimulus.hex to one \(interface.module) and compares what comes out with response.hex. The macro UNIT names the module under test.
        //
        //     $ verilator --binary -Wno-fatal --top-module testbench -DUNIT=\(interface.module) testbench.sv rtl/*.sv && obj_dir/Vtestbench
        //     $ iverilog -g2012 -s testbench -DUNIT=\(interface.module) -o testbench.vvp testbench.sv rtl/*.sv && vvp -n testbench.vvp
        //
        // Run it in this folder. The first mismatch is printed with cycle, signal, expected and observed value, and ends the run with an error.
        `timescale 1ns / 1ps
        `ifndef UNIT
        `define UNIT \(interface.module)
        `endif

        """
    }

    private var declarations: String {
        var lines = [
            "module testbench;", "    localparam int ROWS = \(vectors.stimulus.count);", "    localparam int RESPONSES = \(vectors.response.count);",
            "    localparam int LATENCY = \(interface.latency);", "", "    reg [\(stimulusBits - 1):0] stimulus [0:ROWS-1];",
            "    reg [\(responseBits - 1):0] response [0:RESPONSES-1];", "    reg [\(stimulusBits - 1):0] row;", "    reg [\(responseBits - 1):0] expected;",
            "    integer compared;", "",
        ]
        for port in interface.stimulusPorts + interface.outputs { lines.append("    wire [\(port.bits - 1):0] \(port.name);") }
        if interface.latency > 0 { lines += ["    wire out_valid;", "    reg clock;"] }
        lines.append("    assign {\(interface.stimulusPorts.map(\.name).joined(separator: ", "))} = row;")
        return lines.joined(separator: "\n") + "\n"
    }

    private var memories: String {
        interface.memories.map { memory in
            """
                reg [\(memory.wordBits - 1):0] \(memory.name) [0:\(memory.words.count - 1)];
                wire [\(memory.indexBits * memory.reads - 1):0] \(memory.indexPort);
                wire [\(memory.wordBits * memory.reads - 1):0] \(memory.wordPort);
                initial $readmemh("\(memory.name).hex", \(memory.name));
                for (genvar read = 0; read < \(memory.reads); read++) begin : read_\(memory.name)
                    assign \(memory.wordPort)[\(memory.wordBits)*read +: \(memory.wordBits)] = \(memory.name)[\(memory.indexPort)[\(memory.indexBits)*read +: \(memory.indexBits)]];
                end

            """
        }.joined()
    }

    private var instance: String {
        let parameters = interface.parameters.isEmpty ? "" : "#(\(interface.parameters.map { ".\($0.name)(\($0.value))" }.joined(separator: ", "))) "
        var ports = (interface.inputs + interface.outputs).map(\.name) + interface.memories.flatMap { [$0.indexPort, $0.wordPort] }
        if interface.latency > 0 { ports = ["clock", "reset", "in_valid", "out_valid"] + ports }
        return "    `UNIT \(parameters)unit_under_test (\n" + ports.map { "        .\($0)(\($0))" }.joined(separator: ",\n") + "\n    );\n"
    }

    private var comparison: String {
        var low = responseBits
        let checks = interface.outputs.map { port in
            low -= port.bits
            return """
                        if (\(port.name) !== expected[\(low + port.bits - 1):\(low)]) begin
                            $display("mismatch: cycle %0d, response %0d: \(port.name) expected %h, observed %h", cycle, number, expected[\(low + port.bits - 1):\(low)], \(port.name));
                            $fatal(1);
                        end
            """
        }
        return """
                task compare(input integer cycle, input integer number);
                    begin
                        expected = response[number];
            \(checks.joined(separator: "\n"))
                        compared = compared + 1;
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
                    #1;
                    compare(cycle, cycle);
                end

        """ + end
    }

    /// `due[LATENCY-1]` is the response that must stand at the outputs now, or -1.
    private var clockedRun: String {
        """
            integer due [0:LATENCY-1];
            integer accepted;
            integer stage;
            always #5 clock = !clock;

        """ + start + """
                clock = 0;
                accepted = 0;
                for (cycle = 0; cycle < ROWS + LATENCY; cycle = cycle + 1) begin
                    @(negedge clock);
                    if (cycle > 0) begin
                        if (out_valid !== (due[LATENCY-1] >= 0)) begin
                            $display("mismatch: cycle %0d: out_valid expected %b, observed %b", cycle, due[LATENCY-1] >= 0, out_valid);
                            $fatal(1);
                        end
                        if (due[LATENCY-1] >= 0) compare(cycle, due[LATENCY-1]);
                    end
                    row = (cycle < ROWS) ? stimulus[cycle] : {\(stimulusBits){1'b0}};
                    for (stage = LATENCY - 1; stage > 0; stage = stage - 1) due[stage] = row[\(stimulusBits - 1)] ? -1 : due[stage-1];
                    due[0] = (row[\(stimulusBits - 2)] && !row[\(stimulusBits - 1)]) ? accepted : -1;
                    if (row[\(stimulusBits - 2)]) accepted = accepted + 1;
                end

        """ + end
    }
}
