"""The vectors of one unit under cocotb: drives stimulus.hex row by row and compares every response, with the latency of manifest.json.

    python3 test_unit.py [icarus|verilator] [MODULE SOURCE...]

Without a module the bundled one under rtl/ is tested. Needs cocotb (pip install cocotb) and the simulator.
"""
import json
import os
import pathlib
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
            end = len(asked) - bits * read
            part = asked[end - bits:end]
            address = int(part, 2) if set(part) <= {"0", "1"} else len(content)
            answer |= (content[address] if address < len(content) else 0) << (memory["wordBits"] * read)
        word.value = answer
        await (getattr(index, "value_change", None) or Edge(index))
        await ReadWrite()


def compare(dut, cycle, number, expected):
    for name, value in expected.items():
        observed = getattr(dut, name).value
        assert observed.is_resolvable and int(observed) == value, (
            f"mismatch: cycle {cycle}, response {number}: {name} expected {value:x}, observed {observed}")


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
            compare(dut, cycle, cycle, response[cycle])
        return
    cocotb.start_soon(Clock(dut.clock, 10, "step").start())
    due, accepted, compared = [None] * latency, 0, 0
    for cycle, row in enumerate(stimulus + [dict.fromkeys(stimulus[0], 0)] * latency):
        await FallingEdge(dut.clock)
        if cycle > 0:
            expected = due[-1]
            valid = dut.out_valid.value
            assert valid.is_resolvable and int(valid) == (expected is not None), (
                f"mismatch: cycle {cycle}: out_valid expected {int(expected is not None)}, observed {valid}")
            if expected is not None:
                compare(dut, cycle, expected, response[expected])
                compared += 1
        drive(dut, row)
        due = [accepted if row["in_valid"] else None] + due[:-1]
        accepted += row["in_valid"]
        if row["reset"]:
            due = [None] * latency
    dut._log.info("passed: %d responses in %d cycles", compared, len(stimulus))


if __name__ == "__main__":
    try:
        from cocotb_tools.runner import get_runner
    except ImportError:
        from cocotb.runner import get_runner
    simulator = sys.argv[1] if len(sys.argv) > 1 else "icarus"
    module = sys.argv[2] if len(sys.argv) > 2 else MANIFEST["module"]
    sources = [str(pathlib.Path(path).resolve()) for path in sys.argv[3:]] or sorted(str(path) for path in (FOLDER / "rtl").glob("*.sv"))
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
