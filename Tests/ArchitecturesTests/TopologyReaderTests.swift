import Diagnostics
import Testing
import Topologies

@Suite struct TopologyReaderTests {
    private static let header =
        "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\n"

    private func refusal(_ text: String) -> Diagnostic? {
        do throws(Diagnostic) {
            _ = try Topology(text, name: "t", at: "t.csv")
            return nil
        } catch { return error }
    }

    @Test("Rows are read with commas at their ends, titles, blank lines, comments, tabs and a byte order mark")
    func rows() throws {
        let text =
            Self.header + "\n,,,,\nA title,\nConv1,  224, 200,  11, 7,  3,   96,   4,\n\tConv2_dw,14,14,3,3,1,1,1,#dw\n"
            + "Conv 1,5,5,5,1,2,3,1"
        let topology = try Topology(text, name: "t", at: "t.csv")
        #expect(topology.rows.map(\.name) == ["Conv1", "Conv2_dw", "Conv_1"])
        #expect(topology.rows.map(\.line) == [5, 6, 7])
        let row = topology.rows[0]
        #expect([row.height, row.width, row.kernelHeight, row.kernelWidth] == [224, 200, 11, 7])
        #expect([row.channels, row.filters, row.stride] == [3, 96, 4])
        // (224 - 11 + 4) / 4 rounded up, (200 - 7 + 4) / 4 rounded up.
        #expect(row.outputHeight == 55 && row.outputWidth == 50)
        #expect(topology.notes == ["line 4 is a title: A title"])
        let tabs = "Layer name\tIFMAP Height\tIFMAP Width\tFilter Height\tFilter Width\tChannels\tNum Filter\tStrides\n"
        #expect(try Topology("# by hand\n" + Self.header + "a,9,8,3,2,1,4,1,\n", name: "t", at: "t").rows[0].line == 3)
        #expect(try Topology(tabs + "a\t9\t8\t3\t2\t1\t4\t1\t\n", name: "t", at: "t").rows[0].width == 8)
    }

    @Test("A matrix product is M rows of K elements against N filters of K; equal names get numbers")
    func matrices() throws {
        let topology = try Topology("Layer,M,N,K,Sparsity,\nQ,10,20,30,1:4,\nQ,1,2,3,,\n", name: "t", at: "t.csv")
        #expect(topology.rows.map(\.name) == ["Q", "Q-2"])
        let row = topology.rows[0]
        #expect([row.height, row.width, row.kernelHeight, row.kernelWidth] == [10, 30, 1, 30])
        #expect([row.channels, row.filters, row.stride, row.outputHeight, row.outputWidth] == [1, 20, 1, 10, 1])
        #expect(topology.notes == ["line 2: sparsity 1:4 is planned dense"])
    }

