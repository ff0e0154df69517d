"""The vectors of one unit under cocotb: drives stimulus.hex row by row and compares every response, with the latency of manifest.json.

    python3 test_unit.py [icarus|verilator] [MODULE SOURCE...]

Without a module the bundled one under rtl/ is tested. Needs cocotb (pip install cocotb) and the simulator.
"""
import json
import os
import pathlib
import re
import subprocess
import sys

FOLDER = pathlib.Path(os.environ.get("UNIT_FOLDER", pathlib.Path(__file__).resolve().parent))
MANIFEST = json.loads((FOLDER / "manifest.json").read_text())


def words(name):
    """The words of a $readmemh file as integers."""
    return [int(line, 16) for line in (FOLDER / name).read_text().splitlines() if not line.startswith("//")]


def fields(word, ports):
    """A packed word cut into {port: bits}, the first port in the highest bits."""
    values = {}
    for port in reversed(ports):
        values[port["name"]] = word & ((1 << port["bits"]) - 1)
        word >>= port["bits"]
    return values


async def serve(dut, memory):
    """Answers the unit's reads of a memory in the same time step."""
    from cocotb.triggers import ReadWrite, Edge

    content = words(memory["file"])
    index, word = getattr(dut, memory["indexPort"]), getattr(dut, memory["wordPort"])
    bits = memory["indexBits"]
    while True:
        # Stages that nothing has entered yet ask for unknown words.
        asked, answer = str(index.value), 0
        for read in range(memory["reads"]):
            end = len(asked) if memory["run"] else len(asked) - bits * read
            part = asked[end - bits:end]
            address = int(part, 2) if set(part) <= {"0", "1"} else len(content)
            address += read if memory["run"] else 0
            answer |= (content[address] if address < len(content) else 0) << (memory["wordBits"] * read)
        word.value = answer
        await (getattr(index, "value_change", None) or Edge(index))
        await ReadWrite()


def describe(row):
    """A row of the stimulus, field by field: numbers where a field has one lane, otherwise hexadecimal digits."""
    lines = ["\n  stimulus:"]
    for port in MANIFEST["stimulus"]["ports"]:
        value = row[port["name"]]
        if port.get("signed") and value >> (port["bits"] - 1):
            value -= 1 << port["bits"]
        lines.append(f"    {port['name']} = {value if port.get('lanes', 1) == 1 else format(row[port['name']], 'x')}")
    return "\n".join(lines)


def compare(dut, cycle, number, expected, row):
    for name, value in expected.items():
        if MANIFEST.get("readout") and name == MANIFEST["readout"]["field"]:
            continue
        observed = getattr(dut, name).value
        assert observed.is_resolvable and int(observed) == value, (
            f"mismatch: cycle {cycle}, response {number}: {name} expected {value:x}, observed {observed}" + describe(row))


def compare_slot(dut, cycle, number, expected, first, row):
    """The elements that stand at the slot port, from element `first` of a response on."""
    readout = MANIFEST["readout"]
    field = next(port for port in MANIFEST["response"]["ports"] if port["name"] == readout["field"])
    bits, observed = field["bits"] // field["lanes"], str(getattr(dut, readout["slotPort"]).value)
    for element in range(first, min(first + readout["slotElements"], field["lanes"])):
        end = len(observed) - bits * (element - first)
        value = format(expected[readout["field"]] >> (bits * element) & ((1 << bits) - 1), f"0{bits}b")
        assert observed[end - bits:end] == value, (
            f"mismatch: cycle {cycle}, response {number}: {readout['slotPort']}, element {element} expected {value}, observed {observed[end - bits:end]}" + describe(row))
    return first + readout["slotElements"] < field["lanes"]


def drive(dut, row):
    for name, value in row.items():
        getattr(dut, name).value = value