    @Test("What is wrong is said with line, layer, column, and what was expected")
    func refusals() throws {
        let letter = try #require(refusal(Self.header + "a,1,B,1,1,4,4,1,\n"))
        #expect(letter.code == .topologyValueInvalid && letter.found == "'B'")
        #expect(letter.place == "t.csv, line 2, layer a, IFMAP Width")
        let missing = try #require(refusal(Self.header + "a,1,1,1,,1 2,2,1,\n"))
        #expect(missing.code == .topologyValueInvalid && missing.place.hasSuffix("Filter Width"))
        #expect(missing.found == "no value")
        for value in ["0", "-1", "1.5", "99999999999999999999", "1073741825", "0x10", "+", "1e3"] {
            #expect(refusal(Self.header + "a,\(value),1,1,1,1,1,1,\n")?.code == .topologyValueInvalid, "\(value)")
        }
        #expect(refusal("")?.code == .topologyValueInvalid)
        #expect(refusal(Self.header)?.code == .topologyValueInvalid)
        #expect(refusal("a,b,c\n1,2,3\n")?.code == .topologyHeaderUnknown)
        #expect(refusal(Self.header + "a,2,2,3,3,1,1,1,\n")?.code == .topologyRowUnfit)
        let batch = "Layer,IFMAP H,IFMAP W,Filter H,Filter W,Channels,Num Filter,Strides,Batch Size\n"
        #expect(refusal(batch + "a,2,2,1,1,1,1,1,1,\n") == nil)
        #expect(refusal(batch + "a,2,2,1,1,1,1,1,8,\n")?.code == .topologyRowUnfit)
        let many = Self.header + String(repeating: "a,2,2,1,1,1,1,1,\n", count: 4097)
        #expect(refusal(many)?.code == .topologyTooLarge)
        do throws(Diagnostic) {
            _ = try Topology(contentsOf: "/nowhere/t.csv")
            Issue.record("read")
        } catch { #expect(error.code == .topologyUnreadable) }
    }

    @Test("A column that is there twice, or in another order, and a row without a name are refused by line and column")
    func columns() throws {
        func header(_ columns: String) -> Diagnostic? {
            refusal("# by hand\nLayer name, \(columns)\na,9,8,3,2,1,4,1,1,1\n")
        }
        let behind = "Filter Height, Filter Width, Channels, Num Filter, Strides"
        let twice = try #require(header("IFMAP Height, IFMAP Height, \(behind)"))
        #expect(twice.code == .topologyHeaderUnknown && twice.place == "t.csv, line 2, column 3")
        #expect(twice.found == "a second 'IFMAP Height'")
        let turned = try #require(header("IFMAP Width, IFMAP Height, \(behind)"))
        #expect(turned.code == .topologyHeaderUnknown)
        let batches = try #require(header("IFMAP Height, IFMAP Width, \(behind), Batch Size, Batch Size"))
        #expect(batches.place == "t.csv, line 2, column 10" && batches.found == "a second 'Batch Size'")
        let nameless = try #require(refusal(Self.header + "a,2,2,1,1,1,1,1,\n ,2,2,1,1,1,1,1,\n"))
        #expect(nameless.code == .topologyValueInvalid && nameless.place == "t.csv, line 3, column 1")
        // Files that come with SCALE-Sim call both columns the width.
        let both = try Topology(
            "Layer name, IFMAP Width, IFMAP Width, \(behind)\na,9,8,3,2,1,4,1,\n", name: "t", at: "t.csv")
        #expect(both.rows[0].height == 9 && both.rows[0].width == 8)
        #expect(both.notes == ["line 1 calls the height IFMAP Width: column 2 is the height"])
    }

    @Test("What a row comes to on a machine is refused under the file's own name")
    func place() throws {
        let topology = try Topology(Self.header + "a,999,999,300,300,1,1,1,\n", name: "t", at: "folder/t.csv")
        let refusal = #expect(throws: Diagnostic.self) { try topology.network() }
        #expect(refusal?.place == "folder/t.csv, line 2, layer a")
    }

    @Test(
        "A value in a column that the first line does not name is noted with its row; empty ones are none",
        arguments: [
            ("a,1,1,1,1,1,1024,1,1,", 9, "1"), ("a,1,1,1,1,1,1024,1,,x", 10, "x"), ("a,1,1,1,1,1,1024,1,1", 9, "1"),
        ])
    func extraValues(_ row: String, _ column: Int, _ value: String) throws {
        let rows = Self.header + "b,1,1,1,1,1,1024,1,\n" + row + "\n"
        let extra = try Topology(rows, name: "t", at: "t.csv")
        #expect(extra.rows.count == 2)
        let note = "line 3, layer a: '\(value)' in column \(column), which the first line does not name, is not read"
        #expect(extra.notes == [note])
        let empty = try Topology(Self.header + "a,1,1,1,1,1,1024,1, ,,\nb,1,1,1,1,1,8,1\n", name: "t", at: "t.csv")
        #expect(empty.rows.count == 2 && empty.notes == [])
    }

    @Test("A column between others that has no name is as one behind them; a strange name is noted")
    func namelessColumns() throws {
        // Without the comma at its end.
        let header = String(Self.header.dropLast(2))
        let nameless = try Topology(header + ",,Sparsity\na,1,1,1,1,1,8,1,7,2:4\n", name: "t", at: "t.csv")
        let note = "line 2, layer a: '7' in column 9, which the first line does not name, is not read"
        #expect(nameless.notes.contains(note))
        let named = try Topology(header + ",Padding\na,1,1,1,1,1,8,1,7\n", name: "t", at: "t.csv")
        #expect(named.notes == ["column 9, Padding, is not read"])
    }
}