async def check(dut):
    import cocotb
    from cocotb.clock import Clock
    from cocotb.triggers import FallingEdge, Timer

    for memory in MANIFEST["memories"]:
        cocotb.start_soon(serve(dut, memory))
    stimulus = [fields(word, MANIFEST["stimulus"]["ports"]) for word in words("stimulus.hex")]
    response = [fields(word, MANIFEST["response"]["ports"]) for word in words("response.hex")]
    latency = MANIFEST["latencyCycles"]
    if latency == 0:
        for cycle, row in enumerate(stimulus):
            drive(dut, row)
            await Timer(1, "step")
            compare(dut, cycle, cycle, response[cycle], row)
        return
    cocotb.start_soon(Clock(dut.clock, 10, "step").start())
    accepts, completes, readout = MANIFEST["inputValidPort"], MANIFEST.get("completesField"), MANIFEST.get("readout")
    due, rows, accepted, compared, reading, first = [None] * latency, [], 0, 0, None, 0
    for cycle, row in enumerate(stimulus + [dict.fromkeys(stimulus[0], 0)] * (latency + 64)):
        await FallingEdge(dut.clock)
        if cycle > 0:
            expected = due[-1]
            valid = getattr(dut, MANIFEST["outputValidPort"]).value
            assert valid.is_resolvable and int(valid) == (expected is not None), (
                f"mismatch: cycle {cycle}: {MANIFEST['outputValidPort']} expected {int(expected is not None)}, observed {valid}")
            if expected is not None:
                compare(dut, cycle, expected, response[expected], rows[expected])
                compared += 1
                if readout:
                    reading, first = expected, 0
                    getattr(dut, readout["bankPort"]).value = response[expected][readout["bankField"]]
            if reading is not None:
                getattr(dut, readout["firstPort"]).value = first
                await Timer(1, "step")
                more = compare_slot(dut, cycle, reading, response[reading], first, rows[reading])
                reading, first = (reading if more else None), first + readout["slotElements"]
        drive(dut, row)
        completed = row[accepts] and (completes is None or row[completes])
        due = [accepted if completed else None] + due[:-1]
        accepted += 1 if completed else 0
        rows += [row] if completed else []
        if row["reset"]:
            due = [None] * latency
    dut._log.info("passed: %d responses in %d cycles", compared, len(stimulus))


def require_version():
    """cocotb 2 uses parts of Verilator's VPI that came with 5.036; with an older one its own C++ does not compile."""
    import cocotb

    said = subprocess.run(["verilator", "--version"], capture_output=True, text=True).stdout
    found = re.search(r"(\d+)\.(\d+)", said)
    if found and int(cocotb.__version__.split(".")[0]) >= 2 and (int(found[1]), int(found[2])) < (5, 36):
        sys.exit(f"error: cocotb {cocotb.__version__} needs Verilator 5.036 or later, found {found[0]}: use icarus here; testbench.sv runs without cocotb")


if __name__ == "__main__":
    try:
        from cocotb_tools.runner import get_runner
    except ImportError:
        from cocotb.runner import get_runner
    simulator = sys.argv[1] if len(sys.argv) > 1 else "icarus"
    module = sys.argv[2] if len(sys.argv) > 2 else MANIFEST["module"]
    sources = [str(pathlib.Path(path).resolve()) for path in sys.argv[3:]] or sorted(str(path) for path in (FOLDER / "rtl").glob("*.sv"))
    if simulator == "verilator":
        require_version()
    runner = get_runner(simulator)
    build_args = ["-g2012"] if simulator == "icarus" else ["-Wno-fatal"]
    runner.build(sources=sources, hdl_toplevel=module, parameters=MANIFEST["parameters"], build_args=build_args, build_dir=FOLDER / "cocotb_build")
    results = runner.test(
        hdl_toplevel=module, test_module="test_unit", test_dir=FOLDER, build_dir=FOLDER / "cocotb_build", extra_env={"UNIT_FOLDER": str(FOLDER)})
    failed = "<failure" in pathlib.Path(results).read_text()
    sys.exit(1 if failed else 0)
else:
    import cocotb

    test_vectors = cocotb.test()(check)
